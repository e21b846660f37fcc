#!/bin/sh
# driver.sh: what the commands do that make programs and run them: build, train,
# eval, infer and report, the cache, other programs, signals.
. tests/lib.sh
fresh driver
XDG_CACHE_HOME=$OUT/cache
export XDG_CACHE_HOME
cd "$OUT" || exit 2
cp "$TREE/tests/small.nn" "$TREE/tests/blocks.nn" .
grep -v 'data {\|train {\|target\|loss' small.nn >bare.nn
mkdir bin

# A person at a terminal is told what takes so long.
script -qec "'$NNC' build blocks.nn -o told" seen >/dev/null 2>&1
grep -q 'compiling 10 layers with ' seen
verdict "build: says that it compiles" "$(tr '\r\n' '  ' <seen)"

# Two at the same time, with nothing in the cache.
"$NNC" build small.nn -o one >one.log 2>&1 &
"$NNC" build small.nn -o two >two.log 2>&1
second=$?
wait $!
[ $? -eq 0 ] && [ $second -eq 0 ] && [ -x one/small-train ] &&
    [ -x two/small-train ] && [ -x one/small-infer ] && [ -x two/small-infer ]
verdict "build: two at once" "$(cat one.log two.log | head -n 3)"
cmp -s one/small-train two/small-train
verdict "build: both got the same program" "they differ"
! ls cache/nnc | grep -q '^nnc-new-'
verdict "cache: no half-made folder" "$(ls cache/nnc | grep '^nnc-new-')"
before=$(ls cache/nnc | wc -l)
expect 0 "build: again" "$NNC" build small.nn -o one
[ "$(ls cache/nnc | wc -l)" -eq "$before" ]
verdict "build: again takes it from the cache" "the cache has grown"
says one/small-train.c "build: leaves the C" 'int main('
grep -q '\.flops = [1-9]' one/small-train.c
verdict "build: counts what a row costs" "the trainer says 0"
# Names and flags reach the terminal without what it would obey.
odd=$(printf 'odd\033[31m')
for odd_run in "fmt $odd.nn" "check $odd.nn" "train $odd.nn" "$odd" \
    "check --$odd" "compile small.nn -o $odd" "graph small.nn -o $odd" \
    "build small.nn -o small.nn/$odd" "compile small.nn --dump $odd"; do
    # shellcheck disable=SC2086
    "$NNC" $odd_run >out 2>&1
    [ $? -ne 0 ] && [ -s out ] && ! grep -q "$(printf '\033')" out
    verdict "terminal: ${odd_run%%"$odd"*}" "$(head -n 1 out | tr '\033' '^')"
done
expect 0 "build: no data" "$NNC" build bare.nn -o bare
says out "build: tells that there is no trainer" 'no small-train'
[ -x bare/small-infer ] && [ ! -e bare/small-train ]
verdict "build: no data gives inference alone" "$(ls bare)"
expect 1 "build: a file in the folder's place" "$NNC" build small.nn -o out
# What --keep writes builds and runs where there is no nnc.
expect 0 "keep: writes sources" env CC=no-such-cc \
    "$NNC" build small.nn --keep kept --target generic
says kept/Makefile "keep: links what is needed" 'LIBS = -l:libz.a -lm -lpthread'
[ ! -e kept/nn_gradcheck.c ]
verdict "keep: no checks of gradients in a trainer" "$(ls kept | tr '\n' ' ')"
expect 0 "keep: they build by themselves" \
    env -i PATH="$PATH" make -s -j2 -C kept CC="$GCC $SANITIZE" CFLAGS=-O0
expect 0 "keep: the trainer runs" \
    sh -c 'cd kept && ./small-train --quiet --epochs 1'
expect 0 "keep: inference runs" \
    sh -c 'cd kept && echo 1,2,3,4 | ./small-infer --csv'
lines 0 "keep: inference runs without a word"
expect 0 "keep: the same folder again" "$NNC" build small.nn --keep kept
mkdir mine && echo mine >mine/nn_csv.c
expect 1 "keep: a file of another's" "$NNC" build small.nn --keep mine
says err "keep: names it" mine/nn_csv.c
[ "$(ls mine)" = nn_csv.c ] && grep -qx mine mine/nn_csv.c
verdict "keep: touches nothing then" "$(ls mine | tr '\n' ' ')"
expect 1 "keep: another model's folder" \
    "$NNC" build "$TREE/examples/xor/xor.nn" --keep kept
expect 2 "keep: with -o" "$NNC" build small.nn --keep kept -o kept
expect 0 "keep: gzip and pictures" \
    "$NNC" build "$TREE/examples/lenet5/lenet5.nn" --infer-only --keep images
