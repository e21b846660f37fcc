#!/bin/sh
# cross.sh: other processors than this one. AArch64 and RISC-V under qemu-user:
# models against the numbers of PyTorch, and programs of `nnc build` against
# those of this machine; the inner loops of NEON in the assembler's text. A
# Cortex-M under qemu-system-arm: inference and a training step in static
# memory, against the same C on this machine, and weights in flash.
. tests/lib.sh
fresh cross
SANITIZE=
unset CC
XDG_CACHE_HOME=$OUT/cache
export XDG_CACHE_HOME

# has NAME PACKAGE COMMAND...: whether all are installed; says what is not.
has() {
    label=$1 package=$2
    shift 2
    for tool; do
        command -v "$tool" >/dev/null || {
            skip "$label" "install $package"
            return 1
        }
    done
}

# near A B: whether two files of numbers are the same within 1e-6.
near() {
    [ -s "$1" ] && [ "$(wc -l <"$1")" -eq "$(wc -l <"$2")" ] &&
        paste -d, "$1" "$2" | awk -F, -v unit="${3:-1}" '{
            for (i = 1; i <= NF / 2; i++) {
                d = ($i - $(i + NF / 2)) / unit
                if (!(d <= 1e-6 && d >= -1e-6)) bad = 1 }
        } END { exit bad || NR == 0 }'
}

# strict COMMAND FILE.c...: compiles without a warning.
strict() {
    # shellcheck disable=SC2086
    said=$($1 -std=gnu11 -fno-math-errno $(echo $WARN) -fsyntax-only \
        "$2" 2>&1)
    verdict "${2##*/} by $1" "$(echo "$said" | head -n 1)"
}

sed 's/optimizer [^;]*;/optimizer sgd(rate: 1);/' examples/lenet5/lenet5.nn \
    >"$OUT/lenet5.nn"
sed 's/optimizer [^;]*;/optimizer sgd(rate: 1);/' examples/iris/iris.nn \
    >"$OUT/iris.nn"

