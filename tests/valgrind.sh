#!/bin/sh
# valgrind.sh: the compiler and the programs that it makes under valgrind's
# memcheck: no access outside of what was allocated, no decision that depends
# on bytes never written, nothing lost at the end. A small part of it, or with
# WITHIN set all of it and then the groups named there, with everything they
# run underneath.
#
#     WITHIN="golden backend fuzz" make check-valgrind    other groups
#
# valgrind's processor goes as far as AVX2, and nnc, which runs on it as well,
# takes that for the one to compile for.
. tests/lib.sh
fresh valgrind
if ! memcheck=$(command -v valgrind) || [ -n "$SANITIZE" ]; then
    skip valgrind "it is not installed, or sanitizers are in its place"
    exit 0
fi

# Of what compilers write for debuggers valgrind does not read the newest. The
# other programs that nnc starts are not ours to check.
strip -g -o "$OUT/nnc-bare" "$NNC" || exit 2
UNDER="$memcheck -q --error-exitcode=99 --leak-check=full"
cat >"$OUT/nnc" <<END_NNC
#!/bin/sh
exec $UNDER --trace-children=yes --trace-children-skip='*/bin/*' \\
    $OUT/nnc-bare "\$@"
END_NNC
chmod +x "$OUT/nnc"
NNC=$OUT/nnc
export UNDER NNC

# clean STATUS NAME COMMAND...: ends with the status, and without a complaint.
clean() {
    want=$1 name=$2
    shift 2
    "$@" >"$OUT/out" 2>"$OUT/err" </dev/null
    got=$?
    [ $got -eq "$want" ] && ! grep -q '^==[0-9]*==' "$OUT/err"
    verdict "$name" "status $got: $(grep '^==[0-9]*==' "$OUT/err" |
        head -n 3 | tr '\n' ' ') $(head -n 1 "$OUT/err")"
}

# compile NAME FLAG... FILE
compile() {
    name=$1
    shift
    clean 0 "compile $name" "$NNC" compile "$@" -o "$OUT/net.c"
}

# try MODEL: in OUT; trains, goes on from there, applies the weights.
try() {
    clean 0 "$1: trains" "$NNC" train "$1.nn" --epochs 1 --threads 2
    clean 0 "$1: goes on" "$NNC" train "$1.nn" --epochs 2 --threads 1 \
        --resume "$1.ckpt.safetensors" --log "$1.log.csv"
    clean 0 "$1: eval" "$NNC" eval "$1.nn"
    for form in "" --csv --json "--threads 2"; do
        # shellcheck disable=SC2086
        clean 0 "$1: infer $form" "$NNC" infer "$1.nn" $form "$1.rows"
    done
}

# Each kind of mistake is found, or what follows proves nothing.
cat >"$OUT/mistake.c" <<'END_C'
#include <stdlib.h>
int main(int n, char **word)
{
    volatile char *p = malloc(8);
    int kind = n > 1 ? word[1][0] : 0;
    if (kind == 'r')
        p[0] = p[8];
    if (kind == 'u' && p[3] == 1)
        p[0] = 1;
    if (kind != 'l')
        free((void *)p);
    p = NULL;
    return 0;
}
END_C
gcc -o "$OUT/mistake" "$OUT/mistake.c" || exit 2
clean 0 "no mistake" $UNDER "$OUT/mistake"
for kind in read uninitialised lost; do
    $UNDER "$OUT/mistake" $kind >"$OUT/out" 2>&1
    [ $? -eq 99 ]
    verdict "finds what is $kind" "valgrind says nothing"
done

for m in xor iris digits; do
    cp examples/$m/*.nn examples/$m/*.csv "$OUT"
done
printf '0,1\n1,1\n' >"$OUT/xor.rows"
head -n 3 "$OUT/iris.csv" | cut -d, -f1-4 >"$OUT/iris.rows"
head -n 3 "$OUT/digits-test.csv" | cut -d, -f1-64 >"$OUT/digits.rows"

compile "digits" examples/digits/digits.nn
compile "digits --plain" --plain examples/digits/digits.nn
clean 1 "check --json" "$NNC" check --json tests/errors/s*.nn
(
    cd "$OUT" || exit 2
    try xor
    clean 0 "xor: gradcheck" "$NNC" train --gradcheck xor.nn
)
[ -n "${WITHIN+set}" ] || exit 0

for f in examples/*/*.nn tests/lang/cells.nn tests/lang/lenet5.nn \
    tests/backend/*.nn; do
    [ -z "$(models "$f")" ] || compile "$f" "$f"
done
for form in --infer-only --unroll=none --unroll=full --target=generic \
    --target=avx512 --report --dump=fuse; do
    compile "digits $form" $form examples/digits/digits.nn
done
for f in resnet8 statements translate words; do
    clean 1 "compile $f" "$NNC" compile "tests/lang/$f.nn" -o "$OUT/net.c"
done
mkdir "$OUT/fmt"
cp examples/*/*.nn tests/lang/*.nn "$OUT/fmt"
clean 0 "fmt" "$NNC" fmt "$OUT"/fmt/*.nn
clean 0 "graph" "$NNC" graph examples/adding/adding.nn
clean 0 "summary" "$NNC" summary --open examples/residual/residual.nn
clean 0 "graph -o" "$NNC" graph examples/digits/digits.nn -o "$OUT/net.dot"
clean 0 "report" "$NNC" report examples/residual/residual.nn
(
    cd "$OUT" || exit 2
    try iris
    try digits
    clean 0 "digits: infer --top" "$NNC" infer digits.nn --top 3 digits.rows
    clean 0 "iris: gradcheck" "$NNC" train --gradcheck iris.nn
)

# What valgrind complains of ends with 99, which no group takes for good.
for g in $WITHIN; do
    sh "tests/$g.sh" >"$OUT/$g.log" 2>&1
    status=$?
    sed -n "s/^\(ok\|not ok\|skip\) /&$g: /p" "$OUT/$g.log"
    [ $status -eq 0 ]
    verdict "$g ends" "status $status"
done
