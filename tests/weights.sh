#!/bin/sh
# weights.sh: weights as a part of the C: functions that a person calls, and
# NAME-infer without a file; the README's example; what is refused.
. tests/lib.sh
fresh weights
cp tests/weights.nn tests/weights.csv tests/golden/carried* \
    examples/iris/iris.* tests/e2e/parcel.c "$OUT"
mkdir "$OUT/empty" "$OUT/bytes"
strict='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror'
cd "$OUT" || exit 2

# c NAME.c...: compiles what nnc wrote, without a warning.
c() {
    # shellcheck disable=SC2086
    $GCC -std=gnu11 -O1 -fno-math-errno $SANITIZE $strict -march=x86-64-v3 \
        "$@" -lm
}

# near A B: whether two files of numbers are the same but for rounding.
near() {
    [ -s "$1" ] && [ "$(wc -l <"$1")" -eq "$(wc -l <"$2")" ] &&
        paste -d, "$1" "$2" | awk -F, '{
            for (i = 1; i <= NF / 2; i++) {
                d = $i - $(i + NF / 2); if (d < 0) d = -d
                s = $i < 0 ? -$i : $i
                if (!(d <= 2e-6 * (s + 1))) bad = 1 }
        } END { exit bad }'
}

if ! grep -q avx2 /proc/cpuinfo; then
    skip weights "the processor lacks AVX2"
    exit 0
fi

# The README's example, as it stands there: a header of C and C++, a file of C,
# and class names from training.
"$NNC" train iris.nn --epochs 60 --quiet --out iris.safetensors >iris.log 2>&1 &&
    "$NNC" compile iris.nn --target avx2 --weights iris.safetensors \
        -o flower.c >flower.log 2>&1
