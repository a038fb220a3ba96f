#!/usr/bin/env bash
# The emulator with sanitizers that see what a kernel reads or writes outside of its memory, and what C++ leaves undefined. All buffers are
# exactly as long as asked for.
set -euo pipefail
cd "$(dirname "$0")/.."

build="$(mktemp -d)"
trap 'rm -rf "$build"' EXIT
flags=(-std=c++17 -O1 -g -Wall -Wextra -Werror '-fsanitize=address,undefined' -fno-sanitize-recover=all)
"${CXX:-g++}" "${flags[@]}" -shared -fPIC -x c++ kernels/vigil_gpu.cu -o "$build/emulator.so" &
"${CXX:-g++}" "${flags[@]}" check/check.cpp -o "$build/check" -ldl
wait $!
"$build/check" "$build/emulator.so" "$build/emulator.so" compare 1 2 3 5 8 10 11
