#!/bin/sh
# Makes digits-train.csv and digits-test.csv, which are shipped beside this
# script, once more: every fifth row of the UCI file is for testing. With
# NNC_DATA set, the file comes from $NNC_DATA/digits/optdigits.tes.
set -eu
cd "$(dirname "$0")"
. ../fetch.sh

fetch optdigits.tes \
    6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8 digits \
    https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits/optdigits.tes
awk 'NR % 5' optdigits.tes >digits-train.csv
awk 'NR % 5 == 0' optdigits.tes >digits-test.csv
rm -f optdigits.tes
