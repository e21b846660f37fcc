#!/bin/sh
# models.sh DIR [NAME...]: the models of the races as C for AVX-512, in DIR.
set -e
b=${B:-build}
dir=$1
shift
[ $# -gt 0 ] || set -- iris lenet5 lstm textcnn conv writer
for model; do
    batch=
    case $model in
    lstm) batch="--batch 32" ;;
    textcnn) batch="--batch 50" ;;
    esac
    # shellcheck disable=SC2086
    "$b/nnc" compile --target=avx512 $batch "bench/$model.nn" -o "$dir/$model.c"
done
