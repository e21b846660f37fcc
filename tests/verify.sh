#!/bin/sh
# verify.sh [FROM TO]: `nnc verify`: PyTorch and ONNX Runtime compute the same
# of small models and of random models FROM..TO (1..12); a fault is found, and
# mistakes of the user's have a message.
. tests/lib.sh
fresh verify
from=${1:-1} to=${2:-12}
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

printf '#!/bin/sh\nexit 1\n' >"$OUT/bare"
printf '#!/bin/sh\necho compares "$@"\n' >"$OUT/silent"
printf '#!/bin/sh\n[ "$1" = -c ] || kill -9 $$\n' >"$OUT/killed"
printf '#!/bin/sh\n[ "$1" = -c ] && exit 0\necho $$ >%s/begun\nexec sleep 99\n' \
    "$OUT" >"$OUT/slow"
chmod +x "$OUT/bare" "$OUT/silent" "$OUT/killed" "$OUT/slow"
cp examples/iris/iris.nn "$OUT"
iris=$OUT/iris.nn
PYTHON=$OUT/none verified 1 "without Python" 'install Python' "$own"
PYTHON=$OUT/bare verified 1 "without PyTorch" \
    'bare -m pip install torch numpy onnxruntime' "$own"
grep -q '^    --python COMMAND, or the variable PYTHON' "$OUT/log"
verdict "which Python is meant" "$(tail -n 1 "$OUT/log")"

# What is wrong before Python begins, which compares nothing here.
if [ -z "${LIGHT:-}" ]; then
    python=$PYTHON
    PYTHON=$OUT/silent
    verified 0 "our side" 'compares .*/verify.py .*/0$' --drawn "$iris"
    verified 1 "without data" '^iris-verify: --drawn compares' "$iris"
    verified 1 "weights of another model" 'does not fit the model iris' \
        --drawn --weights tests/golden/carried.safetensors "$iris"
    verified 1 "weights that are not there" 'cannot open .*none' --drawn \
        --weights "$OUT/none" "$iris"
    verified 2 "no updates" "steps is '0'" --drawn --steps 0 "$iris"
    verified 1 "a rate without bounds" 'not finite at update' --drawn \
        --rate 1e300 --model image "$own"
    verified 1 "a text with a mistake" 'error: ' tests/errors/attention.nn
    verified 1 "some of several models" '^nnc: 1 of 2 models cannot be' \
        --drawn tests/errors/attention.nn "$iris"
    TMPDIR=$OUT/none verified 1 "no place for files" 'cannot make a folder in' \
        --drawn "$iris"
    verified 1 "a model that is not there" 'no model `iri` in .*iris.nn' \
        --drawn --model iri "$iris"
    grep -q 'did you mean `iris`' "$OUT/log"
    verdict "a model of nearly this name" "$(tail -n 1 "$OUT/log")"
    verified 2 "rows of none" 'batch cannot be `0`' --batch 0 "$iris"
    verified 2 "steps that are no number" "steps is 'many'" --drawn \
        --steps many "$iris"
    mkdir "$OUT/temporary"
    for signal in INT=130 TERM=143 HUP=129 KILL=137; do
        stopped ${signal%=*} ${signal#*=} "stopped by ${signal%=*}" \
            "$OUT/temporary" env TMPDIR="$OUT/temporary" "$NNC" verify \
            --python "$OUT/slow" --drawn "$iris"
    done
    PYTHON=$OUT/killed
    verified 1 "Python that is killed" 'killed ended with status 1[0-9]*' \
        --drawn "$iris"
    PYTHON=$python
fi
verified 2 "without a model" 'verify: which file' --drawn
verified 2 "a flag of export" 'verify has no flag --onnx' --onnx "$iris"
verified 2 "templates that are not there" 'no template lies in' \
    --templates "$OUT/none" "$iris"
if ! "$PYTHON" -c 'import torch, numpy' 2>"$OUT/log"; then
    skip "models are verified" \
        "PyTorch is not installed: $PYTHON -m pip install torch numpy"
    exit
fi
for m in $(models "$own"); do
    verified 0 "$m" '^all .* tensors agree' --model "$m" "$own"
done
verified 0 "on rows drawn" '^all .* tensors agree' --drawn "$iris"
verified 0 "on rows of the data" '^all .* tensors agree' examples/iris/iris.nn
mkdir "$OUT/without" "$OUT/broken"
echo 'raise OSError("no library")' >"$OUT/broken/torch.py"
PYTHONPATH=$OUT/broken verified 1 "PyTorch that does not load" \
    '^nnc: Python cannot compare: OSError: no library$' --drawn "$iris"
echo 'raise ImportError' >"$OUT/without/onnxruntime.py"
PYTHONPATH=$OUT/without verified 0 "without ONNX Runtime" \
    'not run, since .* -m pip install onnxruntime' --drawn "$iris"

# planted NAME FILE EDIT: the fault that it makes in a template is found.
planted() {
    rm -rf "$OUT/templates"
    cp -r templates "$OUT/templates"
    sed "$3" "templates/$2" >"$OUT/templates/$2"
    ! cmp -s "templates/$2" "$OUT/templates/$2"
    verdict "$1 is planted" "the edit changes nothing"
    verified 1 "found: $1" 'tensors DIFFER' --templates "$OUT/templates" \
        --drawn "$iris"
}
planted "a product with an error of 1e-7" matmul_ref.c \
    's/(nn_real)sum;/(nn_real)(sum * (1 + 1e-7));/'
planted "another figure" pytorch_ops.py 's/argmax(-1)/argmin(-1)/'

cc -std=c11 -O1 -o "$OUT/gen" tests/gen/*.c || exit 2
random=
for seed in $(seq "$from" "$to"); do
    "$OUT/gen" "$seed" >"$OUT/random_$seed.nn"
    random="$random $OUT/random_$seed.nn"
done
# shellcheck disable=SC2086
"$NNC" verify --drawn --rate 1e-3 $random >"$OUT/all" 2>"$OUT/log"
wanted=tensors
"$PYTHON" -c 'import onnxruntime' 2>"$OUT/none" && wanted='tensors.* onnx '
for seed in $(seq "$from" "$to"); do
    grep "^random_$seed " "$OUT/all" >"$OUT/line"
    grep -q "$wanted" "$OUT/line" && ! grep -q DIFFERS "$OUT/line"
    verdict "random_$seed" \
        "$(cat "$OUT/line"; grep -m 1 "random_$seed-verify" "$OUT/log")"
done

# Among so many models is each operator, some by passes alone.
if [ $((to - from)) -ge 199 ]; then
    for f in $random; do
        "$NNC" compile --plain --dump fold "$f" -o "$OUT/dumped.c"
        "$NNC" compile --dump sparse "$f" -o "$OUT/dumped.c"
    done 2>"$OUT/log" | grep -o '= [A-Z_0-9]* ' | tr -d '= ' | sort -u \
        >"$OUT/drawn"
    cat compiler/ir/ops.def compiler/ir/maps.def |
        sed -n 's/^[A-Z]*(\([A-Z_0-9]*\),.*/\1/p' | sort -u |
        comm -23 - "$OUT/drawn" >"$OUT/missing"
    [ ! -s "$OUT/missing" ]
    verdict "all operators are drawn" "$(tr '\n' ' ' <"$OUT/missing")"
fi