verdict "weights in the C" "$(tail -n 1 iris.log flower.log)"
awk '/^```c$/ { on = 1; text = ""; next }
    /^```$/ { if (on && text ~ /flower/) printf "%s", text; on = 0 }
    on { text = text $0 "\n" }' "$TREE/README.md" >main.c
c -o flower main.c flower.c && $UNDER ./flower >flower.out &&
    grep -q '^virginica ' flower.out
verdict "the README's example" "$(cat flower.out)"
printf '#include "flower.h"\nint main() { float y[3] = {}; const float x[4] = {};
return iris_predict(x, y) + !iris_classify(x); }\n' >main.cc
c -x c++ -std=c++17 -fsyntax-only main.cc 2>main.log ||
    "${CXX:-c++}" -std=c++17 -Wall -Wextra -pedantic -Werror -fsyntax-only \
        main.cc 2>main.log
verdict "the header in C++" "$(head -n 3 main.log)"

awk '/^```c$/ { on = 1; text = ""; next }
    /^```$/ { if (on && text ~ /iris_predict/) printf "%s", text; on = 0 }
    on { text = text $0 "\n" }' "$TREE/docs/language.md" >declared
[ -s declared ] && ! grep -v -x -F -f flower.h declared >missing
verdict "the header that the language's reference shows" "$(head -n 1 missing)"

# Weights to train from.
"$NNC" compile iris.nn --target avx2 --init iris.safetensors -o iris.c \
    >init.log 2>&1 &&
    c -I"$TREE/runtime" -I. -o init "$TREE/tests/e2e/init.c" iris.c \
        "$ABS/libnnrt.a" -lz -lpng -lpthread && $UNDER ./init >init.out &&
    ! [ -s init.out ]
verdict "weights that training begins with" "$(cat init.log init.out)"
for flags in "--weights iris.safetensors" --infer-only; do
    # shellcheck disable=SC2086
    "$NNC" compile iris.nn --init iris.safetensors $flags >init.log 2>&1
    [ $? -eq 2 ] && [ "$(wc -l <init.log)" -eq 1 ]
    verdict "--init with $flags" "$(cat init.log)"
done

# All that data can do to numbers: the functions give what NAME-infer gives of
# the same rows, and this the same bits with the weights in it as with a file.
"$NNC" train weights.nn --quiet --out parcel.safetensors >parcel.log 2>&1 &&
    "$NNC" build weights.nn --target avx2 --infer-only -o file >>parcel.log &&
    "$NNC" build weights.nn --target avx2 --weights parcel.safetensors \
        -o given >>parcel.log 2>&1
verdict "a program with weights is built" "$(tail -n 2 parcel.log)"
for flags in --csv "--csv --output cost" --json ""; do
    # shellcheck disable=SC2086
    $UNDER file/parcel-infer $flags --weights parcel.safetensors weights.csv \
        >file.out && [ -s file.out ] && (cd empty &&
        $UNDER ../given/parcel-infer $flags ../weights.csv >../given.out) &&
        cmp file.out given.out
    verdict "the same bits, ${flags:-words}" \
        "$(diff file.out given.out | head -n 2)"
done

# The same rows in ONNX Runtime, as they stand in the file.
PYTHON=${PYTHON:-python3}
"$NNC" export --onnx weights.nn --model parcel --weights parcel.safetensors \
    -o parcel.onnx >onnx.log 2>&1
verdict "an ONNX file" "$(head -n 1 onnx.log)"
if "$PYTHON" -c 'import onnx, onnxruntime' 2>onnx.log; then
    for output in sort cost; do
        $UNDER given/parcel-infer --csv --output $output weights.csv \
            >$output.csv
    done
    paste -d, sort.csv cost.csv >both.csv
    "$PYTHON" "$TREE/tests/export/raw.py" 1e-5 parcel.onnx weights.csv both.csv
else
    skip "ONNX Runtime prepares rows the same" \
        "it is not installed: $PYTHON -m pip install onnx onnxruntime"
fi
given/parcel-infer --weights x >flag.log 2>&1
grep -q 'weights is no flag' flag.log
verdict "no flag for what it holds" "$(head -n 1 flag.log)"

# The numbers in model.c, in another file of C, or as bytes for the assembler.
tail -n +2 weights.csv >rows
mv parcel.c call.c
for form in "" numbers.c bytes/parcel.bin; do
    more=
    [ "$form" = numbers.c ] && more=$form
    "$NNC" compile weights.nn --target avx2 --weights parcel.safetensors \
        ${form:+--weights-file} $form -o parcel.c >parcel.log 2>&1 &&
        c -Ibytes -o parcel call.c parcel.c $more 2>parcel.err &&
        $UNDER ./parcel <rows >"parcel.out${form##*.}" &&
        [ -s "parcel.out${form##*.}" ] &&
        cmp parcel.out "parcel.out${form##*.}"
    verdict "functions, ${form:-all in one}" \
        "$(tail -n 1 parcel.log; head -n 2 parcel.err)"
done
given/parcel-infer --csv weights.csv >sort && given/parcel-infer --csv \
    --output cost weights.csv >cost && paste -d, sort cost >wanted
cut -d, -f2- parcel.out >got
near wanted got
verdict "functions give what the program gives" "$(diff wanted got | head -n 2)"
given/parcel-infer --output sort weights.csv | sed 's/^[0-9]*: //; s/ .*//' \
    >wanted
cut -d, -f1 parcel.out >got
cmp wanted got
verdict "classes have their names" "$(diff wanted got | head -n 2)"

# predicts MODEL INPUTS OUTPUTS ROWS: what its function gives of rows of numbers.
cat >each.c <<'M'
#include <stdio.h>
int main(void)
{
    float x[IN], y[OUT];
    int n = 0;
    while (scanf("%f%*[,\n]", &x[n]) == 1)
        if (++n == IN) {
            n = 0;
            if (PREDICT(x, y) != 0)
                return 1;
            for (int i = 0; i < OUT; i++)
                printf("%.9g%c", (double)y[i], i < OUT - 1 ? ',' : '\n');
        }
    return n;
}
M
predicts() {
    rm -f rows.c
    "$NNC" compile "$1.nn" --target avx2 --weights "$1.safetensors" \
        -o rows.c >"$1.log" 2>&1 &&
        c -include rows.h -DPREDICT="$1_predict" -DIN="$2" -DOUT="$3" \
            -o rows each.c rows.c && $UNDER ./rows <"$4"
}

# Weights from elsewhere, cells with states, and kernels that depend on weights
# alone: what those make is in the C, and the weights are not.
predicts carried 15 2 carried-rows.csv >got && near carried-wanted.csv got
verdict "what is prepared is computed" "$(tail -n 1 carried.log)"
grep -q 'made of other weights' rows.c && ! grep -q '_prepare(' rows.c &&
    grep -q '/\* head.bias \[2\] \*/' rows.c &&
    ! grep -q '/\* encoder.bias_hh_l0' rows.c
verdict "weights that nothing reads are left out" ""

# made FILE NAME:SHAPE...: a weights file of small numbers.
made() {
    to=$1
    shift
    printf '%s\n' "$@" | awk -F: 'BEGIN { at = 0 } {
            n = split($2, size, ","); count = 1
            for (i = 1; i <= n; i++) count *= size[i]
            text = text (text ? "," : "{") "\"" $1 "\":{\"dtype\":\"F32\"," \
                "\"shape\":[" $2 "],\"data_offsets\":[" at "," \
                at + 4 * count "]}"
            at += 4 * count
        } END {
            n = length(text) + 1
            printf "%c%c%c%c%c%c%c%c%s}", n % 256, n / 256, 0, 0, 0, 0, 0, 0, text
            for (i = 0; i < at / 4; i++) {
                s = (s * 5 + 3) % 1021
                printf "%c%c%c%c", s % 127, s % 113, s % 101, s % 2 ? 60 : 188
            }
        }' >"$to"
}

# same_bits MODEL FLAG...: what the program says with a file and without.
same_bits() {
    model=$1
    shift
    for how in "file --infer-only" "given --weights $model.safetensors"; do
        # shellcheck disable=SC2086
        "$NNC" build "$model.nn" --target avx2 ${how#* } -o "${how%% *}"
    done >"$model.log" 2>&1 &&
        $UNDER "file/$model-infer" "$@" --weights "$model.safetensors" \
            >file.out && [ -s file.out ] && (cd empty &&
        $UNDER "../given/$model-infer" "$@" >../given.out) &&
        cmp file.out given.out
}

# Many numbers go to the assembler; a text is written with what each token hands
# to the next among the weights.
cat >large.nn <<'M'
model large {
  input x: f32[520];
  y = x -> dense(520) as d;
  output y;
  data { x = csv("large.csv") -> scale(1/8); }
}
M
made large.safetensors d.weight:520,520 d.bias:520
awk 'BEGIN { for (i = 1; i < 520; i++) printf "%d,", i % 7; print 1 }' >large.csv
same_bits large --csv "$OUT/large.csv" && [ -s given/large_weights.bin ]
verdict "many numbers are bytes" "$(tail -n 1 large.log)"
predicts large 520 520 large.csv >got && [ -s rows_weights.bin ] &&
    near given.out got && grep -q 'x \[520\]: .*times 0.125 here' rows.h
verdict "and so they are for functions" "$(tail -n 1 large.log)"
cat >writes.nn <<'M'
model writes {
  input x: token(9)[4];
  logits = x -> embedding(3) as table -> gru(3) as said -> dense(9) as read;
  output softmax(logits);
  generate x from logits;
}
M
made writes.safetensors table.weight:9,3 said.weight_ih_l0:9,3 \
    said.weight_hh_l0:9,3 said.bias_ih_l0:9 said.bias_hh_l0:9 read.weight:9,3 \
    read.bias:9
same_bits writes --seed 3 --length 8 --prompt 3
verdict "a text is written" "$(tail -n 1 writes.log; diff file.out given.out)"

# Classes of steps have names too, whatever tensors are called, and no one class
# is the most probable.
cat >tags.nn <<'M'
model tags {
  input  x: token(9)[4];
  target tag: class(3)[4];
  param tag_names: f32[3], init: zeros;
  read = (x -> embedding(3) as table) + tag_names;
  output softmax(read);
  loss   cross_entropy(read, tag);
}
M
made tags.safetensors table.weight:9,3 tag_names:3
"$NNC" compile tags.nn --target avx2 --weights tags.safetensors -o tags.c \
    >tags.log 2>&1 && c -shared -fPIC -o tags.so tags.c &&
    grep -q 'char \*const tags_tag_names\[3\];' tags.h &&
    ! grep -q classify tags.h && ! grep -q tags_x_names tags.h
verdict "classes of steps have names" "$(tail -n 1 tags.log)"

# refuses NAME STATUS TEXT FLAG...: compile refuses, and leaves no file.
refuses() {
    name=$1 status=$2 text=$3
    shift 3
    rm -f refused.c refused.h
    "$NNC" compile "$@" -o refused.c >refused.log 2>&1
    [ $? -eq "$status" ] && grep -q -e "$text" refused.log &&
        [ ! -e refused.c ] && [ ! -e refused.h ]
    verdict "$name" "$(head -n 2 refused.log)"
}

head -c 2000 carried.safetensors >short
sed 's/"nnc.data.size"/"nnc.data.sizi"/' parcel.safetensors >unlearned
sed 's/lstm(7)/lstm(8)/' carried.nn >wider.nn
refuses "no such file" 1 'cannot open none' carried.nn --weights none
refuses "no such file, of a model that trains" 1 \
    'nnc train weights.nn` saves weights as parcel.safetensors' \
    weights.nn --weights none