says images/Makefile "keep: names their libraries" 'LIBS = -l:libz.a -lpng'
expect 0 "keep: both programs" \
    "$NNC" build "$TREE/examples/lenet5/lenet5.nn" --keep both
says both/Makefile "keep: pictures are not trained on" \
    'train_LIBS = -l:libz.a -lm -lpthread'
! sed -n '/^train_OBJECTS/,/[^\\]$/p' both/Makefile | grep -q 'nn_infer\|nn_png\|nn_session'
verdict "keep: a trainer holds no inference" "$(grep train_ both/Makefile)"
ls images | grep train >log
! [ -s log ]
verdict "keep: inference needs no trainer" "$(tr '\n' ' ' <log)"

expect 1 "build: no compiler" env CC=no-such-cc "$NNC" build small.nn -o one
lines 1 "build: no compiler in one line"
says err "build: names the compiler" no-such-cc

# Another processor than this machine's.
case $(uname -m) in
aarch64) there=avx2 other=x86_64-linux-gnu-gcc package=gcc-x86-64-linux-gnu ;;
*) there=neon other=aarch64-linux-gnu-gcc package=gcc-aarch64-linux-gnu ;;
esac
expect 2 "target: none of this name" "$NNC" build --target=nein small.nn
says err "target: lists the names" 'avx512, avx2, neon'
expect 2 "target: does not run here" "$NNC" train --target=$there small.nn
lines 1 "target: does not run here, in one line"
says err "target: build makes programs" "\`nnc build --target=$there\`"
cat >vast.nn <<'END'
model vast() {
  input x: token(3000000)[5];
  output x -> embedding(400) -> flatten -> dense(2);
}
END
expect 1 "target: more memory than it reaches" "$NNC" compile vast.nn \
    --target=cortex-m -o vast.c
says err "target: says how much" 'cortex-m: 2048 MiB'
for command in build train infer; do
    expect 2 "target: $command for cortex-m" "$NNC" $command small.nn \
        --target=cortex-m
    lines 1 "target: $command for cortex-m, in one line"
    says err "target: $command leads to compile" '`nnc compile --target=cortex-m`'
done
mkdir -p few
for tool in sed grep cat; do
    ln -sf "$(command -v $tool)" few
done
expect 1 "target: no compiler" env -u CC PATH="$OUT/few" "$NNC" build small.nn \
    --target=$there -o one
lines 1 "target: no compiler, in one line"
says err "target: names the package" "$other is not installed"
says err "target: names the compiler" "install $package,"
expect 1 "target: CC is for this processor" env CC="$GCC" "$NNC" build \
    small.nn --target=$there -o one
lines 1 "target: CC is for this processor, in one line"
says err "target: names the compiler for it" "then $other is called"

# A compiler that refuses: our bug, with the C kept.
printf '#!/bin/sh\ncase "$*" in *small-*) echo no; exit 1;; esac\nexec %s "$@"\n' \
    "$GCC" >bin/refuse
chmod +x bin/refuse
cat >bin/idle <<'EOF'
#!/bin/sh
case " $* " in *" -c "*) ;; *) exit 0 ;; esac
while [ "$1" != -o ]; do shift; done
: >"$2"
EOF
chmod +x bin/idle
for cc in true "$OUT/bin/idle"; do
    expect 1 "build: $cc makes no program" env CC="$cc" \
        "$NNC" build bare.nn -o one
    lines 1 "build: $cc in one line"
done
printf '#!/bin/sh\ncase "$*" in *small-*) %s; exit 254;; esac\nexec %s "$@"\n' \
    'echo "cc: error: unable to execute command: Killed"' "$GCC" >bin/killed
chmod +x bin/killed
expect 1 "build: a compiler without memory" env CC="$OUT/bin/killed" \
    "$NNC" build small.nn -o three
says err "build: says what to make smaller" "make the batch smaller"
expect 70 "build: C that is refused" env CC="$OUT/bin/refuse" \
    "$NNC" build small.nn -o three
says err "build: names it a bug" 'nnc: bug:'
kept=$(sed -n 's/^ *\(.*\.c\)$/\1/p' err)
[ -s "$kept" ]
verdict "build: keeps the C" "there is no '$kept'"


# What is half made goes when nnc is ended, and what it has started ends.
printf '#!/bin/sh\necho $$ >%s/begun\nexec sleep 99\n' "$OUT" >bin/slow
chmod +x bin/slow
mkdir drawn
ln -s slow bin/dot
stopped INT 130 "graph: stopped by INT" drawn env PATH="$OUT/bin:$PATH" \
    "$NNC" graph small.nn -o drawn/g.svg
