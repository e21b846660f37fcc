#!/bin/sh
# commands.sh: what the commands do that make no program: check, compile, fmt,
# summary and graph, their files, messages and exit statuses.
. tests/lib.sh
fresh commands
XDG_CACHE_HOME=$OUT/cache
export XDG_CACHE_HOME
cd "$OUT" || exit 2
cp "$TREE/tests/small.nn" "$TREE/tests/blocks.nn" .
grep -v 'data {\|train {\|target\|loss' small.nn >bare.nn
sed 's/dense(1)/dens(1)/' small.nn >wrong.nn

expect 0 "check: a good model" "$NNC" check small.nn
lines 0 "check: a good model says nothing"
expect 1 "check: a mistake" "$NNC" check small.nn wrong.nn
says err "check: names the mistake's place" "wrong.nn:4:"
expect 1 "check: JSON" "$NNC" check --json wrong.nn
says out "check: JSON goes to the output" '"line"'
expect 1 "check: no such file" "$NNC" check nothing.nn
says err "check: names the missing file" nothing.nn
expect 2 "report: a flag of other commands" "$NNC" report -o r small.nn
says err "report: says how to get a file" '> FILE'
while read -r command flag ours; do
    expect 2 "$command: $flag" "$NNC" "$command" "$flag" small.nn
    says err "$command: $flag leads to $ours" "did you mean $ours?"
done <<'END'
train --lr --rate
train --batch-size=3 --batch
train --epoch=3 --epochs
train -o --out
train --output --out
compile --out -o
eval --weights --init
infer --init --weights
END
expect 1 "check: standard input" "$NNC" check - <small.nn
says err "check: tells how it is called" 'called /dev/stdin'
expect 0 "check: by its name" "$NNC" check /dev/stdin <small.nn
mkfifo text
"$NNC" check text >out 2>err &
tries=100
until [ -s err ] || [ $((tries -= 1)) -eq 0 ]; do sleep 0.1; done
says err "check: tells that it waits for a pipe" 'written to text'
cat wrong.nn >text
wait $!
[ $? -eq 1 ] && grep -q 'text:4:' err
verdict "check: reads it then" "$(cat err)"
cat small.nn >text &
expect 0 "check: a pipe that somebody writes to" "$NNC" check text
expect 1 "check: a parameter that is none" "$NNC" check -D m=3 small.nn
expect 1 "check: a model that is not there" "$NNC" check --model big small.nn
says err "check: names the file" 'no model `big` in small.nn'
says err "check: names the models that are there" '--model takes `small`'
echo 'block b() { out = in -> relu; }' >no-model.nn
expect 1 "check: a file without models" "$NNC" check --model big no-model.nn
says err "check: says that there are none" 'in no-model.nn, nor any other'
expect 1 "check: no model at all" "$NNC" check no-model.nn
says err "check: says how one begins" 'write: model NAME { ... }'

expect 0 "compile: writes two files" "$NNC" compile small.nn -o my-net.c
says my-net.c "compile: includes the header beside it" '#include "my-net.h"'
says my-net.h "compile: guards the header" 'MY_NET_H'
says my-net.c "compile: has a step" 'small_step'
says out "compile: prints how to compile" '-std=gnu11'
cp my-net.c first.c
expect 0 "compile: again" "$NNC" compile small.nn -o my-net.c
cmp -s first.c my-net.c
verdict "compile: gives the same bytes" "they differ"
expect 0 "compile: without training" "$NNC" compile bare.nn -o bare.c
! grep -q _step bare.c
verdict "compile: a model without loss has no step" "there is one"
expect 0 "compile: --infer-only" "$NNC" compile small.nn --infer-only -o i.c
! grep -q 'small_step' i.h i.c
verdict "compile: --infer-only leaves training out" "there is a step"
shakespeare=$TREE/examples/shakespeare/shakespeare.nn
for how in --infer-only "-D drop=0" "-D cells=64"; do
    # shellcheck disable=SC2086
    "$NNC" compile "$shakespeare" $how -o "w.c" >/dev/null 2>&1
    grep -o 'network = "[0-9a-f]*"' w.c
