#!/bin/sh
# steps.sh: networks that write. Step by step they say what they say of a whole
# row; programs go on from a prompt.
. tests/lib.sh
fresh steps

names=$(models tests/e2e/steps.nn)
for form in $FORMS; do
    rows= files= linked=
    for m in $names; do
        "$NNC" compile $form --model "$m" tests/e2e/steps.nn \
            -o "$OUT/$m.c" >"$OUT/log" 2>&1
        verdict "$m is compiled ${form#--}" "$(head -n 1 "$OUT/log")"
        rows="$rows $m=$m" files="$files $OUT/$m.c" linked="$linked $OUT/$m.o"
    done
    # shellcheck disable=SC2086
    table $rows >"$OUT/table.c"
    # shellcheck disable=SC2086
    objects "-Iruntime $LEVEL" $files
    # shellcheck disable=SC2086
    driver "${form#--}" steps "" "$OUT/table.c" tests/e2e/beams.c \
        runtime/nn_beam.c runtime/nn_states.c $linked --
done

# Programs. A text in which each word tells the next one.
cd "$OUT" || exit 2
awk 'BEGIN { for (i = 0; i < 1500; i++)
    printf "%s", substr("the cat and the dog. ", i % 21 + 1, 1) }' >input.txt
cat >tale.nn <<'EOF'
model tale(vocab = 24, length = 16) {
  input  x: token(vocab)[length];
  target next: class(vocab)[length];
  logits = x -> embedding(8) -> gru(24) -> dense(vocab);
  output softmax(logits);
  loss   cross_entropy(logits, next);
  generate x from logits;
  data {
    x, next = text("input.txt") -> characters(vocab) -> windows(length, ahead: 1);
    test last 10%;
  }
  train { optimizer adam(rate: 2e-2); batch 8; epochs 25; seed 1; stateful true; }
}
EOF
"$NNC" train tale.nn --quiet >log 2>&1
verdict "a text is learned" "$(tail -n 1 log)"

# writes NAME WANTED FLAG...: what the program writes.
writes() {
    name=$1 wanted=$2
    shift 2
    $UNDER "$NNC" infer tale.nn "$@" >is 2>log
    status=$?
    [ $status -eq 0 ] && [ "$(cat is)" = "$wanted" ]
    verdict "$name" "$status: $(cat is log)"
}
tale="the cat and the dog. the cat and the dog."
writes "a prompt is gone on from" "$tale" --prompt "the ca" --length 35 --greedy
writes "one candidate leaves no choice" "$tale" \
    --prompt "the ca" --length 35 --top-k 1 --seed 5
writes "a small share leaves no choice" "$tale" \
    --prompt "the ca" --length 35 --top-p 1e-9
writes "as good as no temperature leaves no choice" "$tale" \
    --prompt "the ca" --length 35 --temperature 1e-3
writes "the most probable of three" "$tale" \
    --prompt "the ca" --length 35 --beam 3
"$NNC" infer tale.nn --prompt the --temperature 9 --seed 3 >one 2>&1
"$NNC" infer tale.nn --prompt the --temperature 9 --seed 3 >same 2>&1
"$NNC" infer tale.nn --prompt the --temperature 9 --seed 4 >other 2>&1
[ "$(wc -c <one)" -eq 204 ] && cmp -s one same && ! cmp -s one other
verdict "a seed is a text" "$(cat one same other)"

# refuses NAME STATUS MESSAGE FLAG...: what it says instead.
refuses() {
    name=$1 wanted=$2 message=$3
    shift 3
    "$NNC" infer tale.nn "$@" >is 2>log
    status=$?
    [ $status -eq "$wanted" ] && [ "$(cat log)" = "tale-infer: $message" ] &&
        ! [ -s is ]
    verdict "$name" "$status: $(cat is log)"
}
refuses "an unknown word is named" 1 \
    "--prompt: the text that the model learned has no 'Z'" --prompt "the Z"
refuses "an unknown line end is named" 1 \
    "--prompt: the text that the model learned has no '\\n'" \
    --prompt "$(printf 'the\nca')"
refuses "a byte that is no text is named" 1 \
    "--prompt: byte 5, 0xff, is not UTF-8" --prompt "$(printf 'the \377')"
refuses "a text begins with something" 1 \
    "there is nothing to begin with: give --prompt TEXT" --length 5
refuses "nothing is no beginning" 1 \
    "there is nothing to begin with: give --prompt TEXT" --prompt ""
refuses "a share is at most 1" 2 "--top-p is a probability, at most 1" \
    --prompt the --top-p 1.5
refuses "rows are not read as well" 2 \
    "a text is written or rows are read, not both: leave out files, --csv, --json, --top, --output and --bench" \
    --prompt the --csv

