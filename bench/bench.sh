#!/bin/sh
# bench.sh: everything that is measured: the standing set beside its peers,
# which docs/performance.md then shows; networks beside the prototypes in
# PROTOTYPES; writing; single kernels beside the machine's limits, and what
# compiling costs (NNC_DATA: the folder of data sets). PYTHON names the Python
# that has the peers. Run by `make bench`.
set -e
for part in standing performance compare writing kernels gemm conv costs; do
    echo "== $part"
    sh bench/$part.sh
done
