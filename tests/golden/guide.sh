#!/bin/sh
# SPDX-License-Identifier: MIT
# The guide for plugin authors: its worked examples are the files that are run here, and they hold.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { echo "guide: $*"; }
fail() {
  say "$*"
  exit 1
}
guide=$LOCUTOR_SOURCE/plugins/README.md
plugins=$LOCUTOR_SOURCE/tests/plugins/guide

# The listings, each into a file of its own.
awk -v to="$work/listing." '/^```lua$/ { n++; inside = 1; next } /^```$/ { inside = 0 } inside { print > (to n) }' "$guide"
found=0
for file in "$plugins"/4_annotate/*.lua; do
  same=no
  for listing in "$work"/listing.*; do
    cmp -s "$file" "$listing" && same=yes
  done
  test $same = yes || fail "${file##*/} is not in the guide as it stands"
  found=$((found + 1))
  "$LOCUTOR" plugins test --plugins "$plugins" "4_annotate/$(basename "$file" .lua)" || fail "examples of ${file##*/}"
done
test $found -ge 2 || fail "only $found worked examples"
say "$found worked examples are quoted word for word, and hold"

# The guide's commands: a new plugin passes as it is, and fails when an example is wrong.
"$LOCUTOR" plugins new 4_annotate/meetings --plugins "$work/rules" >/dev/null
"$LOCUTOR" plugins check --plugins "$work/rules" >/dev/null || fail "a new plugin is not accepted"
"$LOCUTOR" plugins test --plugins "$work/rules" 4_annotate/meetings || fail "a new plugin's examples"
sed 's/whom = "Karl Voss"/whom = "Nobody"/' "$work/rules/4_annotate/meetings.lua" >"$work/changed"
cp "$work/changed" "$work/rules/4_annotate/meetings.lua"
status=0
"$LOCUTOR" plugins test --plugins "$work/rules" 4_annotate/meetings >"$work/out" 2>&1 || status=$?
test $status = 1 || fail "a wrong example ends with $status: $(cat "$work/out")"
say "a new plugin is fine, a wrong example is told"

# Its configuration is read, and an unknown option refused.
echo 'return { plugins = { ["4_annotate/appointments"] = { score = 0.5 }, ["4_annotate/headings"] = false } }' >"$work/config.lua"
echo '{"id": "a", "text": "On Monday Ann Lee was appointed chief inspector."}' >"$work/in"
"$LOCUTOR" extract --quiet --plugins "$plugins" --config "$work/config.lua" <"$work/in" >"$work/out" || fail "extract with options"
grep -q '"name": "Ann Lee"' "$work/out" || fail "extract: $(cat "$work/out")"
sed 's/score/scores/' "$work/config.lua" >"$work/wrong.lua"
status=0
"$LOCUTOR" extract --plugins "$plugins" --config "$work/wrong.lua" <"$work/in" >"$work/out" 2>&1 || status=$?
test $status != 0 || fail "an unknown option is taken"
grep -q "did you mean 'score'" "$work/out" || fail "an unknown option: $(cat "$work/out")"

# Marks of a kind of one's own are stored and explained.
echo 'On Monday Ann Lee was appointed chief inspector.' >"$work/a.txt"
"$LOCUTOR" ingest "$work/store" "$work/a.txt" >/dev/null 2>&1
"$LOCUTOR" analyze --quiet --plugins "$plugins" "$work/store"
document=$(printf 'for n in require "locutor".open(arg[1], "read"):documents() do print(n.id) end' | "$LOCUTOR" run - "$work/store")
"$LOCUTOR" explain "$work/store" "$document.appointment.10-47" >"$work/out" || fail "explain"
grep -q 'office .*"chief inspector"' "$work/out" || fail "explain: $(cat "$work/out")"
say "options, extract, analyze and explain work as the guide says"
