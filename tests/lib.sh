# lib.sh: read by the test scripts, which run in the tree's top folder.
#
# A test prints one line: `ok NAME`, `not ok NAME: why` or `skip NAME: why`;
# run.sh counts them. From the environment:
#     B         where things were built (build)
#     CC        a C compiler for generated code instead of clang
#     CFLAGS    the flags of the tree's own files; sanitizers among them are
#               used for generated code as well
#     NNC_DATA  a folder with mnist/ and others (default: ../shared/data)
#     NNC       a command in the compiler's place, and
#     UNDER     a command that the programs run under: see valgrind.sh

B=${B:-build}
TREE=$PWD
case $B in
/*) ABS=$B ;;
*) ABS=$TREE/$B ;;
esac
NNC=${NNC:-$ABS/nnc}
NNC_DATA=${NNC_DATA:-../shared/data}
case $NNC_DATA in
/*) ;;
*) NNC_DATA=$TREE/$NNC_DATA ;;
esac
export NNC_DATA

WARN='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef
    -Wmissing-prototypes -Wstrict-prototypes -Wcast-qual -Wcast-align
    -Werror'
SANITIZE=$(echo " ${CFLAGS:-}" | tr ' ' '\n' | grep '^-fsanitize\|^-fno-san' |
    tr '\n' ' ')
if [ -n "$SANITIZE" ]; then
    GCC=${CC:-gcc}
else
    GCC=${CC:-clang}
fi

ok() {
    echo "ok $1"
}

not_ok() {
    echo "not ok $1: $2${3:+ $3}"
}

skip() {
    echo "skip $1: $2"
}

# verdict NAME WHY: by the status of the command before it.
verdict() {
    if [ $? -eq 0 ]; then ok "$1"; else not_ok "$1" "$2"; fi
}

# expect STATUS NAME COMMAND...: runs it; output in `out`, messages in `err`.
expect() {
    want=$1 name=$2
    shift 2
    "$@" >out 2>err
    got=$?
    [ $got -eq "$want" ]
    verdict "$name" "status $got instead of $want: $(head -n 1 err)"
}

# says FILE NAME TEXT: the file holds the text.
says() {
    grep -qF -- "$3" "$1"
    verdict "$2" "no \`$3\` in: $(head -n 3 "$1" | tr '\n' ' ')"
}

# lines N NAME: messages have so many lines.
lines() {
    [ "$(wc -l <err)" -eq "$1" ]
    verdict "$2" "$(wc -l <err) lines: $(head -n 3 err | tr '\n' ' ')"
}

# stopped SIGNAL STATUS NAME FOLDER COMMAND...: a signal ends the command, of
# which a child has written its number to the file `begun`, with this status;
# soon after, the folder holds a lock at most, and the child has ended, too.
stopped() {
    signal=$1 wanted=$2 name=$3 folder=$4
    shift 4
    rm -f "$OUT/begun"
    env --default-signal=INT,HUP "$@" >"$OUT/stopped" 2>&1 &
    pid=$!
    until [ -s "$OUT/begun" ] || ! kill -0 $pid 2>/dev/null; do
        sleep 0.1
    done
    kill -s "$signal" $pid 2>/dev/null
    wait $pid
    got=$? tries=100
    while [ $tries -gt 0 ] && { ls "$folder" | grep -qvx lock ||
        kill -0 "$(cat "$OUT/begun")" 2>/dev/null; }; do
        sleep 0.1
        tries=$((tries - 1))
    done
    [ $got -eq "$wanted" ] && [ $tries -gt 0 ]
    verdict "$name" "status $got, left: $(ls "$folder" | tr '\n' ' ')"
}

# A fresh folder of this group's own below $B, in OUT.
fresh() {
    OUT=$ABS/tests/$1
    rm -rf "$OUT"
    mkdir -p "$OUT"
}

# The compiler's flags for the processor that a generated file is made for.
processor_flags() {
    case $(sed -n 's/.*\.processor = "\([a-z0-9]*\)".*/\1/p' "$1") in
    avx512) echo "-march=x86-64-v4 -mprefer-vector-width=512" ;;
    avx2) echo "-march=x86-64-v3" ;;
    esac
}

# The forms of C that are compared, and how far they are optimised. Under
# sanitizers, which make compiling slow, two will do: for vectors of any length
# and for the widest.
FORMS='--target=generic --target=avx512' LEVEL=-O0
[ -n "${LIGHT:-}" ] || FORMS="--plain --target=avx2 $FORMS" LEVEL=-O1

# models FILE: the names of its models.
models() {
    sed -n 's/^model \([A-Za-z_0-9]*\).*/\1/p' "$1"
}

# objects FLAGS FILE.c...: compiles generated files, as many at a time as
# there are processors; FILE.log holds what the compiler says.
objects() {
    flags=$1
    shift
    for c; do
        echo "$GCC -std=gnu11 $SANITIZE $(processor_flags "$c") $flags" \
            "-c -o ${c%.c}.o $c >${c%.c}.log 2>&1"
    done | tr '\n' '\0' | xargs -0 -P "$(nproc)" -n 1 sh -c
}

# table NAME=SYMBOL...: prints the C table of models that drivers take.
table() {
    echo '#include "golden.h"'
    for row; do
        echo "extern const nn_model ${row#*=}_model;"
    done
    echo 'const golden_case golden_cases[] = {'
    for row; do
        echo "    {\"${row%%=*}\", &${row#*=}_model},"
    done
    echo '    {0}};'
}

# driver LABEL PROGRAM FLAGS FILE... -- ARGUMENT...: links the objects with
# tests/e2e/PROGRAM.c and runs it; LABEL stands before the names of its tests.
driver() {
    label=$1 program=$OUT/$2-$1 source=tests/e2e/$2.c flags=$3 files=
    shift 3
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        files="$files $1"
        shift
    done
    shift
    # shellcheck disable=SC2086
    if $GCC -std=c11 -D_POSIX_C_SOURCE=200809L -O1 -gdwarf-4 $SANITIZE $flags \
        -Iruntime -Itests/e2e -o "$program" "$source" tests/e2e/drive.c \
        runtime/nn_entry.c runtime/nn_layout.c runtime/nn_error.c \
        runtime/nn_init.c runtime/nn_rng.c runtime/nn_mem.c $files -lm; then
        $UNDER "$program" "$@" >"$program.out" 2>&1
        status=$?
        sed "s/ok /&$label /" "$program.out"
        # A crash or a sanitizer's complaint is told from failed tests.
        if [ $status -gt 1 ] ||
            [ $status -eq 1 ] && ! grep -q '^not ok' "$program.out"; then
            not_ok "$label" "ended with $status:" \
                "$(grep -m 1 'ERROR\|runtime error' "$program.out")"
        fi
    else
        not_ok "$label" "cannot be linked"
    fi
}

# data_file NAME: succeeds where $NNC_DATA holds the file.
data_file() {
    [ -r "$NNC_DATA/$1" ]
}
