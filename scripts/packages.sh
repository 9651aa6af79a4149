# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Sourced by demo.sh, check.sh and .ci/run: the Debian packages each needs, and one function that installs what is missing.

# To build and run the program.
packages_build="gcc g++ pkg-config meson ninja-build python3 liblua5.4-dev lua-lpeg-dev libsqlite3-dev libicu-dev
libxml2-dev libjansson-dev nettle-dev libseccomp-dev libedit-dev"
# To test it.
packages_test="libcriterion-dev lua5.4 tmux sqlite3 procps util-linux"
# To work on it: lint, sanitizers, fuzzers.
packages_develop="clang clang-format clang-tidy libclang-rt-14-dev lua-check git"

# packages_install NAME…: installs those that are not there yet, as root or with sudo; says nothing when all are.
packages_install() {
  packages_missing=""
  for package in "$@"; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
    "install ok installed") ;;
    *) packages_missing="$packages_missing $package" ;;
    esac
  done
  [ -n "$packages_missing" ] || return 0
  as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      echo "These packages are missing and neither root nor sudo is at hand; install them first:$packages_missing" >&2
      return 1
    fi
    as_root="sudo"
  fi
  echo "installing:$packages_missing" >&2
  packages_log=$(mktemp)
  # shellcheck disable=SC2086 # names are words
  if ! { $as_root apt-get update -qq &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages_missing; } \
    >"$packages_log" 2>&1; then
    cat "$packages_log" >&2
    rm -f "$packages_log"
    echo "the packages could not be installed; the lines above say why" >&2
    return 1
  fi
  rm -f "$packages_log"
}

# packages_build_tree DIR [MESON-OPTION…]: configures DIR once and builds it; shows the log only when that fails.
packages_build_tree() {
  tree=$1
  shift
  tree_log=$(mktemp)
  if { [ -f "$tree/build.ninja" ] || meson setup "$tree" "$@"; } >"$tree_log" 2>&1 && ninja -C "$tree" >>"$tree_log" 2>&1; then
    rm -f "$tree_log"
    return 0
  fi
  cat "$tree_log" >&2
  rm -f "$tree_log"
  echo "the build in $tree failed; the lines above say why" >&2
  return 1
}