# golden TARGET TRIPLE: some models, compiled for the target, under qemu.
golden() {
    GCC=$2-gcc UNDER="qemu-${2%%-*} -L /usr/$2"
    mkdir -p "$OUT/$1"
    while read -r m f; do
        "$NNC" compile --target="$1" --model "$m" "$f" -o "$OUT/$1/$m.c" \
            >"$OUT/log" 2>&1 || not_ok "$m for $1" "$(head -n 1 "$OUT/log")"
    done <<END
lenet5 $OUT/lenet5.nn
iris $OUT/iris.nn
lstm_last tests/golden/cells.nn
embedded tests/golden/tokens.nn
lengths_both tests/golden/lengths.nn
END
    # shellcheck disable=SC2046
    table $(cd "$OUT/$1" && for c in *.c; do echo "${c%.c}=${c%.c}"; done) \
        >"$OUT/$1-table.c"
    objects "-O1 -fno-math-errno $(echo $WARN)" "$OUT/$1"/*.c
    cat "$OUT/$1"/*.log
    driver "$1" golden "" "$OUT/$1-table.c" "$OUT/$1"/*.o -- tests/golden 1e-5
    UNDER=
    strict "clang --target=$2 -I/usr/$2/include" "$OUT/$1/lenet5.c"
}

if has neon "gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user" \
    aarch64-linux-gnu-gcc qemu-aarch64; then
    golden neon aarch64-linux-gnu
fi
if has riscv "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross qemu-user" \
    riscv64-linux-gnu-gcc qemu-riscv64; then
    golden riscv riscv64-linux-gnu
fi

# inner COMMAND: the inner loops of products and convolutions for NEON, to infer
# and to train: sums that stay in registers, and three multiply-adds for two
# loads, also of what is left over at an edge.
inner() {
    while read -r flags; do
        # shellcheck disable=SC2086
        "$NNC" compile --target=neon $flags -o "$OUT/inner.c" \
            >"$OUT/log" 2>&1 &&
            $1 -O2 -std=gnu11 -fno-math-errno -S -o "$OUT/inner.s" \
                "$OUT/inner.c" && awk -f tests/inner.awk "$OUT/inner.s"
    done >"$OUT/loops" <<'END'
--infer-only --model lenet5 tests/firmware/models.nn
--infer-only --model letters tests/firmware/models.nn
examples/lenet5/lenet5.nn
bench/lstm.nn
END
    grep '_\(matmul\|conv\)[a-z_.0-9]* ' "$OUT/loops" |
        grep -v 'finish\|gates' >"$OUT/inner"
    [ "$(grep -c weight "$OUT/inner")" -ge 8 ] &&
        ! awk '$2 >= 24 && ($4 > 0 || 2 * $2 < 3 * $3)' "$OUT/inner" | grep .
    verdict "inner loops for NEON by ${1%% *}" "$(head -n 3 "$OUT/inner")"
}
if has "inner loops" gcc-aarch64-linux-gnu aarch64-linux-gnu-gcc; then
    inner aarch64-linux-gnu-gcc
    inner "clang --target=aarch64-linux-gnu -I/usr/aarch64-linux-gnu/include"
fi

# Programs: what trains there ends as what trains here does.
if has "programs for neon" "gcc-aarch64-linux-gnu libc6-dev-arm64-cross \
qemu-user" aarch64-linux-gnu-gcc qemu-aarch64; then
    there="qemu-aarch64 -L /usr/aarch64-linux-gnu"
    cp examples/iris/iris.* "$OUT"
    (
        cd "$OUT" && "$NNC" build iris.nn --target=neon -o there &&
            "$NNC" build iris.nn -o here &&
            $there there/iris-train --quiet --out there.safetensors >there.log &&
            here/iris-train --quiet --out here.safetensors >here.log
    ) >"$OUT/log" 2>&1 && near "$OUT/there.log" "$OUT/here.log" &&
        cmp -s "$OUT/there.log" "$OUT/here.log"
    verdict "training on neon" "$(tail -n 1 "$OUT/log") $(cat "$OUT"/*ere.log)"
    for p in "$there there/iris-infer" here/iris-infer; do
        (cd "$OUT" && $p --csv --weights here.safetensors iris.csv)
    done | split -l 150 - "$OUT/rows."
    near "$OUT/rows.aa" "$OUT/rows.ab"
    verdict "inference on neon" "$(paste "$OUT"/rows.a? | head -n 1)"
    (cd "$OUT" && "$NNC" build iris.nn --target=neon --python -o there &&
        cp there/libiris.so . && file=$(od -An -tx1 -j18 -N1 libiris.so) &&
        [ "$file" = " b7" ]) >"$OUT/log" 2>&1
    verdict "a library for neon" "$(tail -n 1 "$OUT/log")"
fi

# A Cortex-M: the same C here and there, from the same weights.
F=tests/firmware
ARM="arm-none-eabi-gcc -O2 -std=gnu11 -fno-math-errno -mcpu=cortex-m4 -mthumb
    -mfloat-abi=hard -mfpu=fpv4-sp-d16"

# firmware NAME "HERE" "THERE" FLAG...: NAME.c with these files, here and on the
# Cortex-M: their lines are in NAME.here and NAME.there.
firmware() {
    name=$1 here= there=
    for file in $2; do here="$here $TREE/$F/$file.c"; done
    for file in $3; do there="$there $TREE/$F/$file.c"; done
    shift 3
    # shellcheck disable=SC2086
    (
        cd "$OUT" &&
            gcc -std=gnu11 -O1 $(echo $WARN) "$@" -I. -I"$TREE/$F" \
                -I"$TREE/runtime" -o "$name-here" $here "$name.c" \
                "$ABS/libnnrt.a" -lm &&
            "./$name-here" >"$name.here" &&
            $ARM $(echo $WARN) "$@" -I. -I"$TREE/$F" -nostartfiles \
                --specs=nosys.specs -T "$TREE/$F/mps2.ld" -o "$name.elf" \
                $there "$name.c" -lm &&
            timeout 60 qemu-system-arm -M mps2-an386 -nographic -monitor none \
                -serial none -semihosting-config enable=on,target=native \
                -icount shift=0 -kernel "$name.elf" >"$name.said" 2>&1
    ) >"$OUT/$name.log" 2>&1
    status=$?
    grep -v '^#' "$OUT/$name.said" >"$OUT/$name.there"
    return $status
}

if has cortex-m "gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm" \
    arm-none-eabi-gcc qemu-system-arm; then
    for m in lenet5 series texts; do
        "$NNC" compile --target=cortex-m --model "$m" $F/models.nn \
            -o "$OUT/$m.c" >"$OUT/log" 2>&1 &&
            firmware "$m" "step draw host say" "step begin start say" "-DHEADER=\"$m.h\"" "-DMODEL=${m}_model" \
                "-DREALS=${m}_reals" "-DWORKSPACE=${m}_step_workspace" &&
            near "$OUT/$m.here" "$OUT/$m.there" 1e7
        verdict "a step of $m on a Cortex-M" \
            "$(head -n 1 "$OUT/$m.log") $(paste "$OUT/$m".*here | head -n 1)"
    done

    "$NNC" compile "$OUT/iris.nn" --target=cortex-m --batch 4 \
        --init "$OUT/here.safetensors" -o "$OUT/learner.c" >"$OUT/log" 2>&1 &&
        firmware learner "step init host say" "step init start say" \
            '-DHEADER="learner.h"' -DMODEL=iris_model -DREALS=iris_reals \
            -DWORKSPACE=iris_step_workspace -DINIT=iris_init &&
        near "$OUT/learner.here" "$OUT/learner.there" 1e7
    verdict "training on of weights in flash" "$(cat "$OUT/log")"

    # Weights in flash: functions without heap, files or printf, and few bytes.
    (
        cd "$OUT" && cp "$TREE/$F/models.nn" . &&
            "$NNC" train models.nn --model lenet5 --quiet \
                --out lenet5.safetensors >lenet5.log &&
            "$NNC" compile models.nn --model lenet5 --target=cortex-m \
                --weights lenet5.safetensors -o digits.c &&
            "$NNC" compile iris.nn --target=cortex-m \
                --weights here.safetensors -o flower.c
    ) >"$OUT/log" 2>&1
    verdict "weights for a Cortex-M" "$(tail -n 1 "$OUT/log")"
    while read -r m call in out times most; do
        firmware "$m" "predict host say" "predict start say" \
            "-DHEADER=\"$m.h\"" "-DPREDICT=${call}_predict" "-DINPUTS=$in" \
            "-DOUTPUTS=$out" "-DTIMES=$times" &&
            near "$OUT/$m.here" "$OUT/$m.there" 1e7
        verdict "$m on a Cortex-M" \
            "$(head -n 1 "$OUT/$m.log") $(paste "$OUT/$m".*here | head -n 1)"
        arm-none-eabi-size "$OUT/$m.elf" >"$OUT/$m.size"
        awk -v most="$most" 'NR == 2 { exit !($2 + $3 <= most) }' "$OUT/$m.size"
        verdict "RAM of $m" "$(tail -n 1 "$OUT/$m.size")"
        ! arm-none-eabi-nm "$OUT/$m.elf" | grep ' [TtU] _*\(malloc\|printf\|f[a-z]*open\)'
        verdict "$m takes no heap and no files" "it has one of them"
    done <<'END'
flower iris 4 3 1000 256
digits lenet5 784 10 1 16384
END
    # What docs/targets.md shows.
    awk -v to="$OUT/shown-" '/^```c$/ { f = to (++n) ".c"; next }
        /^```/ { f = "" } f { print >f }' docs/targets.md
    for n in 1 2; do
        said=$($ARM -I"$OUT" -Wall -Wextra -Werror -c -o "$OUT/shown.o" \
            "$OUT/shown-$n.c" 2>&1)
        verdict "docs/targets.md: C number $n" "$(echo "$said" | head -n 1)"
    done
fi
