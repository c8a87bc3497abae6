#!/usr/bin/env bash
# Checks and measures all that needs an NVIDIA GPU: tests, compute-sanitizer, kernels, networks, pairs, other runtimes.
# Builds what that takes into build/gpu, for the GPU that is there, and writes results.json, table.md and
# cudnn-properties.json into build/gpu-check, or DIR.
#
# usage: tools/gpu_check.sh [--out DIR] [--programs DIR] [--only PART...] [--quick] [--zoo DIR] [--images DIR]
#            [--python PY]
#
# With --programs nothing is installed or built. `--help` tells more. Exit codes: 0 all that ran passed, 1 something
# failed, 2 usage, 77 no GPU can be used.
set -euo pipefail
# shellcheck source=tools/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

build=$root/build/gpu
check=$root/tools/bench/gpu_check.py

for argument in "$@"; do
  case $argument in
    --programs | --programs=* | -h | --help) exec python3 "$check" "$@" ;;
  esac
done

# Without a GPU there is nothing to build for. What its driver says is told later, by yy-run.
if ! compgen -G '/dev/nvidia[0-9]*' >/dev/null && [[ ! -e /dev/dxg ]] && ! nvidia-smi -L &>/dev/null; then
  printf '%s: no GPU can be used: there is neither /dev/nvidia0 nor an nvidia-smi that finds one\n' "${0##*/}" >&2
  exit 77
fi
install_packages
# Wrong flags are refused before anything is built.
PYTHONPATH=$root/tools/bench python3 -c 'import sys, gpu_check; gpu_check.parse_arguments(sys.argv[1:])' "$@"
PATH=$PATH:/usr/local/cuda/bin
if ! command -v nvcc >/dev/null && [[ -z ${CUDACXX:-} && ! -x $root/build/cuda-toolkit/cuda/bin/nvcc ]]; then
  fail "there is no nvcc; tools/cuda_toolkit.sh gets the parts of CUDA Toolkit 13 that are needed"
fi
say "Configuring build/gpu"
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DYY_CUDA=ON -DYY_CUDA_ARCHITECTURES=native >/dev/null
say "Building with $(nproc) jobs"
cmake --build "$build" --parallel "$(nproc)" --target yy-run yy-bench test_cuda_device cudnn_properties
exec python3 "$check" --programs "$build/bin" "$@"
