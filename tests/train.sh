#!/bin/sh
# train.sh: what a text may say about training: full, single and mini batches,
# momentum, schedules, penalties, dropout, early stopping, parts; each a
# variation of the iris example that must still learn.
. tests/lib.sh
fresh train
cp examples/iris/iris.csv "$OUT"
cd "$OUT" || exit 2

# vary NAME SED...: the example, changed, in NAME.nn.
vary() {
    sed "$2" "$TREE/examples/iris/iris.nn" >"$1.nn"
}

# learns NAME RIGHT FLAG...: at least RIGHT of the 30 test rows.
learns() {
    name=$1 right=$2
    shift 2
    "$NNC" train "$name.nn" --log "$name.csv" --out "$name.safetensors" "$@" \
        >"$name.log" 2>&1 &&
        awk -F, -v right="$right" 'NR == 1 { for (i = 1; i <= NF; i++)
                if ($i == "test_accuracy") at = i }
            END { exit !(NR > 1 && 30 * $at >= right - 0.01) }' "$name.csv"
    verdict "$name learns" "$(tail -n 3 "$name.log" | head -n 1)"
}

train='train {.*}'
vary full "s/$train/train { optimizer sgd(rate: 1); batch all; epochs 400; }/"
learns full 28
vary single "s/$train/train { optimizer sgd(rate: 0.05); batch 1; epochs 30; }/"
learns single 28
vary momentum "s/$train/train { optimizer sgd(rate: 0.05, momentum: 0.9, \
    nesterov: true); schedule step(every: 20, factor: 0.5); warmup 50; \
    batch 16; epochs 60; }/"
learns momentum 28
vary penalised "s/$train/train { optimizer adam(rate: 0.02); schedule cosine; \
    l2 1e-4; l1 1e-5; clip norm 1; batch 16; epochs 60; }/"
learns penalised 28
vary dropped "s/-> sigmoid/-> sigmoid -> dropout(0.1)/"
learns dropped 27
vary stopped "s/$train/train { optimizer adam(rate: 0.1); batch 10; \
    epochs 500; early_stop(patience: 5); }/; s/test last/validation 10%; test last/"
learns stopped 27
[ "$(wc -l <stopped.csv)" -lt 500 ]
verdict "early stopping stops" "it went through all epochs"

# `nnc eval` gives what training gave at the end.
"$NNC" eval full.nn --init full.safetensors >eval.log 2>&1
grep '^test ' eval.log | grep -o 'accuracy [0-9.]*' >a
grep '^test ' full.log | grep -o 'accuracy [0-9.]*' >b
[ -s a ] && cmp -s a b
verdict "eval repeats the result" "$(tail -n 1 eval.log)"

# Flags change what a run does without a new program.
"$NNC" train full.nn --epochs 2 --rate 0.5 --seed 3 --threads 1 --quiet \
    --out flags.safetensors --log flags.csv >flags.log 2>&1
[ "$(wc -l <flags.csv)" -eq 3 ] && [ -s flags.svg ]
verdict "--epochs, --log and the curve" "$(wc -l <flags.csv) lines"
"$NNC" train full.nn --epochs 1 --quiet --out flags.safetensors \
    --log point.csv >flags.log 2>&1
[ "$(wc -l <flags.log)" -eq 1 ] && grep -q '<circle' point.svg && ! grep -q '<circle' flags.svg
verdict "the curve of one epoch has a point" "$(cat flags.log)"
"$NNC" train full.nn --epochz 2 >wrong.log 2>&1
[ $? -eq 2 ] && grep -q 'epochs' wrong.log
verdict "a wrong flag is 2 and named" "$(head -n 1 wrong.log)"

# Advice where labels and runs are not what they seem.
vary plain 's/ -> category//; s/class(3)/class(4)/; s/dense(3)/dense(4)/'
"$NNC" train plain.nn >plain.log 2>&1
[ $? -eq 1 ] && grep -q 'labels become classes with -> category' plain.log
verdict "labels in words want category" "$(cat plain.log)"
vary four 's/class(3)/class(4)/; s/dense(3)/dense(4)/'
"$NNC" train four.nn --epochs 1 --out four.safetensors >four.log 2>&1
grep -q 'is class(4), and its training rows have 3 labels' four.log
verdict "a class without rows is told" "$(cat four.log)"
"$NNC" train four.nn --epochs 1 --out four.safetensors \
    --resume four.ckpt.safetensors >four.log 2>&1
