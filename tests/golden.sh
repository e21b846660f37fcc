#!/bin/sh
# golden.sh: models against the numbers of PyTorch: outputs, losses, metrics
# and gradients, ten steps of each optimiser. The tuned text with floats must
# agree within 1e-5, the plain text with doubles within 1e-9.
. tests/lib.sh
fresh golden
mkdir -p "$OUT/f32" "$OUT/f64" "$OUT/models"

# Examples that PyTorch has computed, with plain gradient descent so that
# gradients can be read off a step, and without dropout, which it draws otherwise.
for f in examples/*/*.nn; do
    name=${f##*/}
    ! [ -e "tests/golden/${name%.nn}.txt" ] ||
        sed 's/optimizer [^;]*;/optimizer sgd(rate: 1);/; s/clip norm [^;]*;//
            s/drop = [0-9.]*/drop = 0/' "$f" >"$OUT/models/$name"
done
cp tests/golden/*.nn examples/adding/own_lstm.nn "$OUT/models"
rm -f "$OUT/models/carried.nn"

# compile MODEL FILE: both texts, or a failed test. Under sanitizers the tuned
# text is enough: `judge` has the plain one.
compile() {
    "$NNC" compile --model "$1" "$2" -o "$OUT/f32/$1.c" && {
        [ -n "${LIGHT:-}" ] ||
            "$NNC" compile --plain --model "$1" "$2" -o "$OUT/f64/$1.c"
    }
}

rows=
for f in "$OUT"/models/*.nn; do
    for m in $(models "$f"); do
        if ! [ -e "tests/golden/$m.txt" ]; then
            not_ok "$m" "there is no tests/golden/$m.txt"
        elif compile "$m" "$f" >"$OUT/$m.log" 2>&1; then
            rows="$rows $m=$m"
        else
            not_ok "$m" "$(head -n 1 "$OUT/$m.log")"
        fi
    done
done

table $rows >"$OUT/table.c"
# Numbers are the same at each level. The large texts are not optimised, which
# would take minutes, nor are those of doubles but for the two that run long.
set -- "$OUT"/f32/*.c
[ -n "${LIGHT:-}" ] || set -- $(find "$OUT/f32" -name '*.c' -size +60k)
objects -O0 "$@"
if [ -z "${LIGHT:-}" ]; then
    objects -O2 $(find "$OUT/f32" -name '*.c' -size -61k)
    objects "-O0 -DNN_REAL=double" "$OUT"/f64/*.c
    objects "-O1 -DNN_REAL=double" "$OUT"/f64/resnet8.c \
        "$OUT"/f64/shakespeare.c
fi
cat "$OUT"/f??/*.log # what the compiler said
driver f32 golden "" "$OUT/table.c" "$OUT"/f32/*.o -- tests/golden 1e-5
[ -n "${LIGHT:-}" ] || driver f64 golden -DNN_REAL=double "$OUT/table.c" \
    "$OUT"/f64/*.o -- tests/golden 1e-9

# A state dictionary that PyTorch saved, as it is.
"$NNC" build tests/golden/carried.nn -o "$OUT" >"$OUT/carried.log" 2>&1 &&
    "$OUT/carried-infer" --csv --weights tests/golden/carried.safetensors \
        tests/golden/carried-rows.csv >"$OUT/carried.csv" 2>>"$OUT/carried.log"
paste -d, "$OUT/carried.csv" tests/golden/carried-wanted.csv | awk -F, '
    { for (i = 1; i <= 2; i++) {
          difference = $i - $(i + 2)
          if (difference > 1e-6 || difference < -1e-6 || $i == "") bad = 1 } }
    END { exit bad || NR != 4 }'
verdict "weights saved by PyTorch" "$(tail -n 1 "$OUT/carried.log")"