refuses "what is sought is not drawn" 2 \
    "--beam looks for the most probable text, and nothing is drawn: leave out --temperature, --top-k, --top-p, --seed and --greedy" \
    --prompt the --beam 2 --seed 3
refuses "a beam that is too wide" 2 \
    "--beam is '1000000'; it must be a whole number from 1 to 1000" \
    --prompt the --beam 1000000
refuses "a beam of nothing" 2 \
    "--beam is '0'; it must be a whole number from 1 to 1000" \
    --prompt the --beam 0

# Steps with places, of tokens without a text: the next one is x + 1, modulo 3.
cat >placed.nn <<'EOF'
model placed(vocab = 3) {
  input x: token(vocab)[6];
  y = x -> one_hot(vocab) -> dense(vocab, weight: [[0, 0, 1], [1, 0, 0], [0, 1, 0]], bias: false);
  logits = y * (index(y, axis: time) + 1);
  output logits;
  generate x from logits, start: 0;
}
EOF
for how in --greedy "--beam 2"; do
    # shellcheck disable=SC2086
    "$NNC" infer placed.nn --prompt "1 2" $how >is 2>log
    [ "$(cat is)" = "1 2 0 1 2 0" ]
    verdict "a text ends where places do $how" "$(cat is log)"
done
"$NNC" infer placed.nn --prompt "" --greedy >is 2>log
[ "$(cat is)" = "1 2 0 1 2 0" ]
verdict "a token begins the text" "$(cat is log)"
sed 's/start: 0/stop: 0/' placed.nn >stopped.nn
"$NNC" infer stopped.nn --prompt 1 --greedy >is 2>log
[ "$(cat is)" = "1 2" ]
verdict "a token ends the text" "$(cat is log)"
for prompt in "0 1 2 0 1 2" "0 3" "0 x"; do
    "$NNC" infer placed.nn --prompt "$prompt" --greedy >is 2>log
    [ $? -eq 1 ] && grep -q '^placed-infer: --prompt' log && ! [ -s is ]
    verdict "no prompt: $prompt" "$(cat is log)"
done

# What is no number says nothing of the next token; of some it says they cannot be.
cat >odd.nn <<'EOF'
model odd(vocab = 3) {
  input x: token(vocab)[4];
  y = x -> one_hot(vocab) -> dense(vocab, weight: [[0, 0, 1], [1, 0, 0], [0, 1, -1]], bias: false);
  logits = log(y);
  output logits;
  generate x from logits;
}
EOF
for how in --greedy --seed=1 "--beam 2"; do
    # shellcheck disable=SC2086
    "$NNC" infer odd.nn --prompt 0 --length 3 $how >is 2>log
    [ $? -eq 1 ] && [ "$(cat log)" = "odd-infer: what the network says of the next token is no number: the logit of token 2 is NaN" ]
    verdict "no number is no token $how" "$(cat is log)"
done

# A row of another input is a text: threes, until v times their number is more
# than 4. The search begins by itself; what the model says of rows is its output.
cat >threes.nn <<'EOF'
model threes(vocab = 4) {
  input x: token(vocab)[5];
  input v: f32[1];
  y = x -> one_hot(vocab) -> dense(vocab, weight: [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 4, 0, 4]], bias: false);
  logits = y + (v -> dense(vocab, weight: [[0], [0], [1], [0]], bias: false)) * index(y, axis: time);
  output logits;
  generate x from logits, start: 1, stop: 2, beam: 2;
}
EOF
printf '2.5\n5\n0.1\n' >v.csv
printf '3 3\n3\n3 3 3 3 3\n' >wanted
for how in v.csv v=v.csv "--greedy v.csv" "--beam 7 v.csv" "--length 5 v.csv"; do
    # shellcheck disable=SC2086
    "$NNC" infer threes.nn $how >is 2>log
    cmp -s is wanted
    verdict "a text for each row: $how" "$(cat is log)"
done
echo 0 | "$NNC" infer threes.nn --greedy >is 2>log
[ "$(cat is)" = "3 3 3 3 3" ]
verdict "a text is no longer than its input" "$(cat is log)"
"$NNC" infer threes.nn --prompt 3 <v.csv >is 2>log
cmp -s is wanted
verdict "each text goes on from a prompt" "$(cat is log)"
"$NNC" infer threes.nn --weights tale.safetensors v.csv >is 2>log
[ $? -eq 1 ] && ! [ -s is ] && [ "$(head -n 1 log)" = "threes-infer: tale.safetensors, made for the model tale, does not fit the model threes:" ]
verdict "weights of another model write nothing" "$(cat is log)"
echo 1,3,3,3,3,2.5 | "$NNC" infer threes.nn --csv >is 2>log
[ "$(tr , '\n' <is | wc -l)" -eq 20 ]
verdict "a row is told of" "$(cat is log)"
