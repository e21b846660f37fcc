#!/bin/sh
# gradcheck.sh: the check of gradients by differences. Right gradients pass,
# also where the loss bends; wrong ones are found, also beside a kink.
. tests/lib.sh
fresh gradcheck
XDG_CACHE_HOME=$OUT/cache
export XDG_CACHE_HOME
cp tests/e2e/kinks.nn "$OUT"
cd "$OUT" || exit 2
awk 'BEGIN {
    for (r = 0; r < 12; r++) {
        for (i = 0; i < 36; i++)
            printf "%g,", (i % 7 == r % 7 && i > 20 ? i * r % 5 / 4 : 0)
        printf "%g,%g\n", r / 12, 1 - r / 12
    }
}' >blank.csv

# check STATUS NAME TEXT FLAG...: the check of a model ends so and says TEXT.
check() {
    want=$1 name=$2 text=$3
    shift 3
    "$NNC" train --gradcheck kinks.nn "$@" >log 2>&1
    got=$?
    [ $got -eq "$want" ] && grep -q "$text" log
    verdict "$name" "status $got: $(grep -v ' ok$' log | tr '\n' ' ')"
}

check 0 "twenty layers of relu" 'all gradients agree' --model deep
check 0 "biases of 0 under blank pixels" 'all gradients agree' --model blank
check 0 "beside statistics" 'all gradients agree' --model gathers
check 0 "what lies before sign" '^all other gradients agree' --model signs
[ "$(grep -c 'not checked: behind sign$' log)" -eq 2 ]
verdict "sign is named" "$(cat log)"
check 1 "nothing but sign" 'all parameters lie behind sign' --model all_signs
check 0 "functions, statistics and losses together" \
    '^all gradients agree' --model mixed
check 0 "values at kinks are set aside" 'values were set aside.*kinks of relu$' \
    --model crowded -D n=4000
! grep -q sign log
verdict "only operators of the model are named" "$(cat log)"
check 1 "too many of them" 'too few values were left' --model crowded

# planted NAME EDIT: the check finds the fault that the edit makes in the text.
program=$(echo cache/nnc/blank-train-*/blank-train.c)
planted() {
    sed "$2" "$program" >fault.c
    # shellcheck disable=SC2086
    ! cmp -s fault.c "$program" &&
        $GCC -std=gnu11 -O1 $SANITIZE -DNN_REAL=double -I"$TREE/runtime" \
            -o fault fault.c cache/nnc/nn_gzip-*/nn_gzip.o \
            cache/nnc/runtime-*/libnnrt.a -l:libz.a -lm -lpthread \
            >log 2>&1 &&
        ! ./fault --gradcheck >log 2>&1 && grep -q WRONG log &&
        grep -q 'do not agree with differences' log
    verdict "found: $1" "$(grep -v ' ok$' log | head -n 5 | tr '\n' ' ')"
}
planted "a mask that is late by 0.1" 's/> (nn_real)0.0;/> (nn_real)0.1;/'
planted "a mask that is always on" 's/> (nn_real)0.0;/>= (nn_real)0.0;/'
planted "one part in 10,000 too much" \
    's/^\( *d_conv1_bias_2\[.*\] = \)\(.*\);/\1(\2) * (nn_real)1.0001;/'
