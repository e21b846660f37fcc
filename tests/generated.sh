#!/bin/sh
# generated.sh: the text that nnc writes, for every example and in every form:
# no warning from gcc and clang, at most 100 columns, one statement a line, no
# trace of the machine it was made on, the same bytes each time.
. tests/lib.sh
fresh generated

# Lines that are too long or hold two statements, two empty lines, and tiles
# of registers without a formula above. Comments and strings do not count, nor
# do the heads of loops.
layout() {
    awk '{ line = $0 }
        /^$/ && last == "" && FNR > 1 { print FILENAME ":" FNR ": two empty" }
        /^static/ { formula = last ~ /\*\/$/; function_at = FNR }
        /^ *nn_vec acc_0/ && !formula {
            print FILENAME ":" function_at ": no formula" }
        { last = $0 }
        length > 100 { print FILENAME ":" FNR ": " length " columns" }
        { gsub(/"([^"\\]|\\.)*"/, "\"\"", line); gsub(/\/\*.*\*\//, "", line)
          sub(/^.*\*\//, "", line) }
        line !~ /for \(/ && line !~ /^ \*/ && gsub(/;/, ";", line) > 1 {
            print FILENAME ":" FNR ": two statements" }' "$@"
}

# compile NAME MODEL FLAG...
compile() {
    name=$1 model=$2
    shift 2
    mkdir -p "$OUT/$name"
    "$NNC" compile "$model" "$@" -o "$OUT/$name/$stem.c" >"$OUT/$name/log" 2>&1
    verdict "$name: compiles" "$(head -n 1 "$OUT/$name/log")"
}

# warnings FILE.c HOW [FLAGS.c]: what both compilers say, at the same time. HOW
# is -O1, with which gcc sees more, or -fsyntax-only; FLAGS.c names the
# processor if FILE.c does not.
warnings() {
    for cc in gcc clang; do
        how=$2
        [ $cc = gcc ] || how=-fsyntax-only
        # shellcheck disable=SC2086
        $cc -std=gnu11 $WARN $(processor_flags "${3:-$1}") -Iruntime $how -c \
            -o "$OUT/$cc.o" "$1" 2>&1 | sed "s/^/$cc: /" >"$OUT/$cc.said" &
    done
    wait
    cat "$OUT/gcc.said" "$OUT/clang.said" | head -n 3
}

# check NAME HOW: the text of compile, see warnings for HOW. An nnc with
# sanitizers writes the same.
check() {
    name=$1 c=$OUT/$1/$stem.c
    [ -r "$c" ] && [ -z "$SANITIZE" ] || return
    said=$(warnings "$c" "$2")
    [ -z "$said" ]
    verdict "$name: no warnings" "$said"
    said=$(layout "$c" "${c%.c}.h" | head -n 3)
    [ -z "$said" ]
    verdict "$name: laid out" "$said"
    ! grep -nE "$TREE|$HOME/" "$c" "${c%.c}.h" >/dev/null
    verdict "$name: no absolute path" "it names a place on this machine"
    said=$(grep -n 'work + [0-9]' "$c" | head -n 1)
    [ -z "$said" ]
    verdict "$name: places in the workspace have names" "$said"
}

# adding_own is the same as adding but for names.
for model in $(ls examples/*/*.nn | grep -v adding_own); do
    stem=${model##*/} stem=${stem%.nn}
    [ -n "$(models "$model")" ] || continue
    compile "$stem" "$model"
    check "$stem" -O1
    [ -z "${LIGHT:-}" ] || continue
    compile "$stem-plain" "$model" --plain
    check "$stem-plain" -O1
    compile "$stem-infer" "$model" --infer-only --target=generic
    check "$stem-infer" -fsyntax-only
    ! grep -v '^#pragma GCC optimize' "$OUT/$stem-infer/$stem.c" |
        grep -q '_step\>\|_step_\|gradient\|optimi'
    verdict "$stem-infer: no trace of training" "it speaks of steps or gradients"
    compile "$stem-none" "$model" --unroll=none --target=avx2
    check "$stem-none" -fsyntax-only
done

# The user's names survive, whatever they are.
stem=named
compile named tests/named.nn
check named -O1
compile named-plain tests/named.nn --plain
check named-plain -O1
for name in x h y w s; do
    grep -q "restrict $name = " "$OUT/named-plain/named.c" &&
        ! grep -q "restrict ${name}_2 = " "$OUT/named-plain/named.c"
    verdict "the name $name survives" "the text calls it otherwise"
done

# So does a model's, though each of its functions begins with it.
stem=entry
sed 's/^model named/model entry/' tests/named.nn >"$OUT/entry.nn"
compile entry "$OUT/entry.nn"
check entry -fsyntax-only

stem=iris
compile again examples/iris/iris.nn
cmp -s "$OUT/iris/iris.c" "$OUT/again/iris.c"
verdict "the same text twice" "two runs differ"

# The programs' own main files, with the runtime beside them.
for stem in iris digits; do
    mkdir -p "$OUT/build-$stem"
    "$NNC" build "examples/$stem/$stem.nn" -o "$OUT/build-$stem" \
        >"$OUT/build-$stem/log" 2>&1
    verdict "$stem: builds" "$(head -n 1 "$OUT/build-$stem/log")"
    for c in "$OUT/build-$stem"/*.c; do
        [ -r "$c" ] || continue
        said=$(warnings "$c" -O1)
        [ -z "$said" ]
        verdict "${c##*/}: no warnings" "$said"
        said=$(layout "$c" | head -n 3)
        [ -z "$said" ]
        verdict "${c##*/}: laid out" "$said"
    done
done

# The header stands alone, also in C++; params has a size that is constant.
cat >"$OUT/iris/alone.c" <<'END'
#include "iris.h"
static float params[iris_reals];
int main(void) { return !iris_model.name || params[0] > 0; }
END
# shellcheck disable=SC2086
gcc -std=c11 $WARN -I"$OUT/iris" -fsyntax-only "$OUT/iris/alone.c" 2>/dev/null
verdict "the header stands alone" "it does not compile by itself"
for cc in g++ clang++; do
    command -v $cc >/dev/null || continue
    cat "$OUT/iris/alone.c" "$OUT/named/named.h" >"$OUT/iris/alone.cc"
    $cc -Wall -Wextra -Wpedantic -Werror -I"$OUT/iris" -fsyntax-only \
        "$OUT/iris/alone.cc" 2>/dev/null
    verdict "the header is C++ too" "$cc does not take it"
done

# Headers of two versions do not meet in one file.
sed 's/NN_TYPES_[0-9_]*/NN_TYPES_0_0_1/' "$OUT/named/named.h" >"$OUT/old.h"
for pair in old.h,iris/iris.h iris/iris.h,old.h old.h,runtime/nn_model.h; do
    printf '#include "%s"\n' "${pair%,*}" "${pair#*,}" >"$OUT/two.c"
    said=$(gcc -std=gnu11 -I"$OUT" -I. -fsyntax-only "$OUT/two.c" 2>&1)
    [ $? -ne 0 ] && echo "$said" | grep -q 'two versions of nnc'
    verdict "two versions: $pair" "$(echo "$said" | head -n 1)"
done

# gcc without GNU's extensions keeps multiplications and additions apart; it
# does not matter where the processor has no instruction for both.
stem=iris
for target in avx512 avx2 generic; do
    compile "strict-$target" examples/iris/iris.nn --target=$target
    c=$OUT/strict-$target/iris.c
    said=$(gcc -std=c11 $(processor_flags "$c") -fsyntax-only "$c" 2>&1 |
        grep error:)
    case $target in
    generic) [ -z "$said" ] ;;
    *) [ "$(echo "$said" | grep -c 'use -std=gnu11')" -eq 1 ] ;;
    esac
    verdict "gcc -std=c11 for $target" "$(echo "$said" | head -n 1)"
    clang -std=c11 $(processor_flags "$c") -fsyntax-only "$c" 2>/dev/null
    verdict "clang -std=c11 for $target" "it is stopped"