done >networks
[ "$(uniq -c networks | awk '{ print $1 }' | tr '\n' ' ')" = "2 1 " ]
verdict "compile: weights are the same where their network is" "$(cat networks)"
expect 0 "compile: --batch" "$NNC" compile small.nn --batch 5 -o b.c
says b.h "compile: --batch sets the rows" 'small_infer_batch = 5'
expect 0 "compile: -D" "$NNC" compile small.nn -D n=7 -o d.c
says d.c "compile: -D changes a size" '{7, 4}'
expect 0 "compile: --report" "$NNC" compile small.nn --report -o r.c
says out "compile: --report shows memory" "memory of"
for target in avx512 avx2 generic; do
    expect 1 "compile: too much written out for $target" \
        "$NNC" compile "$TREE/examples/lenet5/lenet5.nn" --unroll=full \
        --target=$target -o u.c
done
says err "compile: names the largest function" 'the largest function is '
[ ! -e u.c ] && [ ! -e u.h ]
verdict "compile: writes nothing then" "there is u.c or u.h"
# A small network is written out whole: no loop is left in its kernels.
"$NNC" compile "$TREE/examples/iris/iris.nn" --unroll=full --report -o whole.c \
    >whole.txt 2>&1
sed -n '/^static void iris_infer_.*matmul/,/^}/p' whole.c >matmul.c
[ -s matmul.c ] && ! grep 'for (' matmul.c >left
verdict "compile: --unroll=full leaves no loop in iris" "$(head -n 1 left)"
grep -q 'written out whole' whole.txt
verdict "compile: --report says so" "it does not"
# Nothing of a name gets into the C as anything but text.
cp small.nn 'it*?? \.nn'
expect 0 "compile: an odd name of a model" "$NNC" compile 'it*?? \.nn' -o o.c
# shellcheck disable=SC2046
$GCC -std=gnu11 -trigraphs -Werror -Wall -Wextra $(processor_flags o.c) \
    -c o.c >log 2>&1
verdict "compile: the name ends no comment" "$(head -n 1 log)"
expect 0 "compile: a name of C's own" "$NNC" compile small.nn -o _stdint.c
says _stdint.h "compile: guards it by another name" 'ifndef H_STDINT_H'
for name in 'a"b.c' 'a\b.c' 'a??-b.c' "$(printf 'a\033b.c')"; do
    expect 2 "compile: a name that no #include has" \
        "$NNC" compile small.nn -o "$name"
done
says err "compile: shows it without controls" 'a\033b.c'
expect 0 "compile: a name with blanks" "$NNC" compile small.nn -o "it's a.c"
says out "compile: quotes it for the shell" "-c 'it'\\''s a.c'"
expect 2 "compile: a wrong ending" "$NNC" compile small.nn -o my-net
expect 1 "compile: no such folder" "$NNC" compile small.nn -o no/such.c
lines 1 "compile: no such folder in one line"
expect 0 "compile: --dump" "$NNC" compile small.nn --dump=dce
says out "compile: --dump prints the graph" MATMUL
for step in fuse wishes schedule layout tiles order prepare feed memplan; do
    "$NNC" compile "$TREE/examples/digits/digits.nn" --dump=$step >"dump-$step"
    [ "$(grep -c '^kernel ' "dump-$step")" -gt 20 ]
    verdict "compile: --dump=$step prints kernels" "$(head -n 1 "dump-$step")"
done
says dump-memplan "compile: --dump=memplan prints places" ' in workspace at '
expect 2 "compile: --dump of nothing" "$NNC" compile small.nn --dump=fould
says err "compile: --dump names the nearest" '`fold`'
grep -q '^the passes are: fold ' err
verdict "compile: --dump lists the passes" "$(tail -n 1 err)"
if [ -w /dev/full ]; then
    ln -s /dev/full full.c
    expect 1 "compile: a full disk" "$NNC" compile small.nn -o full.c
    lines 1 "compile: a full disk in one line"
    "$NNC" report small.nn >/dev/full 2>err
    [ $? -eq 1 ]
    verdict "report: output that does not arrive" "status is not 1"
fi

