#!/usr/bin/env bash
# Installs what is missing, builds everything optimised and runs the tests.
#
# usage: tools/test.sh [landing|full|nightly]
#
# `landing` (the default) runs the quick tests, `full` those and the longer ones, `nightly` all. The exit code is
# ctest's, and ctest has the last word.
set -euo pipefail
# shellcheck source=tools/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

[[ $# -le 1 ]] || fail "usage: tools/test.sh [landing|full|nightly]"
depth=${1:-landing}
case $depth in
  landing) labels='^landing$' ;;
  full) labels='^(landing|full)$' ;;
  nightly) labels='^(landing|full|nightly)$' ;;
  *) fail "expected landing, full or nightly, found '$depth'" ;;
esac

packages+=(libonnx-testdata)  # ONNX's own tests of operators
[[ $depth == landing ]] || packages+=(chromium fonts-dejavu-core)  # opens reports
install_packages
build_release all
[[ $depth == landing ]] || build_release tests_full
say "Testing: $depth"
exec ctest --preset release -L "$labels" --no-tests=error --parallel "$(nproc)"
