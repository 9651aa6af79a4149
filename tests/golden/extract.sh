#!/bin/sh
# SPDX-License-Identifier: MIT
# `extract` as a process: any number of workers, any order, killed workers, bad lines, slow and broken pipes, Ctrl-C.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { echo "extract: $*"; }
fail() {
  say "$*"
  exit 1
}
wire=$LOCUTOR_SOURCE/corpus/mini/wire.jsonl
copies() { # N: so many documents, each with an id of its own
  awk -v n="$1" '{ line[NR] = $0 }
    END { for (i = 0; i < n; i++) { s = line[i % NR + 1]; sub(/"id": *"/, "&" i "-", s); print s } }' "$wire"
}
run() { # WORKERS [OPTION…]; a document that fails alone is no failure here
  n=$1
  shift
  "$LOCUTOR" extract --quiet --workers "$n" "$@" 2>"$work/err" || test $? = 1 || fail "exit status: $(cat "$work/err")"
}

copies 40 >"$work/in"
{
  echo 'this is no JSON'
  echo '{"id": "no text"}'
  echo ''
  printf '{"id": "bad bytes", "text": "a\377b"}\n'
  echo '{"id": "zero", "text": "a\u0000b"}'
  echo '{"id": "a", "text": "Cut off'
  echo '[1, 2]'
} >"$work/bad"
{ head -n 20 "$work/in"; cat "$work/bad"; tail -n 20 "$work/in"; } >"$work/mixed"

run 0 <"$work/mixed" >"$work/out.0"
for n in 1 2 4; do
  run $n <"$work/mixed" >"$work/out.$n"
  cmp "$work/out.0" "$work/out.$n" || fail "$n workers give other bytes"
done
test "$(wc -l <"$work/out.0")" = 47 || fail "one line in, one line out"
test "$(grep -c '"error": "' "$work/out.0")" = 7 || fail "bad lines: $(grep '"error"' "$work/out.0")"
for n in 21 22 23 24 25 26 27; do
  sed -n "${n}p" "$work/out.0" | grep -q "^{\"line\": $n, \"error\": \"..*\"}$" || fail "line $n: $(sed -n "${n}p" "$work/out.0")"
done
status=0
"$LOCUTOR" extract --workers 2 <"$work/bad" >/dev/null 2>&1 || status=$?
test $status = 1 || fail "bad lines end with $status instead of 1"
: | run 1 >"$work/empty"
test ! -s "$work/empty" || fail "something came of nothing"
say "0, 1, 2 and 4 workers agree; bad lines fail alone"

sort -R --random-source="$wire" "$work/in" >"$work/shuffled" 2>/dev/null || sort -k2 "$work/in" >"$work/shuffled"
run 2 <"$work/in" | sort >"$work/sorted.1"
run 2 <"$work/shuffled" | sort >"$work/sorted.2"
cmp "$work/sorted.1" "$work/sorted.2" || fail "the order of the input changes results"
say "shuffled input gives the same lines"

# Every worker is killed again and again while 1,000 documents pass.
copies 1000 >"$work/thousand"
run 2 <"$work/thousand" >"$work/quiet"
"$LOCUTOR" extract --quiet --workers 2 <"$work/thousand" >"$work/killed" 2>"$work/err" &
host=$!
kills=0
while kill -0 $host 2>/dev/null; do
  for worker in $(cat /proc/$host/task/$host/children 2>/dev/null || true); do
    kill -9 "$worker" 2>/dev/null && kills=$((kills + 1))
    sleep 0.3 # a new worker has to come to work before it dies
  done
done
wait $host || test $? = 1 || fail "killed workers end the run: $(cat "$work/err")"
cmp "$work/quiet" "$work/killed" || fail "killed workers change results: $(cat "$work/err")"
test $kills -ge 3 || fail "only $kills workers were killed"
say "$kills killed workers change nothing in 1,000 documents"

# A slow pipe gets each answer at once.
mkfifo "$work/to" "$work/from"
"$LOCUTOR" extract --quiet --workers 2 <"$work/to" >"$work/from" 2>/dev/null &
host=$!
exec 5>"$work/to" 6<"$work/from"
i=0
while [ $i -lt 5 ]; do
  i=$((i + 1))
  sed -n "${i}p" "$work/in" >&5
  timeout 20 head -c 0 /dev/null
  read -r answer <&6 || fail "no answer to line $i"
  expected=$(sed -n "${i}p" "$work/out.0")
  test "$answer" = "$expected" || fail "answer $i is another"
done
exec 5>&-
wait $host || test $? = 1 || fail "slow pipe: exit status"
exec 6<&-
say "a slow pipe gets each answer before the next question"

# The reader goes away: silence.
status=0
{ "$LOCUTOR" extract --quiet --workers 2 <"$work/thousand" 2>"$work/err"; echo $? >"$work/status"; } | head -n 1 >/dev/null
test "$(cat "$work/status")" -le 1 || test "$(cat "$work/status")" = 141 || fail "broken pipe: exit $(cat "$work/status")"
! grep -qi 'pipe\|cannot' "$work/err" || fail "broken pipe: $(cat "$work/err")"
say "silent when the reader is gone"

# Ctrl-C.
sh -c 'trap - INT; exec "$LOCUTOR" extract --quiet --workers 2' <"$work/to" >/dev/null 2>"$work/err" &
host=$!
exec 5>"$work/to"
head -n 3 "$work/in" >&5
sleep 1
kill -TERM $host
status=0
wait $host || status=$?
exec 5>&-
test $status = 130 || fail "interrupted: exit $status: $(cat "$work/err")"
say "an interrupted run ends with 130"

# One line of a gigabyte: refused, the next one is answered, memory stays bounded.
{
  head -c 1073741824 /dev/zero | tr '\0' 'x'
  echo
  head -n 1 "$work/in"
} | { ulimit -v 1000000; run 1; } >"$work/giga"
test "$(wc -l <"$work/giga")" = 2 || fail "1 GB line: $(head -c 300 "$work/giga")"
grep -q '^{"line": 1, "error": "the line is longer' "$work/giga" || fail "1 GB line: no message"
test "$(tail -n 1 "$work/giga")" = "$(head -n 1 "$work/out.0")" || fail "1 GB line: what follows is lost"
say "a line of 1 GB fails alone"