for signal in INT=130 TERM=143 HUP=129 KILL=137; do
    stopped ${signal%=*} ${signal#*=} "build: stopped by ${signal%=*}" half/nnc \
        env CC="$OUT/bin/slow" XDG_CACHE_HOME="$OUT/half" \
        "$NNC" build small.nn
done
# Children that a shell had before it became nnc are none of nnc's.
expect 0 "build: with a child of the shell's" sh -c \
    "true & sleep 0.1; exec '$NNC' build bare.nn -D n=9 -o one"

expect 0 "train: runs" "$NNC" train small.nn --quiet
[ -s small.safetensors ]
verdict "train: saves weights here" "no small.safetensors"
expect 1 "eval: without weights" "$NNC" eval small.nn --out none.safetensors
says err "eval: says where weights come from" "train the model first"
expect 0 "eval: runs" "$NNC" eval small.nn
expect 0 "infer: runs" sh -c "echo 1,2,3,4 | '$NNC' infer small.nn --csv"
[ "$(wc -l <out)" -eq 1 ]
verdict "infer: a line a row" "$(wc -l <out) lines"
printf 'model logs { input x: f32[2]; output log(x); }\n' >logs.nn
expect 0 "infer: no finite number" sh -c "echo 0,1 | '$NNC' infer logs.nn --json"
says out "infer: JSON knows none" '"values": [null,0]'
expect 0 "gradcheck: runs" "$NNC" train --gradcheck small.nn
says out "gradcheck: agrees" 'agree'
expect 2 "train: a flag of the program's that is wrong" \
    "$NNC" train small.nn --epochs x
expect 0 "train: a batch of more than all rows" \
    "$NNC" train small.nn --batch 50 --epochs 1
says out "train: says that it is too large" 'a batch of 40 '
for program in cache/nnc/small-infer-*/small-infer; do
    echo 'echo damaged' >"$program"
done
expect 0 "infer: a damaged program" \
    sh -c "echo 1,2,3,4 | '$NNC' infer small.nn --csv"
! grep -q damaged out
verdict "infer: it is made anew" "the damaged one ran"
expect 1 "infer: standard input is closed" \
    sh -c "'$NNC' infer small.nn --csv <&-"
says err "infer: calls it by its name" 'cannot read standard input'
expect 1 "train: no data" "$NNC" train bare.nn
lines 1 "train: no data in one line"

expect 1 "cache: no place" env -u HOME -u XDG_CACHE_HOME \
    "$NNC" build small.nn -o one
lines 1 "cache: no place in one line"
expect 1 "cache: no size" env NNC_CACHE_SIZE=1G "$NNC" build small.nn -o one
mkdir -p shared/nnc && chmod 777 shared/nnc
expect 1 "cache: others may write it" env XDG_CACHE_HOME="$OUT/shared" \
    "$NNC" build small.nn -o one
lines 1 "cache: others may write it in one line"
ls shared/nnc >log
! [ -s log ]
verdict "cache: nothing is put there then" "$(head -n 1 log)"
expect 1 "cache: a file in its place" env XDG_CACHE_HOME="$OUT/small.nn" \
    "$NNC" build small.nn -o one
lines 1 "cache: a file in its place in one line"

expect 0 "report: runs" "$NNC" report small.nn
says out "report: shows parameters" hidden.weight
says out "report: counts the code of tiles" "bytes of code with small_hidden_matmul"
expect 0 "report: without a compiler" env CC=no-such-cc "$NNC" report small.nn
says out "report: says what is missing then" "bytes of code are not known"
says out "report: names the kernels all the same" "step_"
expect 0 "report: a processor without vectors" "$NNC" report \
    --target=cortex-m small.nn
says out "report: tells its RAM" \
    "RAM for infer1, batch 1: 0 bytes; 15 multiply-adds"
! grep -q vector out
verdict "report: speaks of no vectors there" "$(grep -m 1 vector out)"
if command -v arm-none-eabi-gcc >/dev/null; then
    says out "report: counts its code" "bytes of code with small_hidden_matmul"
    says out "report: tells its flash" "flash: 76 bytes of weights, "
else
    skip "report: counts its code" "install gcc-arm-none-eabi"
fi
expect 0 "report: without its compiler" env -u CC PATH="$OUT/few" \
    "$NNC" report --target=cortex-m small.nn
says out "report: tells what is known then" \
    "76 bytes of weights, an unknown number of bytes of code"
says err "report: names its compiler" "install gcc-arm-none-eabi"
