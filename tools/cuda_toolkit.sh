#!/usr/bin/env bash
# Puts the parts of CUDA Toolkit 13.0 that a build needs into build/cuda-toolkit, from PyPI's wheels: nvcc, the static
# runtime, headers. CMake looks there on its own. For machines without the toolkit; building needs no GPU.
#
# usage: tools/cuda_toolkit.sh
set -euo pipefail
# shellcheck source=tools/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

[[ $# -eq 0 ]] || fail "usage: tools/cuda_toolkit.sh"

# All are named with their versions: left open, pip takes the newest nvvm and crt, whose PTX this nvcc does not read.
wheels=(
  nvidia-cuda-nvcc==13.0.88
  nvidia-cuda-crt==13.0.88
  nvidia-nvvm==13.0.88
  nvidia-cuda-runtime==13.0.96
  nvidia-cuda-cccl==13.0.85
  nvidia-nvtx==13.0.85
)

packages=(python3 python3-venv)
install_packages
folder=$root/build/cuda-toolkit
say "Getting CUDA Toolkit 13.0 into ${folder#"$root"/}"
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps "${wheels[@]}"

# The wheels hold one tree; nvcc and CMake look for two names that it lacks.
toolkit=$(echo "$folder"/venv/lib/python3*/site-packages/nvidia/cu13)
[[ -x $toolkit/bin/nvcc ]] || fail "the wheels hold no nvcc where it was expected, $toolkit/bin"
ln -sfn lib "$toolkit/lib64"
ln -sfn libcudart.so.13 "$toolkit/lib/libcudart.so"
ln -sfn "$toolkit" "$folder/cuda"
"$folder/cuda/bin/nvcc" --version | grep -q 'release 13\.0' || fail "nvcc is not of release 13.0"
say "Done: a build folder that is configured anew will have the CUDA device"
