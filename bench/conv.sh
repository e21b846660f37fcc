#!/bin/sh
# conv.sh: times emitted convolutions and gradients, each beside the
# multiply-add peak of the same process. Run in the tree's top folder after
# `make`; the target (avx512, avx2, generic) may be given. CC chooses the
# compiler.
set -e
target=${1:-}
b=${B:-build}
out=$b/bench
mkdir -p "$out"
cc=${CC:-clang}
case ${target:-$(grep -q avx512vl /proc/cpuinfo && echo avx512 || echo avx2)} in
avx512) flags="-march=x86-64-v4 -mprefer-vector-width=512" ;;
avx2) flags="-march=x86-64-v3" ;;
*) flags="" ;;
esac
$cc -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -Icompiler -Itests bench/conv.c \
    tests/support/convcase.c "$b/libnnc.a" -lm -o "$out/conv"
"$out/conv" $target >"$out/convolutions.c"
$cc -std=gnu11 -D_POSIX_C_SOURCE=200809L -O2 $flags -Wall -Wextra -Werror \
    -Iruntime -Itests/tile "$out/convolutions.c" tests/tile/conv_check.c \
    runtime/nn_peak.c runtime/nn_clock.c -lm -o "$out/convolutions"
"$out/convolutions"
