#!/bin/sh
# cells.sh: one mechanism for all loops over time. The prelude's lstm and a
# renamed copy of it become the same C; cells of any kind pass the gradient
# check; a long loop is no larger than a short one; padding changes nothing.
. tests/lib.sh
fresh cells

# What is left of the C without comments, the names of model and cell and the
# places where longer names break a line: a word a line.
same_names() {
    sed 's/adding_own/adding/g; s/ADDING_OWN/ADDING/g; s/own_lstm/lstm/g' "$1" |
        gcc -fpreprocessed -dD -E -P -x c - | sed 's/"[a-z_]*\.nn", [0-9]*},$/},/' |
        tr -s ' \n' '\n\n'
}

for form in "" --plain --unroll=none; do
    "$NNC" compile $form examples/adding/adding.nn -o "$OUT/adding.c" \
        >"$OUT/log" 2>&1 &&
        "$NNC" compile $form examples/adding/adding_own.nn \
            -o "$OUT/adding_own.c" >>"$OUT/log" 2>&1 &&
        same_names "$OUT/adding.c" >"$OUT/prelude.txt" &&
        same_names "$OUT/adding_own.c" >"$OUT/own.txt" &&
        [ -s "$OUT/own.txt" ] && cmp -s "$OUT/prelude.txt" "$OUT/own.txt"
    verdict "a user's lstm becomes the same C ${form:-as tuned}" \
        "$(grep error "$OUT/log"; diff "$OUT/prelude.txt" "$OUT/own.txt" | head -n 4 |
            tr '\n' ' ')"
done

# The cell is computed in the kernel of the product with the state: also a
# user's own, whose state c looks into its gates.
cat >"$OUT/peephole.nn" <<'EOF'
cell peephole(n) {
 param w: f32[4 * n, in.features], init: glorot;
 param u: f32[4 * n, n], init: glorot;
 param b: f32[4 * n], init: 0;
 param p: f32[n], init: 1;
 state s: f32[n], c: f32[n];
 z = matmul(in, w, transposed: true) + matmul(s, u, transposed: true) + b;
 c' = sigmoid(slice(z, 1..n) + p * c) * c
    + sigmoid(slice(z, n + 1..2 * n) + p * c) * tanh(slice(z, 2 * n + 1..3 * n));
 s' = sigmoid(slice(z, 3 * n + 1..4 * n) + p * c') * tanh(c');
 out = s';
}
EOF
for cell in lstm gru peephole; do
    for n in 5 20 32 100 300; do
        cat "$OUT/peephole.nn" - >"$OUT/one.nn" <<EOF
model m() { input x: f32[9, 20]; y = x -> $cell($n) -> last; output y; }
EOF
        for target in avx512 avx2 generic; do
            "$NNC" compile --target $target --report "$OUT/one.nn" \
                -o "$OUT/one.c" >"$OUT/log" 2>&1 || echo "$n $target: error"
            grep '^      [^ ].*  map, ' "$OUT/log"
        done
    done >"$OUT/maps"
    ! [ -s "$OUT/maps" ] && grep -q '^      [^ ].*  product, ' "$OUT/log"
    verdict "no kernel of its own for the gates of $cell" \
        "$(head -n 3 "$OUT/maps")"
done

# Sanitizers see the compiler alone here, and so need no program.
cp tests/e2e/gradcheck.nn "$OUT"
for m in $(models tests/e2e/gradcheck.nn); do
    if [ -n "${LIGHT:-}" ]; then
        name="$m compiles"
        "$NNC" compile --model "$m" "$OUT/gradcheck.nn" -o "$OUT/$m.c"
    else
        name="gradient check of $m"
        (cd "$OUT" && "$NNC" train --gradcheck --model "$m" gradcheck.nn)
    fi >"$OUT/$m.log" 2>&1
    verdict "$name" "$(tail -n 3 "$OUT/$m.log" | tr '\n' ' ')"
done

for steps in 20 2000; do
    "$NNC" compile tests/e2e/long.nn -D steps=$steps -o "$OUT/long$steps.c" \
        >"$OUT/log" 2>&1
    objects -O2 "$OUT/long$steps.c"
done
size "$OUT/long20.o" "$OUT/long2000.o" >"$OUT/size" 2>&1 &&
    awk 'NR > 1 { size[NR] = $1 }
        END { exit !(size[3] > 0 && size[3] <= 1.02 * size[2]) }' "$OUT/size"
verdict "2,000 steps are no more code than 20" "$(tr '\n' ' ' <"$OUT/size")"

# Tiles are chosen by the number of rows, which is that of steps for products
# over all of them.
for m in $(models tests/e2e/long.nn); do
    for steps in 20 2000; do
        for form in --plain --target=generic; do
            "$NNC" compile $form --model "$m" -D steps=$steps \
                tests/e2e/long.nn -o "$OUT/long.c" >"$OUT/log" 2>&1
            wc -l <"$OUT/long.c"
        done
    done | tr '\n' ' ' >"$OUT/lines"
    awk '{ exit !($1 > 0 && $3 <= 1.01 * $1 && $4 <= 1.1 * $2) }' "$OUT/lines"
    verdict "$m: 2,000 steps are as many lines" "$(cat "$OUT/lines")"
