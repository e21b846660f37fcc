#!/bin/sh
# bounds.sh: no legal model meets a fixed limit of the compiler's own, and
# what explodes ends early, with one message.
. tests/lib.sh
fresh bounds
cd "$OUT" || exit 2

# repeat N TEXT: the text N times, `@` in it the number from 1, `~` that before.
repeat() {
    awk -v n="$1" -v text="$2" 'BEGIN {
        for (i = 1; i <= n; i++) {
            s = text; gsub(/@/, i, s); gsub(/~/, i - 1, s); print s } }'
}

# compiles NAME: as it is and plain.
compiles() {
    for how in '' --plain; do
        # shellcheck disable=SC2086
        "$NNC" compile $how "$1.nn" -o "$1.c" >out 2>err
        verdict "$1 $how compiles" "status $?: $(head -n 1 err)"
    done
}

{
    echo 'cell deep(n) { state h: f32[n]; v0 = in + h;'
    repeat 72 'v@ = v~ -> dense(n) -> tanh;'
    echo "h' = v72; out = h'; }"
    echo 'model stacks { input x: f32[3, 2]; target t: f32[3, 2];
        y = x -> deep(2); output y; loss squared_error(y, t); }'
} >stacks.nn
compiles stacks

{
    echo 'model operands {'
    repeat 80 'input x@: f32[40], z@: f32[40];'
    echo 'y = 0'
    repeat 80 '+ x@ * z@'
    echo '; output y; }'
} >operands.nn
compiles operands

echo 'model strides { input x: f32[2, 30, 30]; target t: f32[3];
    y = x -> conv(17, 1) -> conv(16, 12, stride: 9) -> flatten -> dense(3);
    output y; loss squared_error(y, t); }' >strides.nn
compiles strides

# ends NAME TEXT COMMAND...: one message with the text, status 1, no file.
ends() {
    name=$1 text=$2
    shift 2
    "$NNC" "$@" >out 2>err
    status=$?
    [ $status -eq 1 ] && grep -qF -- "$text" err && [ "$(grep -c . err)" -le 12 ]
    verdict "$name ends" "status $status: $(head -n 2 err | cut -c 1-200)"
}

{
    echo 'model doubled { input x: f32[4]; v0 = x;'
    repeat 26 'v@ = concat(v~, v~);'
    echo 'output y = v26 -> dense(1); }'
} >doubled.nn
echo 'model chained { input x: f32[4];
    output y = x -> chain(for i in 1..10000: dense(1)); }' >chained.nn
for m in doubled chained; do
    ends "check $m" budget check --budget 200 $m.nn
    ends "compile $m" budget compile --budget 200 $m.nn -o $m.c
    [ ! -e $m.c ] && [ ! -e $m.h ]
    verdict "compile $m leaves no file" "$(echo $m.*)"
done
ends "a smaller budget" 'beyond its budget' check --budget 1 stacks.nn

# within NAME COMMAND...: ends soon by the processor's clock, and not by a
# signal or a bug. What waits for something ends by the other one.
within() {
    name=$1
    shift
    (ulimit -t 20 && exec timeout 300 "$NNC" "$@") >out 2>err
    status=$?
    [ $status -le 1 ]
    verdict "$name is linear" "status $status: $(head -n 1 err | cut -c 1-200)"
}

# What stands between `model m { input x: f32[4];` and its end.
model() {
    echo 'model m { input x: f32[4]; v0 = x;'
    cat
    echo 'output y = x -> dense(1); }'
}

repeat 30000 'v@ = @;' | model >statements.nn
repeat 30000 'v@ = nope@;' | model >unknown.nn
repeat 30000 'v@ = x + [1, 2];' | model >kinds.nn
repeat 64 'v@ = [v~, v~];' | model >lists.nn
{
    repeat 30000 'block b@ { out = in -> b~; }'
    echo 'block b0 { out = in; }'
    echo | model
} >blocks.nn
{
    repeat 100000 '# @'
    echo | model
} >comments.nn
for m in statements unknown kinds lists blocks comments; do
    within "check $m" check $m.nn
    within "fmt $m" fmt --check $m.nn
done
within "JSON of 30,000 mistakes" check --json unknown.nn

# What is no text is never read to its end.
mkdir -p folder
rm -f pipe
mkfifo pipe
truncate -s 4G huge
for f in /dev/zero /dev/full pipe folder huge; do
    {
        echo "use \"$f\";"
        echo | model
    } >uses.nn
    within "use of $f" check uses.nn
    [ $status -eq 1 ]
    verdict "use of $f is refused" "$(head -n 1 err)"
done
for f in /dev/zero huge folder; do
    within "check $f" check $f
    within "fmt $f" fmt --check $f
done
rm huge

# A name of a megabyte is cut in messages, and a flood of warnings counted.
long=$(head -c 1000000 /dev/zero | tr '\0' a)
echo "v = $long;" | model >long.nn
within "check of a long name" check long.nn
[ "$(wc -c <err)" -lt 2000 ]
verdict "a long name is cut" "$(wc -c <err) bytes"
"$NNC" check statements.nn 2>err
[ "$(grep -c warning: err)" -eq 20 ] && grep -q '29981 more warnings' err
verdict "warnings are counted" "$(tail -n 1 err)"

# Where a list explodes, the message names the place.
echo 'a = for i in 1..1000: for j in 1..1000: 1..1000;' | model >ranges.nn
ends "an exploding list" 'ranges.nn:2:' check --budget 100 ranges.nn
repeat 5000 'v@ = v~ -> relu;' | sed '1i v0 = relu;' |
    (sed 's/^/ /'; echo 'w = x -> v5000;') | model | sed 's/ v0 = x;//' >recipes.nn
within "check of nested layers" check recipes.nn

# Many names of one wish are numbered without a search from 2 on.
{
    echo 'model losses { input x: f32[4]; target t: f32[4];
        y = x -> dense(4); output y;'
    repeat 3000 'loss @ * squared_error(y, t);'
    echo '}'
} >losses.nn
within "compile of 3,000 losses" compile --budget 400 losses.nn -o losses.c
[ $status -eq 0 ]
verdict "3,000 losses fit a small budget" "$(head -n 1 err | cut -c 1-200)"

# What attention takes of its weights costs as much whatever their width.
echo 'model wide { input x: f32[8, 768]; target t: f32[8, 768];
    y = x -> chain(for i in 1..2: transformer(8, 768)); output y;
    loss squared_error(y, t); }' >wide.nn
within "check of wide attention" check --budget 100 wide.nn
[ $status -eq 0 ]
verdict "wide attention fits a small budget" "$(head -n 1 err | cut -c 1-200)"