grep -q 'complete after epoch 1: --epochs N' four.log
verdict "a complete run is told" "$(cat four.log)"
sed 's/setosa/1/; s/versicolor/2/; s/virginica/3/' iris.csv >ones.csv
vary ones 's/ -> category//; s/iris.csv/ones.csv/g'
"$NNC" train ones.nn >ones.log 2>&1
[ $? -eq 1 ] && grep -q 'whole number from 0 to 2, or take labels' ones.log
verdict "labels that count from 1 are told" "$(cat ones.log)"

# The three forms of the answer.
tail -n 2 iris.csv | cut -d, -f1-4 >two.csv
"$NNC" infer full.nn --weights full.safetensors --json two.csv >two.json 2>&1
grep -q 'virginica' two.json
verdict "infer --json" "$(head -n 1 two.json)"
sed 's/^  output.*/&  output second = logits;/' full.nn >both.nn
"$NNC" infer both.nn --weights full.safetensors --json two.csv >both.json 2>&1
[ "$(grep -c '"outputs": {"output": {"top".*"second": {.*"values"' both.json)" \
    -eq 2 ]
verdict "infer --json gives all outputs" "$(head -n 2 both.json)"
"$NNC" infer full.nn --weights full.safetensors --top 1 two.csv >two.txt 2>&1
[ "$(grep -c virginica two.txt)" -eq 2 ] && ! grep -q setosa two.txt
verdict "infer --top 1" "$(head -n 1 two.txt)"
"$NNC" infer full.nn --weights full.safetensors --bench >bench.txt 2>&1
awk '/GF\/s/ { lines++; if ($9 > 100) over = 1 }
    END { exit !(lines == 2 && !over) }' bench.txt
verdict "infer --bench" "$(head -n 1 bench.txt)"

# Means 1000 and 3, deviations 10 and 1; y = 0 is the mean of both columns:
# rmse is the root of (100 + 1) / 2, and of 1 for the second column alone.
printf '1,990,2\n2,1010,4\n3,990,4\n4,1010,2\n' >units.csv
cat >units.nn <<'END'
model units {
  input  x: f32[1];
  target t: f32[2];
  param  gain: f32[2], init: zeros;
  y = x * gain;
  output y + 0;
  output second = slice(y, 2..2);
  loss   sum(square(t - y));
  metric rmse(t, y), rmse(slice(t, 2..2), slice(y, 2..2));
  data {
    x = csv("units.csv", column: 1);
    t = csv("units.csv", columns: 2..3) -> standardize -> scale(-0.5);
    test {
      x = csv("units.csv", column: 1);
      t = csv("units.csv", columns: 2..3) -> standardize -> scale(-1/2);
    }
  }
  train { optimizer sgd(rate: 1e-30); batch 3; epochs 1; }
}
END
"$NNC" train units.nn --log units-log.csv >units.log 2>&1
grep -q '^test  *loss 0.5  rmse 7.1063  rmse2 1  ' units.log &&
    [ "$(tail -n 1 units-log.csv | cut -d, -f5-7,11-)" = \
        0.5,7.1063352,1,0.5,7.1063352,1 ]
verdict "metrics are in the files' units" "$(grep '^test' units.log)"
printf '1\n2\n' | "$NNC" infer units.nn --csv >units.txt 2>&1
printf '1\n' | "$NNC" infer units.nn --csv --output second >>units.txt 2>&1
[ "$(tr '\n' ' ' <units.txt)" = "1000,3 1000,3 3 " ]
verdict "outputs are in the files' units" "$(tr '\n' ' ' <units.txt)"

# Numbers of the text are a part of what a step computes.
sed -i 's/y = x \* gain;/y = x * gain * [1, 2];/' units.nn
"$NNC" train units.nn --out once.safetensors >once.log 2>&1
sed 's/\[1, 2\]/[1, 3]/' units.nn >other.nn
"$NNC" train other.nn --epochs 2 --out once.safetensors \
    --resume once.ckpt.safetensors >other.log 2>&1
[ $? -eq 1 ] && grep -q 'is of another model' other.log
verdict "another constant is another run" "$(tail -n 1 other.log)"
"$NNC" train units.nn --epochs 2 --out once.safetensors \
    --resume once.ckpt.safetensors >once.log 2>&1
verdict "the same constants are the same run" "$(tail -n 1 once.log)"