refuses "a folder" 1 'empty: it is a folder' carried.nn --weights empty
: >nothing
refuses "an empty file" 1 'nothing is empty' carried.nn --weights nothing
refuses "another kind of file" 1 'carried.nn' carried.nn --weights carried.nn
refuses "a damaged file" 1 'short' carried.nn --weights short
refuses "weights of another model" 1 'does not fit the model carried' \
    carried.nn --weights parcel.safetensors
refuses "other shapes" 1 'encoder.weight_ih_l0 is .28, 3., the model has .32, 3.' \
    wider.nn --weights carried.safetensors
refuses "nothing was learned" 1 'not hold the means and deviation of size' \
    weights.nn --weights unlearned
refuses "a model that writes" 1 'nnc build --weights' \
    writes.nn --weights carried.safetensors
for target in cortex-m wasm; do
    refuses "a model that writes, where no program does: $target" 1 \
        'place of --weights writes writes_init, parameters for writes_next' \
        writes.nn --weights carried.safetensors --target $target
done
refuses "many rows" 2 'leave out --batch' \
    carried.nn --weights carried.safetensors --batch 8
refuses "a file without weights" 2 'needs --weights' \
    carried.nn --weights-file x.c
refuses "one file for both" 2 'a file of its own' \
    carried.nn --weights carried.safetensors --weights-file ./refused.c
