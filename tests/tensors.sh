#!/bin/sh
# tensors.sh: tensors of every kind, in a model that no text makes: what calls
# gather and carry, and the same bits after a checkpoint.
. tests/lib.sh
fresh tensors
make -s "$B/libtest.a" "$B/libnnc.a" "$B/libnnrt.a" || exit 2
# shellcheck disable=SC2086
cc ${CFLAGS:-} -std=c11 -D_POSIX_C_SOURCE=200809L -Icompiler -Iruntime \
    -o "$OUT/write" tests/e2e/tensors_model.c "$B/libtest.a" "$B/libnnc.a" \
    -lm -pthread || exit 2
for form in plain generic avx2 avx512; do
    "$OUT/write" $(echo "$form" | grep -v plain) >"$OUT/$form.c" || exit 2
    objects "-Iruntime -O1" "$OUT/$form.c"
    cat "$OUT/$form.log"
    driver "$form" tensors "" "$OUT/$form.o" "$B/libnnrt.a" \
        -lz -lpng -pthread -- "$OUT/$form.ckpt"
done
