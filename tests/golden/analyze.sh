#!/bin/sh
# SPDX-License-Identifier: MIT
# `analyze`: stores filled in different orders give equal reports with any number of workers; a run that is killed goes
# on where it was; what is up to date is left alone.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$LOCUTOR_SOURCE"
fail() {
  echo "analyze: $*"
  exit 1
}
analyze() { # STORE [OPTION…]; a plugin that fails on a document is no failure here
  "$LOCUTOR" analyze --quiet --targets corpus/targets.lua "$@" 2>"$work/err" || test $? = 1 || fail "$(cat "$work/err")"
}
"$LOCUTOR" ingest "$work/a" corpus/mini/* 2>/dev/null
for file in $(ls -r corpus/mini/*); do "$LOCUTOR" ingest "$work/b" "$file" 2>/dev/null; done
analyze "$work/a" --workers 0

kills=0
for pause in 0.05 0.1 0.2 0.3 0.4 0.5 0.7 0.9; do
  "$LOCUTOR" analyze --quiet --targets corpus/targets.lua --workers 2 "$work/b" 2>/dev/null &
  host=$!
  sleep $pause
  kill -9 $host 2>/dev/null && kills=$((kills + 1))
  wait $host 2>/dev/null || true
  "$LOCUTOR" verify "$work/b" >/dev/null 2>&1 || fail "killed after $pause s: the store is damaged"
done
analyze "$work/b" --workers 2
for report in statements stances corroboration; do
  "$LOCUTOR" report "$work/a" $report --format csv >"$work/a.csv"
  "$LOCUTOR" report "$work/b" $report --format csv >"$work/b.csv"
  cmp "$work/a.csv" "$work/b.csv" || fail "the report $report differs"
  test "$(wc -l <"$work/a.csv")" -gt 1 || fail "the report $report is empty"
done
echo "analyze: equal reports; $kills killed runs were resumed"

again=$("$LOCUTOR" analyze --targets corpus/targets.lua "$work/a" 2>&1 || test $? = 1)
echo "$again" | grep -q '^0 documents analysed' || fail "what is up to date was analysed again: $again"
changed=$("$LOCUTOR" analyze "$work/a" 2>&1 || test $? = 1)
echo "$changed" | grep -q '^0 documents' && fail "other targets leave the analysis as it was"
echo "analyze: only what is stale"
