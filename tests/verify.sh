#!/bin/sh
# verify.sh [FROM TO]: `nnc verify`: PyTorch computes the same of small models
# and of random models FROM..TO (1..6); a fault is found, and mistakes of the
# user's have a message.
. tests/lib.sh
fresh verify
from=${1:-1} to=${2:-6}
XDG_CACHE_HOME=$OUT/cache
PYTHON=${PYTHON:-python3}
export XDG_CACHE_HOME PYTHON
own=tests/export/models.nn

# verified STATUS NAME WORDS FLAG...: it ends so and says so.
verified() {
    want=$1 name=$2 words=$3
    shift 3
    "$NNC" verify "$@" >"$OUT/log" 2>&1
    got=$?
    [ $got -eq "$want" ] && grep -q "$words" "$OUT/log"
    verdict "$name" "status $got: $(tail -n 1 "$OUT/log")"
}

PYTHON=$OUT/none verified 1 "without Python" 'install Python' "$own"
printf '#!/bin/sh\nexit 1\n' >"$OUT/bare"
chmod +x "$OUT/bare"
PYTHON=$OUT/bare verified 1 "without PyTorch" \
    'bare -m pip install torch numpy' "$own"
if ! "$PYTHON" -c 'import torch, numpy' 2>"$OUT/log"; then
    skip "models are verified" \
        "PyTorch is not installed: $PYTHON -m pip install torch numpy"
    exit
fi
for m in $(models "$own"); do
    verified 0 "$m" '^all .* tensors agree' --model "$m" "$own"
done
cp examples/iris/iris.nn "$OUT"
verified 1 "without data" '^nnc: --drawn compares' "$OUT/iris.nn"
verified 0 "on rows drawn" '^all .* tensors agree' --drawn "$OUT/iris.nn"
verified 2 "without a model" 'verify: which file' --drawn
verified 1 "a rate without bounds" 'not finite at update' --drawn --rate 1e300 \
    --model image "$own"

# planted NAME FILE EDIT: the fault that it makes in a template is found.
planted() {
    rm -rf "$OUT/templates"
    cp -r templates "$OUT/templates"
    sed "$3" "templates/$2" >"$OUT/templates/$2"
    ! cmp -s "templates/$2" "$OUT/templates/$2"
    verdict "$1 is planted" "the edit changes nothing"
    verified 1 "found: $1" 'tensors DIFFER' --templates "$OUT/templates" \
        --drawn "$OUT/iris.nn"
}
planted "a product with an error of 1e-7" matmul_ref.c \
    's/(nn_real)sum;/(nn_real)(sum * (1 + 1e-7));/'
planted "another figure" pytorch_ops.py 's/argmax(-1)/argmin(-1)/'

cc -std=c11 -O1 -o "$OUT/gen" tests/gen/*.c || exit 2
for seed in $(seq "$from" "$to"); do
    "$OUT/gen" "$seed" >"$OUT/random_$seed.nn"
    verified 0 "random_$seed" '^all .* tensors agree' --drawn --rate 1e-3 \
        "$OUT/random_$seed.nn"
done
