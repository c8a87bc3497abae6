#!/usr/bin/env bash
# Writes the node tests of the onnx wheel, which does not carry them as files.
#
# usage: write_node_tests.sh SCRIPT FOLDER VENV [PYTHON]
#
# SCRIPT FOLDER writes them. It runs under PYTHON, which has onnx, or under that of VENV, which is made where it is
# missing. Exit code 77 with the reason where that cannot be had.
set -euo pipefail
script=$1 folder=$2 venv=$3 python=${4:-}
onnx='onnx==1.23.*'  # later wheels hold other tests

skip() {
  echo "skipped: $*"
  exit 77
}

[[ -e $script ]] || skip "$script is not there"
[[ -e $folder/complete ]] && exit 0
if [[ -z $python ]]; then
  python=$venv/bin/python
  if ! "$python" -c 'import onnx' 2>/dev/null; then
    { python3 -m venv "$venv" && "$python" -m pip install --quiet --disable-pip-version-check "$onnx"; } ||
      skip "pip cannot install $onnx; set YY_ONNX_PYTHON to a Python that has it"
  fi
fi
"$python" -c 'import onnx' || skip "$python has no onnx"
rm -rf "$folder"
mkdir -p "$folder"
"$python" -W ignore "$script" "$folder"
touch "$folder/complete"
