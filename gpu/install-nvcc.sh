#!/usr/bin/env bash
# Installs nvcc 13.0 from PyPI, about 300 MB, where gpu/build.sh finds it: gpu/install-nvcc.sh [FOLDER]. Needs python3 with venv, and
# a C++ compiler that this nvcc takes, such as g++ 12.
set -euo pipefail
folder="${1:-${XDG_CACHE_HOME:-$HOME/.cache}/vigil/cuda}"

if [[ -x "$folder/bin/nvcc" ]]; then
    echo "$folder"
    exit 0
fi
mkdir -p "$folder"
work="$(mktemp -d "$folder/install.XXXXXX")"
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: --target "$work/wheels" \
    nvidia-cuda-nvcc==13.0.88 nvidia-cuda-crt==13.0.88 nvidia-nvvm==13.0.88 \
    nvidia-cuda-runtime==13.0.96 nvidia-cuda-cccl==13.0.85

# The wheels share one folder of the toolkit's layout.
toolkit="$work/wheels/nvidia/cu13"
[[ -e "$toolkit/lib64" ]] || ln -s lib "$toolkit/lib64"
# nvcc last: a folder with it is complete.
nvcc="$toolkit/bin/nvcc"
mv "$nvcc" "$work/nvcc"
cp -R "$toolkit/." "$folder/"
mv "$work/nvcc" "$folder/bin/nvcc"
"$folder/bin/nvcc" --version > /dev/null
echo "$folder"
