#!/bin/sh
# SPDX-License-Identifier: MIT
# Each hostile plugin ends at its limit and is named, and the results of all others are those of a run without it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -f /tmp/locutor-was-here
head -n 2 "$LOCUTOR_SOURCE/corpus/mini/wire.jsonl" >"$work/documents"
"$LOCUTOR" extract --workers 1 <"$work/documents" >"$work/quiet" || test $? = 1
test "$(wc -l <"$work/quiet")" = 2

check() { # DIRECTORY NAME…: a run with these plugins
  directory=$1
  shift
  status=0
  "$LOCUTOR" extract --workers 2 --plugins "$directory" <"$work/documents" >"$work/out" 2>"$work/err" || status=$?
  cmp "$work/quiet" "$work/out" || { echo "$*: other results changed"; cat "$work/err"; exit 1; }
  test "$status" = 1 || { echo "$*: exit status $status"; cat "$work/err"; exit 1; }
  for name; do
    grep -q "4_annotate/$name" "$work/err" || { echo "$name is not named"; cat "$work/err"; exit 1; }
  done
}

all=
for plugin in "$LOCUTOR_SOURCE"/tests/plugins/hostile/*.lua; do
  name=$(basename "$plugin" .lua)
  mkdir -p "$work/$name/4_annotate" "$work/all/4_annotate"
  cp "$plugin" "$work/$name/4_annotate/"
  cp "$plugin" "$work/all/4_annotate/"
  start=$(date +%s%N)
  check "$work/$name" "$name"
  echo "$name: $((($(date +%s%N) - start) / 1000000)) ms, $(head -n 1 "$work/err" | sed 's/^locutor extract: //')"
  all="$all $name"
done
test "$(echo $all | wc -w)" -ge 12
check "$work/all" $all
test ! -e /tmp/locutor-was-here || { echo "a plugin wrote a file"; exit 1; }
echo "all together: the same results"
