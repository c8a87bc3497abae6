#!/usr/bin/env bash
# node_tests notices a wrong answer: Relu's test, with its input in the place of its output, has to fail.
#
# usage: wrong_answers.sh NODE_TESTS FOLDER
set -euo pipefail
[[ -e $2/test_relu ]] || { echo "skipped: $2/test_relu is not there"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -r "$2/test_relu" "$folder"
echo test_relu > "$folder/list"
"$1" "$folder" "$folder/list" | grep -x '1 passed, 0 skipped, 0 failed'
cp "$folder"/test_relu/test_data_set_0/{input,output}_0.pb
status=0
"$1" "$folder" "$folder/list" > "$folder/out" || status=$?
grep 'FAILED  test_relu: output 0, element' "$folder/out"
[[ $status -eq 1 ]]
