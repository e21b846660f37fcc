#!/bin/sh
# judge.sh [FROM TO]: random models FROM..TO against numbers that PyTorch made
# of their texts (tests/judge), so that a mistake which the plain and the tuned
# text share is seen. The plain text with doubles must agree within 1e-9.
. tests/lib.sh
fresh judge
numbers=tests/judge/numbers.txt
all=$([ -n "${LIGHT:-}" ] && echo 20 || grep -c '^model ' $numbers)
from=${1:-1} to=${2:-$all}
mkdir -p "$OUT/f32" "$OUT/f64"
cc -std=c11 -O1 -o "$OUT/gen" tests/gen/*.c || exit 2

rows=
for seed in $(seq "$from" "$to"); do
    m=random_$seed text=$OUT/random_$seed.nn
    "$OUT/gen" "$seed" steady >"$text"
    sum=$(cksum <"$text")
    if ! grep -q "^model $m [0-9]* ${sum%% *}\$" $numbers; then
        not_ok "$m" "its text has changed: python3 tests/judge/make.py"
    elif "$NNC" compile "$text" -o "$OUT/f32/$m.c" >"$OUT/$m.log" 2>&1 &&
        "$NNC" compile --plain "$text" -o "$OUT/f64/$m.c" >"$OUT/$m.log" 2>&1
    then
        rows="$rows $m=$m"
    else
        not_ok "$m" "$(head -n 1 "$OUT/$m.log")"
    fi
done

# shellcheck disable=SC2086
table $rows >"$OUT/table.c"
objects -O0 "$OUT"/f32/*.c
objects "-O0 -DNN_REAL=double" "$OUT"/f64/*.c
cat "$OUT"/f32/*.log "$OUT"/f64/*.log # what the compiler said
driver f32 judge "" "$OUT/table.c" "$OUT"/f32/*.o -- $numbers 1e-5
driver f64 judge -DNN_REAL=double "$OUT/table.c" "$OUT"/f64/*.o -- $numbers 1e-9
