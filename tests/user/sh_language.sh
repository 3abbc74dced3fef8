#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The shell: pipes, here-documents, redirection, substitution, functions, loops, options.
set -u
echo one two | wc -w
printf '%s\n' c a b | sort | tr 'a-c' 'A-C' | paste -s -d, -
seq 1 20000 | awk '{ s += $1 } END { print s }'
yes lantern | head -n 100000 | md5sum
cat <<END | sed 's/^/> /'
here $((6 * 7)) $(echo inner) `echo old`
END
cat <<-'END'
	quoted $HOME stays
	END
x=$(echo a; echo b; echo); echo "[$x]"
echo out > f; echo more >> f; cat < f
{ echo to-out; echo to-err >&2; } 2>&1 >f | sed 's/^/piped: /'; cat f
ls /does/not/exist 2>/dev/null || echo "ls says $?"
exec 3>third; echo by three >&3; exec 3>&-; cat third
echo closed >&- 2>/dev/null || echo "write to a closed one: $?"
exec 4<f; read -r line <&4; echo "read $line"; exec 4<&-
f() { local v=inside; echo "$# args: $*"; v=$1; return 7; }
v=outside; f x y z; echo "returned $?, v is $v"
for i in 1 2 3; do [ $i = 2 ] && continue; echo "i=$i"; done
i=0; while :; do i=$((i + 1)); [ $i -gt 5 ] && break; done; echo "i=$i"
until [ $i -le 0 ]; do i=$((i - 2)); done; echo "i=$i"
case lantern.efi in *.bin) echo no;; l*.efi) echo yes;; esac
s=/usr/local/lib/x.tar.gz; echo "${s##*/} ${s%/*} ${s%%.*} ${s#/usr} ${#s} ${s/local/share} ${s:5:5}"
echo "${unset_one:-default} ${unset_one:+set}" "${v:+is set}"
echo $((0x1f + 010)) $((1 << 40)) $((7 / 2 * 2)) $((-7 % 3)) $((5 > 3 && 2 < 1)) $((3 ? 10 : 20))
( exit 3 ); echo "subshell ended with $?"
true | false; echo "pipe: $?"; ! true; echo "not: $?"
set -o pipefail; false | true; echo "pipefail: $?"; set +o pipefail
( set -e; false; echo not reached ); echo "set -e: $?"
( set -u; echo $nothing_here ) 2>/dev/null; echo "set -u: $?"
set -- a 'b c' d; echo $#; for a; do echo "<$a>"; done; shift; echo "$1"
eval 'echo evaluated $((1 + 1))'
( . ./nothing ) 2>/dev/null || echo "sourcing nothing: $?"
echo 'sourced=$1; echo "in $sourced"' > src; set -- arg; . ./src
while read -r a b; do echo "$b-$a"; done <<END
1 one
2 two three
END
IFS=:; set -- $(echo a:b:c); echo $# "$2"; IFS=' '
echo glob: *; touch b1 b2 c3; echo b? [c]* nothing*
printf '%5d|%-5s|%05.1f|%x|%c|%b\n' 42 ab 3.14159 255 Z 'a\tb'
test -f f -a -s f && echo "f is a file with contents"
[ f -ef ./f ] && echo same; [ -d . ] && [ ! -e nope ] && [ -r f ] && echo tests
type cd | head -n 1; command -v echo; alias ll='ls -l'; alias ll
echo $(cat /proc/self/comm) > /dev/null && echo "proc is there"
getopts_test() { while getopts ab:c o; do echo "$o ${OPTARG-}"; done; }; getopts_test -a -b val -c
umask 027; touch masked; stat -c %a masked; umask
ulimit -n 77; ulimit -n
a=1; a=2 sh -c 'echo child $a'; export a; sh -c 'echo child $a'; echo "$a"
sh -c 'echo "$0 $1 $2"' zero one two
echo "$(echo "nested $(echo "deep $(echo deeper)")")"
exit 42
