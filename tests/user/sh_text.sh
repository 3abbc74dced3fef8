#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Filters: awk sed grep sort uniq cut tr and their like, and packers of every kind, on text that is made here.
awk 'BEGIN { srand(7); for (i = 0; i < 3000; i++) printf "%d %s%d %d\n", (i * 7919) % 10007, "w", (i * 31) % 977, i % 13 }' > t
md5sum t; sha1sum t; sha256sum t; sha512sum t | cut -c1-32; sha3sum t | cut -c1-32; crc32 t; cksum t 2>/dev/null
sort t | md5sum; sort -n t | md5sum; sort -k2,2 -k3n t | md5sum; sort -r -u -k3,3 t | md5sum; sort -t ' ' -k1.2 t | head -n 2
cut -d' ' -f2 t | sort | uniq -c | sort -rn | head -n 3; cut -c2-4 t | md5sum; tr a-z A-Z < t | tr -d 0-9 | sort -u | head -n 2
grep -c '^1' t; grep -v 7 t | wc -l; grep -E 'w(1|2)[0-9] ' t | md5sum; grep -o 'w[0-9]*5' t | sort -u | wc -l; grep -n -m 2 w976 t; grep -q zzz t; echo $?
sed -e 's/w\([0-9]*\)/<\1>/' -e '/^9/d' t | md5sum; sed -n '/^100 /,/^200 /p' t | wc -l; echo abc | sed 'y/abc/xyz/;s/y/&&/g;a\
appended'
awk '{ c[$3]++; s[$3] += $1 } END { for (k = 0; k < 13; k++) print k, c[k], s[k], s[k] / c[k] }' t
awk -F: '{ print $1 ":" NF }' <<END
a:b:c
d
END
awk 'BEGIN { x = sprintf("%.3f|%5d|%-5s|%e", 3.14159, 42, "ab", 12345.678); print x, length(x), toupper("up"), substr("hello", 2, 3), index("hello", "l"); split("a,b,c", p, ","); print p[3]; gsub(/[0-9]/, "#", x); print x; "echo from a pipe" | getline y; print y; print sin(1), exp(1), sqrt(2), int(-3.7) }'
for z in gzip bzip2 xz lzma; do $z -c t > t.$z 2>/dev/null && [ -s t.$z ] && echo "$z packs"; done
gzip -c t | gunzip | cmp - t && echo gzip; bzip2 -c t | bunzip2 | cmp - t && echo bzip2; cp t u; gzip -9 u; ls -1 u*; gzip -l u.gz >/dev/null 2>&1; gunzip u.gz; cmp t u && echo same
mkdir -p tree/x/y; for i in 1 2 3; do cp t tree/x/y/f$i; ln -s f$i tree/x/y/l$i; done; ln tree/x/y/f1 tree/hard; chmod 600 tree/x/y/f2
tar cf a.tar tree; tar tf a.tar | sort; mkdir ex; tar xf a.tar -C ex; diff -r tree ex/tree && echo "tar is whole"; stat -c '%a %h' ex/tree/x/y/f2 ex/tree/hard
tar czf a.tgz tree; tar tzf a.tgz | wc -l; rm -r ex; mkdir ex; tar xzf a.tgz -C ex; diff -r tree ex/tree && echo "tgz is whole"; tar cf - tree | tar xf - -C ex; readlink ex/tree/x/y/l2
find tree | sort | cpio -o -H newc 2>/dev/null > a.cpio; cpio -t < a.cpio 2>/dev/null | sort | md5sum; mkdir cp; (cd cp; cpio -id < ../a.cpio 2>/dev/null); diff -r tree cp/tree && echo "cpio is whole"
ar r x.a t 2>/dev/null; ar t x.a 2>/dev/null; base64 t | md5sum; base64 t | base64 -d | cmp - t && echo base64; uuencode t < t | md5sum; uuencode x < t | uudecode -o out; cmp out t && echo uu
od -A x -t x1z t | md5sum; hexdump -C t | md5sum; xxd t | md5sum; xxd -p t | xxd -r -p | cmp - t && echo xxd; strings t | md5sum
nl t | md5sum; fold -w 5 t | md5sum; expand -t 4 t | md5sum; paste t t | md5sum; head -n 100 t | tac | md5sum; rev t | md5sum; seq -s, 1 10; factor 360 1000003; expr 6 \* 7
unix2dos < t | md5sum; dos2unix < t | md5sum; wc t; head -c 5000 t | tail -c 100 | md5sum; comm t t 2>/dev/null | wc -l; join t t 2>/dev/null | head -n 1; tee t2 < t | md5sum; cmp t t2
echo '2 ^ 64; scale=10; 1/7' | bc; echo '3 4 + p 5 * p' | dc; cal 2 2024; date -u -d @86400 '+%F %T %Z'; TZ=CET-1CEST,M3.5.0,M10.5.0/3 date -d @1720000000; basename /a/b.c .c; dirname /a/b/c; yes | head -n 3
printf 'ed\nis an editor\n' > e; printf '1s/ed/ED/\n1p\n$a\nadded\n.\nw\nq\n' | ed e; cat e; echo hello | ascii >/dev/null 2>&1; ipcalc -n 10.1.2.3/20; getopt -o ab: -- -a -b x y; echo 'a b' | ts >/dev/null; mkpasswd -m sha512 -S saltsalt secret | cut -c1-30
