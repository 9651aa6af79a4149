#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds locutor and runs every test.  Installs missing Debian packages first.
# usage: scripts/check.sh [BUILD-DIR [MESON-OPTION…]]
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh

# shellcheck disable=SC2086 # names are words
packages_install $packages_build $packages_test
tree=${1:-build-check}
[ $# -eq 0 ] || shift
packages_build_tree "$tree" -Dwerror=true "$@"

if [ -z "${LOCUTOR_SHARED:-}" ]; then
  echo "LOCUTOR_SHARED is not set: tests that need the shared data are skipped" >&2
fi
status=0
meson test -C "$tree" --print-errorlogs || status=$?
python3 tests/support/tally.py "$tree/meson-logs/testlog.json"
exit "$status"
