#!/bin/sh
# language.sh: every file of tests/lang and every example is accepted by
# `nnc fmt`; formatting twice changes nothing more; what is formatted is the
# same model; the samples of the language pass `nnc check`.
. tests/lib.sh
fresh language

for f in tests/lang/*.nn examples/*/*.nn tests/golden/*.nn; do
    name=${f##*/}
    cp "$f" "$OUT/$name"
    if ! "$NNC" fmt "$OUT/$name" >"$OUT/log" 2>&1; then
        not_ok "fmt $name" "$(head -n 1 "$OUT/log")"
        continue
    fi
    cp "$OUT/$name" "$OUT/once"
    "$NNC" fmt "$OUT/$name" >"$OUT/log" 2>&1 &&
        cmp -s "$OUT/once" "$OUT/$name" && "$NNC" fmt --check "$OUT/$name" \
        >>"$OUT/log" 2>&1
    verdict "fmt $name twice" "the second time changes more"
    # Comments stay, and so do all words in their order.
    tr -d ' \t\r\n\357\273\277' <"$f" >"$OUT/before"
    tr -d ' \t\r\n\357\273\277' <"$OUT/$name" >"$OUT/after"
    cmp -s "$OUT/before" "$OUT/after"
    verdict "fmt $name keeps every word" "words or comments changed"
done

# What is formatted compiles to the same text but for lines in comments.
plain_text() {
    gcc -fpreprocessed -dD -E -P -x c "$1" | sed 's/\.nn", [0-9]*}/.nn"}/'
}
cp examples/residual/residual.nn "$OUT/residual.nn"
"$NNC" compile "$OUT/residual.nn" -o "$OUT/a.c" >"$OUT/log" 2>&1
"$NNC" fmt "$OUT/residual.nn" >>"$OUT/log" 2>&1
"$NNC" compile "$OUT/residual.nn" -o "$OUT/b.c" >>"$OUT/log" 2>&1
plain_text "$OUT/a.c" >"$OUT/a.txt"
plain_text "$OUT/b.c" >"$OUT/b.txt"
sed -i 's/"b\.h"/"a.h"/' "$OUT/b.txt"
[ -s "$OUT/a.txt" ] && cmp -s "$OUT/a.txt" "$OUT/b.txt"
verdict "fmt does not change the model" "the C differs"

for f in shakespeare translate iris lenet5 cells resnet8 textcnn slots \
    left; do
    "$NNC" check "tests/lang/$f.nn" >"$OUT/log" 2>&1
    verdict "$f.nn is accepted" "$(head -n 1 "$OUT/log")"
done
