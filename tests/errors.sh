#!/bin/sh
# errors.sh: `nnc check` on every file of tests/errors says exactly what the
# comments at the file's end say, `# error LINE:COL: text` (also `warning`),
# and nothing else, with the advice of `# help: text` where a file has some; its
# exit status tells whether there was an error.
. tests/lib.sh
fresh errors
for f in tests/errors/*.nn; do
    [ -r "$f" ] || exit 2
    name=${f##*/}
    "$NNC" check "$f" >"$OUT/$name.out" 2>&1
    status=$?
    sed -n 's/^# \(error\|warning\) \([0-9]*:[0-9]*\): \(.*\)/\2: \1: \3/p' \
        "$f" >"$OUT/$name.want"
    sed -n "s#^$f:\([0-9]*:[0-9]*: \(error\|warning\): .*\)#\1#p" \
        "$OUT/$name.out" >"$OUT/$name.is"
    sed -n 's/^    help: /# help: /p' "$OUT/$name.out" >"$OUT/$name.helps"
    wanted=0
    grep -q ': error: ' "$OUT/$name.want" && wanted=1
    if ! cmp -s "$OUT/$name.want" "$OUT/$name.is"; then
        not_ok "$name" "$(diff "$OUT/$name.want" "$OUT/$name.is" | tr '\n' ' ')"
    elif grep '^# help: ' "$f" >"$OUT/$name.advice" &&
        ! cmp -s "$OUT/$name.advice" "$OUT/$name.helps"; then
        not_ok "$name" "$(diff "$OUT/$name.advice" "$OUT/$name.helps" |
            tr '\n' ' ')"
    elif [ $status -ne $wanted ]; then
        not_ok "$name" "exit status $status instead of $wanted"
    elif ! [ -s "$OUT/$name.want" ]; then
        not_ok "$name" "it names no expected message"
    else
        ok "$name"
    fi
done
count=$(ls tests/errors/*.nn | wc -l)
[ "$count" -ge 60 ]
verdict "at least 60 mistakes" "there are only $count"
