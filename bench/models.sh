#!/bin/sh
# models.sh DIR: the models of the races as C for AVX-512, in DIR.
set -e
b=${B:-build}
for model in iris lenet5 lstm textcnn conv; do
    batch=
    [ $model != lstm ] || batch="--batch 32"
    [ $model != textcnn ] || batch="--batch 50"
    # shellcheck disable=SC2086
    "$b/nnc" compile --target=avx512 $batch bench/$model.nn -o "$1/$model.c"
done
