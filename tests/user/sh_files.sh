#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Files and folders by busybox: cp mv ln rm find stat touch chmod du install dd truncate, and what they refuse.
umask 022; export TZ=UTC0
mkdir -p a/b/c d; echo text > a/b/file; echo 12345 > a/n; ln -s b/file a/link; ln a/n a/hard; ln -s nowhere a/dangling
find a | sort; stat -c '%n %F %s %a %h' a/n a/link; stat -c '%n %F %a %h' a/b
cp -a a copy; find copy -type l | sort; readlink copy/link; stat -c %h copy/n; cmp a/n copy/hard && echo equal
mv copy/b moved; ls -1 copy; ls -1 moved; mv moved/file moved/renamed; ls -1 moved
rm -r copy/c 2>/dev/null; rm copy/dangling; rmdir moved 2>&1; rm -rf moved copy; ls -1
touch -d '2001-02-03 04:05:06' old; stat -c '%y' old; touch -r old same; [ old -nt same ] || [ same -nt old ] || echo "same time"
chmod 640 old; ls -l old | cut -c1-10; chmod u+x,g-r,o=w old; stat -c %a old; chmod 4755 old; stat -c %A old; chmod 1777 d; stat -c %A d
chown 12:34 old; stat -c '%u %g' old; chgrp 7 old; stat -c '%u %g' old
dd if=/dev/zero of=zeros bs=1000 count=10 2>/dev/null; stat -c %s zeros; od -An -tx1 -N 4 zeros
dd if=/dev/zero of=sparse bs=1 count=0 seek=1000000 2>/dev/null; stat -c '%s %b' sparse
truncate -s 5000 sparse; wc -c < sparse; echo abcdef | dd of=zeros bs=1 seek=5 conv=notrunc 2>/dev/null; od -c zeros | head -n 2
seq 1 1000 > nums; dd if=nums bs=100 skip=2 count=1 2>/dev/null; echo; for i in aa ab ac; do head -n 400 nums > part.$i; done; wc -l part.*; cat part.* | wc -l
head -c 20 nums | xxd; tail -n 2 nums; tail -c +3880 nums; tac nums | head -n 2; sed -n '10,12p;$p' nums
ls -la a | sed 's/ [A-Z][a-z][a-z] .*:.. / DATE /;s/^total.*/total/' | awk '{ print $1, $2, $3, $4, $NF }' | sort
ls -1F a; ls -1R a | head -n 5; ls -1S nums zeros; ls -id . ./. | awk '{ print $1 }' | uniq | wc -l
cp nothing here 2>&1; mkdir a 2>&1; rmdir a 2>&1; rm a 2>&1; cat a 2>&1; mv nothing x 2>&1; ln nums a/n 2>&1; cd nothing 2>&1
echo x > a/b/file/sub 2>&1; cat nums/ 2>&1; ls nowhere 2>&1; readlink nums || echo "no link"; realpath a/../a/./link | sed "s,$PWD,,"
mkdir -m 700 secret; stat -c %a secret; mktemp -p . tmp.XXXXXX | cut -c1-6; mktemp -d ./dir.XXXXXX | cut -c1-6
mkfifo pipe; mknod null c 1 3; mknod null2 c 1 3 2>/dev/null; ls -l pipe null | awk '{ print substr($1, 1, 1), $NF }'; echo gone > null; cat null
find . -name 'part.*' -newer old | sort; find . -type d -perm 1777; find . -size +3 -type f | sort; find a -links 2 -type f | sort
find . -name 'part.*' -print0 | xargs -0 -n 2 echo | wc -l; find . -name part.aa -exec rm {} \;; ls part.*; find a -depth | tail -n 1
du -s nums >/dev/null && echo du; sync && echo synced
i=0; while [ $i -lt 300 ]; do echo $i > many.$i; i=$((i + 1)); done; ls many.* | wc -l; cat many.* | md5sum; rm many.*; ls many.* 2>/dev/null | wc -l
mkdir deep; (cd deep; i=0; while [ $i -lt 60 ]; do mkdir directory_$i && cd directory_$i || exit; i=$((i + 1)); done; pwd | sed "s,.*/deep/,," | wc -c; echo bottom > file); find deep -name file | wc -c; rm -rf deep; [ -e deep ] || echo removed
name=$(printf '%0255d' 0); touch $name && ls | grep -c "^0000"; touch ${name}1 2>/dev/null || echo "256 is too long"; rm $name
touch -- 'a b' "c'd" '-dash' 'new
line' 'ünï'; ls -1 | grep -c .; rm -- 'a b' "c'd" -dash 'new
line' 'ünï'
cd a; pwd | sed 's,.*/,,'; cd ..; cd a/link 2>&1; cd -P a/b && basename $(pwd); cd ../..; mkdir gone; cd gone; rmdir ../gone; ls -1; touch x 2>&1; cd ..
diff a/n nums | head -n 2; cmp a/n nums; patch --help >/dev/null 2>&1; cp nums n2; sed -i '5s/.*/FIVE/' n2; diff -u nums n2 | tail -n +3; diff -u nums n2 > p; patch nums < p; sed -n 5p nums
cp nums installed; shred -u installed 2>/dev/null; [ -e installed ] || echo shredded
fallocate -l 100000 room; stat -c %s room; test -s room && echo room; sum=$(md5sum < room); echo "$sum"
