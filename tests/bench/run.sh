#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints the benchmark table: rates in MB/s of CPU time of one core on texts in memory, and ratios to peers.
# usage: tests/bench/run.sh [BUILD_DIR]
# Text: the articles of $LOCUTOR_SHARED/data/attribution when LOCUTOR_SHARED is set, else corpus/.  The peers come from
# the npm registry (tests/bench/peers/package.json); without npm their columns are left out.
set -eu
here=$(dirname "$0")
root=$(cd "$here/../.." && pwd)
build=${1:-$root/build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
text=$work/text
if [ -n "${LOCUTOR_SHARED:-}" ]; then
    gzip -dc "$LOCUTOR_SHARED"/data/attribution/*.jsonl.gz |
        python3 -c 'import json, sys
print("\n\n".join(json.loads(line)["text"] for line in sys.stdin))' > "$text"
    gzip -dc "$LOCUTOR_SHARED"/data/ud/ewt-dev.conllu.gz > "$work/treebank"
else
    find "$root/corpus" -name '*.txt' | LC_ALL=C sort | while read -r file; do cat "$file"; echo; echo; done > "$work/once"
    while [ "$(wc -c < "$text" 2>/dev/null || echo 0)" -lt 2000000 ]; do cat "$work/once" >> "$text"; done
fi
echo "text: $(wc -c < "$text") bytes"

if command -v npm > /dev/null; then
    # Installed outside the source tree: nothing of it can be committed.
    peers=${XDG_CACHE_HOME:-$HOME/.cache}/locutor-bench-peers
    mkdir -p "$peers"
    cp "$root"/tests/bench/peers/package.json "$root"/tests/bench/peers/peers.js "$peers"
    (cd "$peers" && npm install --silent --no-audit --no-fund > /dev/null) &&
        (cd "$peers" && node peers.js "$text") > "$work/peers" || : > "$work/peers"
else
    echo "npm is missing: peers left out"
    : > "$work/peers"
fi
sed 's/^/peer /; s/$/ MB\/s/' "$work/peers"

for bench in "$build"/tests/bench/bench_*; do
    [ -f "$bench" ] && [ -x "$bench" ] || continue
    name=$(basename "$bench" | sed 's/^bench_//')
    input=$text
    case $name in
    parser | tagger) # these want a treebank
        input=$work/treebank
        [ -s "$input" ] || { echo "$name: no treebank (LOCUTOR_SHARED is not set)"; continue; } ;;
    esac
    "$bench" "$input" > "$work/$name" || { echo "$name: failed"; continue; }
    cat "$work/$name"
    rate=$(sed -n "s/^$name \([0-9.]*\) MB\/s.*/\1/p" "$work/$name" | head -1)
    [ -n "$rate" ] || continue
    while read -r peer speed; do
        awk -v a="$rate" -v b="$speed" -v n="$name" -v p="$peer" 'BEGIN { printf "  %s / %s: %.1fx\n", n, p, a / b }'
    done < "$work/peers"
done
