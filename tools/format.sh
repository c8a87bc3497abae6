#!/usr/bin/env bash
# Formats our C++ and CUDA files with clang-format and the settings in .clang-format (written for version 14).
#
# usage: tools/format.sh [--check]
#
# --check changes nothing, names the files that would change, and fails where there are any.
set -euo pipefail
# shellcheck source=tools/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

arguments=(-i)
case ${1:-} in
  '') ;;
  --check) arguments=(--dry-run --Werror) ;;
  *) fail "usage: tools/format.sh [--check]" ;;
esac
command -v clang-format >/dev/null || fail "clang-format is missing; install it with: apt-get install clang-format"

cd "$root"
find . \( -name .git -o -path ./build \) -prune -o -type f \( -name '*.cpp' -o -name '*.h' -o -name '*.cu' -o -name '*.cuh' \) -print0 |
  sort -z |
  xargs -0 clang-format "${arguments[@]}"
