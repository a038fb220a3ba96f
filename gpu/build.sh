#!/usr/bin/env bash
# Builds the shared object that computes on a GPU: gpu/build.sh [FILE]. nvcc is CUDA_HOME's, or the one in PATH, or what
# gpu/install-nvcc.sh has installed. It takes no GPU to build.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
out="${1:-libvigil_gpu.so}"

installed="${XDG_CACHE_HOME:-$HOME/.cache}/vigil/cuda"
if [[ -n "${CUDA_HOME:-}" ]]; then
    nvcc="$CUDA_HOME/bin/nvcc"
elif command -v nvcc > /dev/null; then
    nvcc="$(command -v nvcc)"
else
    nvcc="$installed/bin/nvcc"
fi
if [[ ! -x "$nvcc" ]]; then
    echo "gpu/build.sh: there is no $nvcc; set CUDA_HOME, or run gpu/install-nvcc.sh" >&2
    exit 1
fi

# Code for Hopper, and PTX that drivers of later devices compile themselves. VIGIL_GPU_ARCH names another, such as sm_89.
arch="${VIGIL_GPU_ARCH:-sm_90}"
"$nvcc" -std=c++17 -O3 --cudart static -shared \
    -gencode "arch=compute_${arch#sm_},code=[$arch,compute_${arch#sm_}]" \
    -Xcompiler -fPIC,-Wall \
    -o "$out" "$here/kernels/vigil_gpu.cu"
echo "$out"