refuses "a file for no form" 2 'NAME.bin for an assembler' \
    carried.nn --weights carried.safetensors --weights-file x.txt
cp carried.safetensors own.c
"$NNC" compile carried.nn --weights own.c -o own.c >refused.log 2>&1
[ $? -eq 1 ] && grep -q 'own.c is the weights' refused.log &&
    cmp -s own.c carried.safetensors
verdict "the weights are not replaced" "$(head -n 2 refused.log)"

# unbuilt NAME STATUS TEXT FLAG...: build refuses before it tells anything, and
# makes no program.
unbuilt() {
    name=$1 status=$2 text=$3
    shift 3
    "$NNC" build "$@" -o unbuilt >refused.log 2>refused.err
    [ $? -eq "$status" ] && grep -q -e "$text" refused.err &&
        [ ! -s refused.log ] && [ -z "$(ls unbuilt 2>&1 | grep infer)" ]
    verdict "build: $name" "$(cat refused.log refused.err | head -n 2)"
}
unbuilt "no such file" 1 'saves weights as parcel.safetensors' weights.nn \
    --weights none
unbuilt "a folder" 1 'empty: it is a folder' weights.nn --weights empty
unbuilt "an empty file" 1 'nothing is empty' weights.nn --weights nothing
unbuilt "another kind of file" 1 'is not a safetensors file' weights.nn \
    --weights weights.csv
unbuilt "a damaged file" 1 'short' carried.nn --weights short
unbuilt "weights of another model" 1 'does not fit the model iris' iris.nn \
    --weights parcel.safetensors
unbuilt "other shapes" 1 'the model has .32, 3.' wider.nn \
    --weights carried.safetensors
unbuilt "weights for a firmware" 2 'nnc compile --target=cortex-m' iris.nn \
    --weights iris.safetensors --target cortex-m
unbuilt "weights for WebAssembly" 2 'say --html' iris.nn \
    --weights iris.safetensors --target wasm
unbuilt "an unknown processor" 2 'native, avx512, avx2' iris.nn --target avx3
unbuilt "weights to train from" 2 'did you mean --weights' iris.nn \
    --init iris.safetensors

# An input called like a function, an output like a table, one like an input.
printf 'a,1,u\nb,2,v\na,3,u\n' >meet.csv
cat >meet.nn <<'END'
model meet {
  input  classify: token(8);
  input  x: f32[1];
  target t: class(2), s: class(2), v: f32[1];
  y = concat(classify -> one_hot(8), x);
  a = y -> dense(2) as a1;
  b = y -> dense(2) as b1;
  c = y -> dense(1) as c1;
  output names = softmax(a);
  output softmax(b);
  output x = c;
  loss cross_entropy(a, t), cross_entropy(b, s), squared_error(c, v);
  data {
    classify = csv("meet.csv", column: 1) -> ids(8);
    x = csv("meet.csv", column: 2) -> standardize;
    t = csv("meet.csv", column: 3) -> category;
    s = csv("meet.csv", column: 3) -> category;
    v = csv("meet.csv", column: 2) -> standardize;
  }
  train { batch 3; epochs 1; }
}
END
"$NNC" train meet.nn --quiet --out meet.safetensors >meet.log 2>&1 &&
    "$NNC" compile meet.nn --target avx2 --weights meet.safetensors \
        -o meet.c >>meet.log 2>&1 && c -shared -fPIC -o meet.so meet.c >>meet.log 2>&1
verdict "names that could meet" "$(head -n 3 meet.log)"
