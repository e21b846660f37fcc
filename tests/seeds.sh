#!/bin/sh
# seeds.sh: worked examples with their weights in the text, as floats and as
# doubles; and the LSTM of the textbook, whose loss must fall.
. tests/lib.sh
fresh seeds
mkdir -p "$OUT/f32" "$OUT/f64"
rows=
for m in $(models tests/e2e/seeds.nn); do
    if "$NNC" compile --model "$m" tests/e2e/seeds.nn -o "$OUT/f32/$m.c" &&
        "$NNC" compile --plain --model "$m" tests/e2e/seeds.nn \
            -o "$OUT/f64/$m.c"; then
        rows="$rows $m=$m"
    else
        not_ok "$m" "does not compile: $(grep -v written "$OUT/log" | grep "error\|bug" | head -n 1)" >&3
    fi >"$OUT/log" 2>&1
done 3>&1
# shellcheck disable=SC2086
table $rows >"$OUT/table.c"
objects -O2 "$OUT"/f32/*.c
objects "-O1 -DNN_REAL=double" "$OUT"/f64/*.c
driver f32 seeds "" "$OUT/table.c" "$OUT"/f32/*.o --
driver f64 seeds -DNN_REAL=double "$OUT/table.c" "$OUT"/f64/*.o --

# The demonstration of the textbook's LSTM: 100 steps of gradient descent.
cp tests/e2e/textbook.nn "$OUT"
printf '%s\n' -0.5,0.2,0.1,-0.5 >"$OUT/wanted.csv"
(cd "$OUT" && "$NNC" train textbook.nn --log loss.csv --quiet) >"$OUT/textbook.log" 2>&1
tail -n 1 "$OUT/loss.csv" | awk -F, '{ exit !($5 != "" && $5 < 1e-4) }'
verdict "textbook's lstm learns four numbers" \
    "its loss is $(tail -n 1 "$OUT/loss.csv" 2>&1)"
