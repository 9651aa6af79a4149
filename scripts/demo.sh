#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds locutor and runs it on the bundled corpus: who said what about the dispute, with stances, and an HTML report.
# Installs missing Debian packages first; a second run installs nothing and is quick.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh

# shellcheck disable=SC2086 # names are words
packages_install $packages_build
packages_build_tree build

locutor=build/locutor
out=build/demo
rm -rf "$out"
mkdir -p "$out"
"$locutor" ingest --quiet "$out/mini.db" corpus/mini
"$locutor" analyze --quiet --targets corpus/targets.lua "$out/mini.db"
"$locutor" report "$out/mini.db" statements
echo
"$locutor" report "$out/mini.db" stances
"$locutor" report "$out/mini.db" statements --format html -o "$out/statements.html"
echo
echo "The same as a page, each statement with its source: $out/statements.html"
echo "Look around yourself: $locutor repl $out/mini.db"
