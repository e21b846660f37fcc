#!/bin/sh
# export.sh: models as programs of PyTorch: the text of small ones as it stands
# in tests/export, all of them as far as Python's own compiler goes, and, where
# PyTorch is installed, their numbers against those of tests/golden; and models
# as ONNX files, which onnx_test.c looks into: where ONNX Runtime is installed,
# their numbers.
. tests/lib.sh
fresh export
PYTHON=${PYTHON:-python3}

# export MODEL FILE FLAG...: writes OUT/MODEL.py.
export_model() {
    model=$1 from=$2
    shift 2
    "$NNC" export --pytorch "$@" --model "$model" "$from" \
        -o "$OUT/$model.py" >"$OUT/$model.log" 2>&1
}

# The class, and how it is updated.
for m in $(models tests/export/models.nn); do
    export_model "$m" tests/export/models.nn
    sed -n '/^class Model/,/^# Name, stream/p' "$OUT/$m.py" | sed '$d' |
        diff "tests/export/$m.txt" - >"$OUT/$m.diff" 2>&1
    verdict "$m's text" "$(head -n 4 "$OUT/$m.diff" | tr '\n' ' ')"
done

# Its numbers are of a model without dropout, which PyTorch draws otherwise.
pairs= onnx=
for f in tests/golden/*.nn examples/*/*.nn; do
    for m in $(models "$f"); do
        flags=
        [ "$m" = shakespeare ] && flags='-D drop=0'
        export_model "$m" "$f" $flags ||
            not_ok "$m" "$(head -n 1 "$OUT/$m.log")"
        if [ -e "tests/golden/$m.txt" ]; then
            pairs="$pairs $OUT/$m.py tests/golden/$m.txt"
        fi
        if grep -q '^output' "tests/golden/$m.txt" 2>/dev/null; then
            onnx="$onnx $f $m tests/golden/$m.txt"
        fi
    done
done