done

# Numbers of rows that are none; two models in one program.
called="$GCC -std=gnu11 $SANITIZE $(processor_flags "$OUT/iris/iris.c")
    -I$OUT/iris -I$OUT/named -o $OUT/calls tests/calls.c"
said=
$called "$OUT/iris/iris.c" "$OUT/named/named.c" -lm && said=$("$OUT/calls")
verdict "rows that are too many or too few" "$said"

# together NAME FIRST.c SECOND.c: two models in one file.
together() {
    printf '#include "%s"\n' "$OUT/$2" "$OUT/$3" >"$OUT/together.c"
    said=$(C_INCLUDE_PATH=$OUT/iris:$OUT/named:$OUT/digits-plain \
        warnings "$OUT/together.c" -fsyntax-only "$OUT/named/named.c")
    [ -z "$said" ]
    verdict "in one file: $1" "$said"
}
together "iris and named" iris/iris.c named/named.c
together "named and iris" named/named.c iris/iris.c
$called "$OUT/together.c" -lm && said=$("$OUT/calls")
verdict "in one file: they are called" "$said"
if [ -z "${LIGHT:-}" ]; then
    together "plain and fast" digits-plain/digits.c named/named.c
    together "fast and plain" named/named.c digits-plain/digits.c
fi
sed 's/iris_/other_/g' "$OUT/strict-avx2/iris.c" >"$OUT/other.c"
printf '#include "%s"\n' "$OUT/named/named.c" "$OUT/other.c" >"$OUT/two.c"
gcc -std=gnu11 -march=x86-64-v4 -I"$OUT/iris" -fsyntax-only "$OUT/two.c" 2>&1 |
    grep -q 'models for two targets in one file'
verdict "in one file: two targets are refused" "they are not"

# The races of bench/ fit the headers of their models.
mkdir "$OUT/races"
sh bench/models.sh "$OUT/races" >"$OUT/races/log" 2>&1
verdict "models of the races compile" "$(tail -n 1 "$OUT/races/log")"
for c in $([ -n "${LIGHT:-}" ] || ls bench/*.c); do
    said=$(C_INCLUDE_PATH=$OUT/races:compiler:tests \
        warnings "$c" -fsyntax-only "$OUT/races/iris.c")
    [ -z "$said" ]
    verdict "$c: no warnings" "$said"
done

# A loss near 0 keeps its digits.
stem=sure
compile sure tests/sure.nn
# shellcheck disable=SC2046
$GCC -std=gnu11 -O1 $SANITIZE $(processor_flags "$OUT/sure/sure.c") -I"$OUT/sure" \
    -o "$OUT/sure/sure" "$OUT/sure/sure.c" tests/sure.c -lm &&
    said=$("$OUT/sure/sure")
verdict "a loss near 0 keeps its digits" "it is off by ${said:-much}"
