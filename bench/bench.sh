#!/bin/sh
# bench.sh: everything that is measured: networks beside the prototypes in
# PROTOTYPES and beside what PYTHON offers, single kernels beside the machine's
# limits, and what compiling costs (NNC_DATA: the folder of data sets). Run by
# `make bench`.
set -e
for part in compare peers kernels gemm conv costs; do
    [ -f bench/$part.sh ] || continue
    echo "== $part"
    sh bench/$part.sh
done