if command -v "$PYTHON" >"$OUT/log"; then
    "$PYTHON" -m py_compile "$OUT"/*.py >"$OUT/log" 2>&1
    verdict "all are Python" "$(tail -n 1 "$OUT/log")"
else
    skip "all are Python" "there is no $PYTHON: install python3"
fi
# Both print a line a model; a program that ends before says why.
computed() {
    "$PYTHON" "$@" 2>"$OUT/log"
    ! grep -q Traceback "$OUT/log"
    verdict "$1 has run" "$(tail -n 1 "$OUT/log")"
}
# refused STATUS WORDS COMMAND...: a mistake has a status and a message.
refused() {
    wanted=$1 words=$2
    shift 2
    "$@" >"$OUT/log" 2>&1
    [ $? -eq "$wanted" ] && grep -q "$words" "$OUT/log"
    verdict "$words" "$(head -n 1 "$OUT/log")"
}
if command -v "$PYTHON" >"$OUT/log"; then
    mkdir "$OUT/without"
    touch "$OUT/without/numpy.py"
    cat >"$OUT/without/torch.py" <<'END'
import os
raise ImportError("threads wait " + os.environ["OMP_WAIT_POLICY"])
END
    PYTHONPATH=$OUT/without refused 1 "^threads wait PASSIVE: pip install" \
        "$PYTHON" "$OUT/iris.py" --train
fi
if "$PYTHON" -c 'import torch, numpy' 2>"$OUT/log"; then
    computed tests/export/golden.py 1e-9 $pairs
    refused 1 "no .*iris.csv: --data DIR says" "$PYTHON" "$OUT/iris.py" --train
    refused 2 "rules has no .data. to train with" "$PYTHON" "$OUT/rules.py" \
        --train
    echo damaged >"$OUT/damaged"
    refused 1 "damaged: this is no .safetensors file" "$PYTHON" "$OUT/iris.py" \
        --infer --data examples/iris --weights "$OUT/damaged"
else
    skip "all compute the same" \
        "PyTorch is not installed: $PYTHON -m pip install torch numpy"
fi

if "$PYTHON" -c 'import onnx, onnxruntime' 2>"$OUT/log"; then
    computed tests/export/runtime.py "$NNC" 1e-5 "$OUT" $onnx
else
    skip "ONNX Runtime computes the same" \
        "it is not installed: $PYTHON -m pip install onnx onnxruntime"
fi
"$NNC" export --onnx tests/golden/carried.nn \
    --weights tests/golden/carried.safetensors -o "$OUT/carried.onnx" \
    >"$OUT/log" 2>&1 && grep -q 'encoder.W' "$OUT/carried.onnx"
verdict "weights of another program" "$(head -n 1 "$OUT/log")"
own=tests/export/models.nn
refused 2 "export: as what" "$NNC" export "$own"
refused 2 "a Python file ends in .py" "$NNC" export --pytorch "$own" -o a.c
refused 2 "export: which file" "$NNC" export --pytorch
for name in torch calendar; do
    refused 2 "$name.py would hide the module" \
        "$NNC" export --pytorch "$own" -o "$OUT/$name.py"
done
cat >"$OUT/taken.nn" <<'END'
model taken {
  input  x: f32[2];
  target t: f32[2];
  y = x -> dense(2) as training;
  output y;
  loss   squared_error(y, t);
}
END
refused 1 "cannot hold .training.weight" \
    "$NNC" export --pytorch "$OUT/taken.nn" -o "$OUT/taken.py"
cat >"$OUT/told.nn" <<'END'
model told {
  input words: token(9)[4];
  target mood: class(2);
  data {
    words = tsv("moods.tsv", column: 2) -> words -> ids(9);
    mood  = tsv("moods.tsv", column: 1) -> category;
  }
  y = words -> embedding(2, weight: vectors("all#1")) -> last; # the end
  output y;
  loss   cross_entropy(y, mood);
  train { optimizer sgd(rate: 1); batch 2; epochs 1; }
}
END
export_model told "$OUT/told.nn"
grep -q '# 8: .*vectors("all#1")) -> last;$' "$OUT/told.py"
verdict "a line without its comment" "$(grep '# 8:' "$OUT/told.py")"
cat >"$OUT/big.nn" <<'END'
model big {
  input x: f32[32768];
  y = x -> dense(4)
        -> dense(32768) -> dense(32768) as wide;
  output y;
}
END
refused 1 "big.nn:4:28: error: an ONNX file has room for" \
    "$NNC" export --onnx "$OUT/big.nn" --weights "$OUT/none"
refused 2 "needs --weights" "$NNC" export --onnx "$own"
refused 2 "export: as what" "$NNC" export --onnx --pytorch "$own"
refused 2 "is for --onnx" "$NNC" export --pytorch "$own" --weights a
refused 2 "an ONNX file ends in .onnx" \
    "$NNC" export --onnx "$own" --weights a -o a.py
refused 1 "cannot open" "$NNC" export --onnx "$own" --weights "$OUT/none"
refused 1 "does not fit the model names" "$NNC" export --onnx "$own" \
    --weights tests/golden/carried.safetensors -o "$OUT/rules.onnx"
refused 1 "cannot write .*none/own.py" \
    "$NNC" export --pytorch "$own" -o "$OUT/none/own.py"
refused 1 "it is a folder" "$NNC" export --onnx "$own" --weights "$OUT"
: >"$OUT/nothing"
refused 1 "nothing is empty" "$NNC" export --onnx "$own" \
    --weights "$OUT/nothing"
refused 1 "saves weights as iris.safetensors" "$NNC" export --onnx \
    examples/iris/iris.nn --weights "$OUT/none"
refused 1 "has no parameter .deep." "$NNC" export --pytorch -D deep=1 "$own"
refused 1 "cannot read .*/none.nn" "$NNC" export --pytorch "$OUT/none.nn"
refused 2 "which is for .*compile, build" "$NNC" export --pytorch --batch 3 \
    "$own"
refused 2 "needs a value" "$NNC" export --pytorch "$own" -o
refused 1 "did you mean .rules." "$NNC" export --pytorch --model rule "$own"
refused 1 "there is no model .rule." \
    "$NNC" export --pytorch --model rule "$own"
refused 2 "export has no flag --torch" "$NNC" export --torch "$own"
refused 2 "export takes one model" "$NNC" export --pytorch "$own" "$own"
cp "$own" "$OUT/own.py"
refused 1 "is a text of this model" \
    "$NNC" export --pytorch "$OUT/own.py" -o "$OUT/own.py"
cmp -s "$own" "$OUT/own.py"
verdict "and stays what it is" "it was written over"
