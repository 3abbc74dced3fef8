#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Children of the shell: background, wait, signals, traps, stop and continue.
sleep 0.1 & wait $!; echo "slept: $?"
(exit 5) & wait $!; echo "exit status: $?"
sleep 100 & p=$!; kill $p; wait $p 2>/dev/null; echo "killed: $?"
sleep 100 & p=$!; kill -9 $p; wait $p 2>/dev/null; echo "killed: $?"
sleep 100 & p=$!; kill -STOP $p; usleep 50000; grep '^State' /proc/$p/status; kill -CONT $p; usleep 50000
grep '^State' /proc/$p/status; kill -INT $p 2>/dev/null; kill -TERM $p; wait $p 2>/dev/null; echo "ended: $?"
kill -0 $$ && echo "I live"; kill -0 $p 2>/dev/null || echo "it does not"
trap 'echo got USR1' USR1; kill -USR1 $$; echo "after the signal"
trap 'echo got TERM' TERM; (kill -TERM $$); usleep 20000; echo "still here"
trap '' HUP; kill -HUP $$; echo "HUP ignored"; sh -c 'kill -HUP $$; echo "and in a child"'
trap - TERM; trap
( trap 'echo leaving with $?' EXIT; exit 4 ); echo "left: $?"
sh -c 'trap "echo bye" EXIT; kill -TERM $$' ; echo "by a signal: $?"
for i in 1 2 3 4 5 6 7 8; do (usleep ${i}0000; exit $i) & done; wait; echo "all done: $?"
for i in 1 2 3; do (exit $((i * 10))) & eval p$i=$!; done
wait $p3; echo $?; wait $p1; echo $?; wait $p2; echo $?
timeout 0.2 sleep 10; echo "timeout: $?"
timeout -s KILL 0.2 sleep 10; echo "timeout: $?"
timeout 5 true; echo "in time: $?"
sh -c 'kill -SEGV $$'; echo "signal: $?"
sh -c 'yes | head -n 1'; yes 2>/dev/null | head -n 1 >/dev/null; echo "writer: $?"
mkfifo fifo; (echo through the fifo > fifo) & cat fifo; wait
(read -r a < fifo; echo "reader got $a") & echo value > fifo; wait
setsid sh -c 'cut -d" " -f5 /proc/self/stat | grep -q . && echo "a session of its own"'
exec 5>&1; (echo a; echo b; sleep 0.1; echo c) | while read -r l; do echo "line $l" >&5; done; exec 5>&-
sleep 100 & jobs | grep -c Running; kill %%; wait %% 2>/dev/null; echo "job: $?"
echo a | { read -r x; echo "$x"; }; echo b | (read -r y; echo "$y")
find . -name 'f*' -exec echo found {} \;; echo x y z | xargs -n 1 echo arg
flock -x lockfile sh -c 'echo locked' 2>/dev/null || echo locked
start=$(date +%s); sleep 1; end=$(date +%s); [ $((end - start)) -ge 1 ] && echo "a second passed"