# What is read is never written over, whatever it is called.
mkdir own
sed 's/random(rows: 40, seed: 1)/npy("x.c")/' small.nn >own/small.c
echo 'use "used.c"; model m { input x: f32[2]; output x -> b; }' >own/m.c
echo 'block b() { out = in -> relu; }' >own/used.c
echo data >own/x.c
ln -s used.c own/link.c
ln own/used.c own/hard.c
for try in 'small.c small.c' 'small.c ../own/small.c' 'small.c x.c' \
    'm.c used.c' 'm.c link.c' 'm.c hard.c' 'm.c m.c'; do
    cat own/*.c | cksum >before
    expect 1 "compile: not over its sources: $try" sh -c \
        "cd own && '$NNC' compile ${try% *} -o ${try#* }"
    lines 1 "compile: not over its sources in one line: $try"
    says err "compile: names the source: $try" 'name another file'
    cat own/*.c | cksum | cmp -s - before
    verdict "compile: sources stay: $try" "one has changed"
done
ln -s "$OUT/small.nn" own/drawn.dot
expect 1 "graph: not over its source" "$NNC" graph small.nn -o own/drawn.dot
cp small.nn own/small-train.c
expect 1 "build: not over its source" \
    "$NNC" build own/small-train.c -o own
cmp -s small.nn own/small-train.c
verdict "build: its source stays" "it has changed"
for data in small-train small-infer.c; do
    sed "s/random(rows: 40, seed: 1)/npy(\"$data\")/" small.nn >own/small.nn
    echo data >own/$data
    expect 1 "build: not over its data: $data" "$NNC" build own/small.nn -o own
    says err "build: names the data: $data" 'is data of this model'
    grep -qx data own/$data
    verdict "build: its data stay: $data" "they have changed"
    rm -f own/small-*
done

mkdir templates
sed 's/^static inline/\/* from the folder *\/ &/' \
    "$TREE/templates/vector.h" >templates/vector.h
expect 0 "templates: from a folder" \
    "$NNC" compile small.nn --templates=templates --batch 64 -o t.c
says t.c "templates: the folder's are used" 'from the folder'
expect 2 "templates: a folder without any" \
    "$NNC" compile small.nn --templates=cache -o t.c

expect 1 "templates: none is overwritten" \
    sh -c "cp templates/vector.h templates/v.c; cp '$TREE/templates/image.c' \
        templates; '$NNC' compile small.nn --templates=templates \
        -o templates/image.c"

# A text is laid out in its place: rights stay, links too.
printf 'model f {\ninput x: f32[2];\noutput x;\n}\n' >f.nn
chmod 640 f.nn && ln -s f.nn to-f.nn
expect 0 "fmt: through a link" "$NNC" fmt to-f.nn
[ -L to-f.nn ] && [ "$(stat -c %a f.nn)" = 640 ] && grep -q '^  output' f.nn
verdict "fmt: keeps the link and the rights" "$(ls -l f.nn to-f.nn)"
mkdir shared && chmod 1777 shared && ln -s ../f.nn shared/f.nn
printf 'model f {\ninput x: f32[2];\noutput x;\n}\n' >f.nn
expect 1 "fmt: a link in a shared folder" "$NNC" fmt shared/f.nn
says err "fmt: says why" 'to which everyone may write'
for command in 'check small.nn --json' 'fmt - <small.nn' 'graph small.nn' \
    'report small.nn' 'compile small.nn' 'build small.nn -o one' --help \
    'infer --help' --version 'check wrong.nn --json'; do
    [ -w /dev/full ] || break
    expect 1 "full disk: $command" sh -c "'$NNC' $command >/dev/full"
done
# No name reaches the terminal with an escape sequence in it.
esc=$(printf '\033')
evil=$(printf 'e\033[31m\233\302\2332J\177')
cp small.nn "$evil.nn" && cp wrong.nn "$evil-wrong.nn" && mkdir "$evil"
sed "s/random(rows: 40, seed: 1)/csv(\"x.csv\", columns: 1..4)/" small.nn \
    >"$evil/csv.nn"
while read -r command; do
    eval "\"$NNC\" $command" >out 2>err </dev/null
    ! cat out err | LC_ALL=C grep -q "$esc\|$(printf '[\177\233]')"
    verdict "names are shown without escapes: $command" \
        "$(cat out err | head -n 2 | od -c | head -n 8)"
done <<'END'
check "$evil-wrong.nn" "no-$evil.nn"
check small.nn -D "$evil"
check small.nn "--$evil"
check small.nn --model "$evil"
"$evil"
fmt "no-$evil.nn"
fmt --check "$evil-wrong.nn" "$evil.nn"
compile small.nn -o "no/$evil.c"
compile "$evil.nn" -o "$evil.c"
compile small.nn -o "$evil"
compile small.nn --dump "$evil"
compile small.nn --templates "$evil"
compile small.nn --target "$evil"
report "$evil.nn"
graph small.nn -o "$evil"
graph small.nn -o "no/$evil.dot"
build "$evil-wrong.nn" -o "$evil"
build small.nn -o "$evil.nn/x"
train "$evil/csv.nn"
train small.nn --out "no/$evil"
train small.nn --epochs "$evil"
train small.nn --log "$evil.nn"
train small.nn --resume "$evil"
train small.nn --out "$evil.out" --epochs 1
infer small.nn --weights "$evil"
infer small.nn --output "$evil"
infer small.nn "$evil"
END
expect 0 "check: with all streams closed" \
    sh -c "'$NNC' check small.nn <&- >&- 2>&-"
expect 1 "check: a mistake, with all streams closed" \
    sh -c "'$NNC' check wrong.nn <&- >&- 2>&-"
for streams in '>&-' '<&- >&-' '2>&-' '<&- >&- 2>&-'; do
    sh -c "'$NNC' compile small.nn -o closed.c $streams"
    cmp -s closed.c first.c || sed 's/closed/my-net/g;s/CLOSED/MY_NET/g' \
        closed.c | cmp -s - first.c
    verdict "compile: with $streams nothing else is in the file" "there is"
done

expect 0 "summary" "$NNC" summary blocks.nn
sed -n '3,/^$/p' out | tr -s ' ' | sed 's/^ //; s/ $//' >is
cat >want <<'END'
line layer kind output parameters multiply-adds
3 x input [4]
5 first dense [6] 30 24
5 tanh [6]
5 w way [6] 42 36
5 way1 way [6] 42 36
5 way2 way [6] 42 36
6 dense1 dense [1] 7 6
all 163 138

END
cmp -s is want
verdict "summary: has the author's layers" "$(diff is want | tr '\n' ' ')"
says out "summary: tells the memory of training" "training of 32 rows: "
says out "summary: tells the memory of inference" "inference of 1 row: "
expect 0 "summary: --open" "$NNC" summary --open blocks.nn
says out "summary: shows what is inside of blocks" "w.deep"
expect 0 "graph: layers" "$NNC" graph blocks.nn
grep -q '^way1  *way  *\[6\]  *<- w$' out && ! grep -q matmul out
verdict "graph: draws what the text applies" "$(tr '\n' ';' <out)"
[ "$(grep -o '.*<-' out | awk '{print length}' | sort -u | wc -l)" -eq 1 ] &&
    ! grep -q ' $' out
verdict "graph: sets sources below each other" "$(tr '\n' ';' <out)"
expect 0 "graph: --open" "$NNC" graph --open blocks.nn
grep -q '^  add.1  *add  *\[6\]  *<- relu.1, tanh.1$' out
verdict "graph: opens blocks" "$(tr '\n' ';' <out)"
cat >measured.nn <<'END'
model measured {
  input x: f32[3]; target t: f32[2];
  y = x -> dense(2); output y; loss squared_error(y, t), mean(abs(y - t));
  metric rmse(y, t), figure(square(y - t));
  data { x = npy("x.npy"); t = npy("t.npy") -> standardize; }
}
END
expect 0 "graph: metrics" "$NNC" graph measured.nn
grep -q '^rmse.1  *rmse  *<- dense1, t$' out && ! grep -q rows_mask out
verdict "graph: a metric stays what the text says" "$(tr '\n' ';' <out)"
cat >cell.nn <<'END'
cell own(n) { state h: f32[n]; h' = h + (in -> dense(n)); out = h'; }
model over_time { input x: f32[9, 3]; output x -> own(4) -> last; }
END
expect 0 "graph: --open a cell" "$NNC" graph --open cell.nn
grep -q '^own1  *own  *\[9, 4\]  *<- x$' out && ! grep -q pick out
verdict "graph: a cell stays one box" "$(tr '\n' ';' <out)"
expect 0 "graph: text" "$NNC" graph --nodes small.nn
says out "graph: text names operators" MATMUL
expect 0 "graph: dot" "$NNC" graph small.nn -o g.dot
says g.dot "graph: dot is a graph" digraph
expect 2 "graph: another ending" "$NNC" graph small.nn -o g.png
mkdir bin
expect 1 "graph: no graphviz" env PATH="$OUT/bin" "$NNC" graph small.nn -o g.svg
says err "graph: tells what to install" graphviz
if command -v dot >/dev/null; then
    expect 0 "graph: svg" "$NNC" graph small.nn -o g.svg
    says g.svg "graph: svg is a drawing" '<svg'
    [ "$(echo g.svg*)" = g.svg ]
    verdict "graph: leaves nothing behind" "$(echo g.svg*)"
else
    skip "graph: svg" "graphviz is not installed"
fi
