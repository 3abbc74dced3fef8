#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What bash has beyond sh: arrays, process substitution, coprocesses, regular expressions, jobs.
set -u
a=(one two "three four"); a+=(five); echo "${#a[@]} ${a[2]} ${a[@]:1:2} ${!a[*]}"
declare -A m=([x]=1 [y]=2); m[z]=3; for k in $(printf '%s\n' "${!m[@]}" | sort); do echo "$k=${m[$k]}"; done
diff <(seq 1 5) <(seq 1 6); echo "diff: $?"; cat <(echo from) <(echo two files)
[[ lantern-1.2 =~ ^([a-z]+)-([0-9]+)\.([0-9]+)$ ]] && echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]} ${BASH_REMATCH[3]}"
for ((i = 0, j = 10; i < 3; i++, j--)); do printf '%d-%d ' $i $j; done; echo; echo {a..e}{1..3} {01..03}
s=lantern; echo "${s^} ${s^^} ${s:2:3} ${s/n/N} ${s//n/N} ${s: -3} ${s@Q}"; printf -v v '%03d' 7; echo "$v"; printf '%q\n' 'a b$c'
coproc cat; pid=$COPROC_PID; echo "to the coprocess" >&"${COPROC[1]}"; read -r line <&"${COPROC[0]}"; echo "$line"; kill $pid; wait $pid; echo "coprocess: $?"
mapfile -t lines < <(printf 'l1\nl2\nl3\n'); echo "${#lines[@]} ${lines[1]}"; read -r -a words <<< "here is a string"; echo "${words[3]}"; read -r -t 0.1 x < <(sleep 1; echo late); echo "read: $?"
trap 'echo "line $LINENO: error"' ERR; false; trap - ERR; trap 'echo CHLD >/dev/null' CHLD; sleep 0.05 & wait; trap - CHLD; trap 'echo USR2' USR2; kill -USR2 $$
f() { local -n ref=$1; ref+=(added); }; f a; echo "${a[-1]}"; g() { echo "${FUNCNAME[0]} called by ${FUNCNAME[1]}"; }; h() { g; }; h
(sleep 2; exit 3) & (sleep 0.1; exit 4) & wait -n; echo "first: $?"; wait -n; echo "second: $?"; wait
set -m; (sleep 0.05; exit 9) & fg %1 >/dev/null; echo "fg: $?"; set +m
( sleep 100 & kill -STOP $!; sleep 0.1; grep State /proc/$!/status; kill -KILL $!; wait $!; echo "killed: $?" ) 2>/dev/null
shopt -s extglob nullglob
touch a.c b.c c.h; echo *.@(c|h) !(a*) none*; shopt -s globstar; mkdir -p p/q; touch p/q/r.c; echo **/*.c
exec {fd}<> rw; echo data >&"$fd"; exec {fd}<&-; cat rw; echo "$((16#ff)) $((2#1011)) $((2 ** 20)) $((RANDOM >= 0))"; select x in a b; do echo "chose $x"; break; done <<< 2 2>/dev/null
case $BASH_VERSION in 5.*) echo five;; esac; echo "$(( $(ulimit -n) > 10 ))"; TIMEFORMAT=; time true; type -t cd if echo f
for i in {1..200}; do x=$(echo $i); done; echo "$x"; printf '%s\n' {1..2000} | while read -r n; do :; done; for i in {1..50}; do (exit $i) || :; done; echo forked
true | false | (exit 3); echo "${PIPESTATUS[@]}"; kill -l 9; disown -a; umask -S; exit 17