done

# Weights that stand in several parameters are put together when they are
# loaded, not in each inference.
"$NNC" compile tests/e2e/gradcheck.nn --model with_book_lstm -o "$OUT/book.c" \
    >"$OUT/log" 2>&1 &&
    grep -q '^    [a-z_]*infer1_[a-z0-9_]*concat(f' "$OUT/book.c" &&
    sed -n '/^static int [a-z_]*infer1*_entry/,/^}/p' "$OUT/book.c" \
        >"$OUT/entries.c" &&
    [ -s "$OUT/entries.c" ] && ! grep -q concat "$OUT/entries.c"
verdict "merged weights are packed once" "the inference joins them each time"

# Products over all steps that no cache holds are computed in the loop, some
# steps ahead, unless the loop reads one whole besides: the numbers are those of
# the plain text.
cat >"$OUT/ahead.nn" <<'EOF'
model fed() {
  input x: f32[40, 20]; target t: f32[32];
  y = x -> lstm(32) -> reverse -> gru(32) -> last;
  output y;
  loss squared_error(y, t);
  data { x = random(48); t = random(48); }
  train { optimizer sgd(rate: 0.1); batch 16; epochs 2; }
}
cell scaled(n, k) {
  state h: f32[n];
  h' = h + tanh(in + h) * 0.005 * k;
  out = h';
}
model whole() {
  input x: f32[640, 20]; target t: f32[128];
  z = x -> dense(128);
  y = z -> scan(scaled(128, z -> last)) -> last;
  output y;
  loss squared_error(y, t);
  data { x = random(4); t = random(4); }
  train { optimizer sgd(rate: 0.1); batch 1; epochs 2; }
}
EOF

# ahead MODEL BLOCKS WHAT: so many products run by blocks; the numbers agree.
ahead() {
    for form in --target=generic --plain; do
        "$NNC" train $form --model "$1" --quiet --log "$OUT/$1$form.csv" \
            --out "$OUT/ahead.st" "$OUT/ahead.nn" >"$OUT/log" 2>&1
        cut -d , -f 1,2,3,5 "$OUT/$1$form.csv" >"$OUT/$1$form.loss"
    done
    "$NNC" compile --target=generic --model "$1" "$OUT/ahead.nn" \
        -o "$OUT/$1.c" >"$OUT/log" 2>&1
    [ "$(grep -c '^static void .*_step_.*_block(void' "$OUT/$1.c")" = "$2" ] &&
        awk -F , 'NR == FNR { want[FNR] = $4; n = FNR; next }
            FNR > 1 && !($4 <= want[FNR] + 2e-6 && $4 >= want[FNR] - 2e-6 &&
                $4 > 0) { bad = 1 }
            END { exit bad || n < 3 || FNR != n }' \
            "$OUT/$1--plain.loss" "$OUT/$1--target=generic.loss"
    verdict "$3" "$(cat "$OUT/$1--plain.loss" "$OUT/$1--target=generic.loss")"
}

ahead fed 1 "products run ahead of their loop"
ahead whole 0 "a product that its loop reads whole runs before it"

# The same rows with more padding give the same bits, with as many lanes as this
# processor has, and take no more steps. gcc has left out calls of a pool's
# kernel here.
padded() {
    GCC=$1 form=$2 rows= files=
    for m in short long busy; do
        [ "$m" != busy ] || [ "$form" = --target=generic ] || continue
        "$NNC" compile $form --model $m tests/e2e/padded.nn -o "$OUT/$m.c" \
            >"$OUT/log" 2>&1
        verdict "padded rows: $m is compiled ${form#--} for $GCC" \
            "$(head -n 1 "$OUT/log")"
        grep -q 'acc_0_0' "$OUT/$m.c" || [ "$form" = --plain ] &&
            ! grep -q 'more_' "$OUT/$m.c"
        verdict "padded rows: products of $m keep one sum, ${form#--}" "$m.c"
        rows="$rows $m=$m" files="$files $OUT/$m.c"
    done
    # shellcheck disable=SC2086
    table $rows >"$OUT/table.c"
    # shellcheck disable=SC2086
    objects $LEVEL $files
    # shellcheck disable=SC2086
    driver "padded rows, $GCC ${form#--}:" padded "" "$OUT/table.c" \
        $(echo "$files" | sed 's/\.c/.o/g') --
}

for form in $FORMS; do
    case $form in
    *avx*) grep -q "$(echo "${form#*=}" | sed 's/512/512vl/')" /proc/cpuinfo ||
        continue ;;
    esac
    (padded "$GCC" $form)
done
[ "$GCC" = gcc ] || (padded gcc --target=generic)
