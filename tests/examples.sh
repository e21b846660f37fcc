#!/bin/sh
# examples.sh: the examples reach the numbers that their READMEs name. With
# LONG=1 also those whose kind another example stands for.
. tests/lib.sh
fresh examples
cp -r examples/* "$OUT"
cd "$OUT" || exit 2

# last FILE.csv COLUMN: a figure of the last epoch.
last() {
    awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++)
            if ($i == name) column = i }
        END { print $column }' "$1"
}

# reach NAME MODEL COLUMN OPERATOR NUMBER FLAG...: trains and compares.
reach() {
    name=$1 model=$2 column=$3 op=$4 number=$5
    shift 5
    "$NNC" train "$model" --log "$name.csv" --out "$name.safetensors" "$@" \
        >"$name.log" 2>&1
    status=$?
    is=$(last "$name.csv" "$column" 2>/dev/null)
    [ $status -eq 0 ] && [ -n "$is" ] &&
        awk "BEGIN { exit !($is $op $number) }"
    verdict "$name: $column $op $number" \
        "it is '$is', status $status: $(tail -n 1 "$name.log")"
}

# frugal NAME MODEL: what the trainer's first line says of memory is what it
# takes, within a tenth; and that is no more than the plan, its rows, a tenth of
# both, what the program takes that only tells of itself, and 0.75 MiB for the
# pages of it and its libraries that a training touches besides.
cc -std=gnu11 -O1 -I"$TREE/runtime" -o spend "$TREE/bench/spend.c" \
    "$TREE/runtime/nn_clock.c" || exit 2
frugal() {
    "$NNC" build "$2" -o . >spend.log 2>&1
    plan=$("$NNC" summary "$2" |
        sed -n 's/^training of .*: \([0-9,]*\) bytes.*/\1/p' | tr -d ,)
    set -- "$1" "./$1-train" --data "${2%/*}" --epochs 1 --threads 1 --out "$1.st"
    name=$1
    shift
    peak=$(./spend 3 "$@" 2>>spend.log)
    idle=$(./spend 3 "$1" --help 2>>spend.log)
    told=$(for i in 1 2 3; do "$@" 2>&1; done |
        sed -n 's/.*rows; \([0-9.]* MiB of memory, [0-9.]*\) of it.*/\1/p' |
        sort -n | head -n 1)
    echo "${plan:-0} ${peak##* } ${idle##* } $told" | awk '{
        exit !($1 > 0 && $2 > 0 && $3 > 0 && $4 > 0 &&
            $2 <= 1.1 * 1024 * $4 && 1024 * $4 <= 1.1 * $2 &&
            $2 <= 1.1 * ($1 / 1024 + 1024 * $8) + $3 + 768) }'
    verdict "$name: its trainer's memory" \
        "$plan bytes, $told, peak ${peak##* } KiB, idle ${idle##* } KiB"
}

# answer NAME DIR PATTERN: what the README asks of the trained model.
answer() {
    cp "$1.safetensors" "$2"
    (cd "$2" && sed -n "s|^    \(.*\)nnc infer|\1$NNC infer|p" README.md |
        sh) >is 2>&1
    grep -q "$3" is
    verdict "$1: what its README asks" "$(head -n 1 is)"
}

reach xor xor/xor.nn train_accuracy == 1
answer xor xor '^1: 1 '
reach iris iris/iris.nn test_accuracy '>=' 29/30
# iris learned means and names in training; a row is in centimetres.
answer iris iris '^1: setosa '
reach digits digits/digits.nn test_accuracy '>=' 0.97
answer digits digits '^3: 4 '
reach residual residual/residual.nn test_accuracy '>=' 0.97

# The inference program on held-out rows: raw values in, classes out.
cut -d, -f1-64 digits/digits-test.csv >images.csv
"$NNC" infer digits/digits.nn --weights digits.safetensors --csv images.csv \
    >probabilities.csv 2>infer.log
paste -d, probabilities.csv digits/digits-test.csv | awk -F, '
    { best = 1
      for (i = 2; i <= 10; i++) if ($i > $best) best = i
      right += best - 1 == $NF }
    END { exit !(NR == 359 && right / NR >= 0.97) }'
verdict "digits: infer agrees with the labels" "$(tail -n 1 infer.log)"

# What is shipped is what its script makes.
for made in sentiment/reviews.tsv forecast/prices.csv imdb/test.tsv.gz \
    translate/pairs.tsv translate/phrases-test.tsv slots/test/seq.out \
    shakespeare/input.txt; do
    mv $made shipped
    NNC_DATA= sh "${made%%/*}/data.sh"
    gzip -dcf shipped >a && gzip -dcf $made >b && cmp -s a b
    verdict "$made: data.sh makes what is shipped" "the files differ"
done
reach sentiment sentiment/sentiment.nn test_accuracy '>=' 0.99
answer sentiment sentiment '^1: bad '

reach elman slots/elman.nn test_f1_chunks '>=' 0.99
answer elman slots '^1: O O O B-from O B-to I-to I-to$'
frugal xor xor/xor.nn
frugal digits digits/digits.nn
frugal sentiment sentiment/sentiment.nn
frugal elman slots/elman.nn
reach shakespeare shakespeare/shakespeare.nn test_perplexity '<=' 2
if [ -n "${LONG:-}" ]; then
    reach jordan slots/jordan.nn test_f1_chunks '>=' 0.99
    reach bilstm slots/bilstm.nn test_f1_chunks '>=' 0.99
    reach jordans slots/jordans.nn test_f1_chunks '>=' 0.99
    reach bilstms slots/bilstms.nn test_f1_chunks '>=' 0.99
    reach imdb imdb/imdb.nn test_accuracy '>=' 0.99
    answer imdb imdb '^3: '
    reach chargpt shakespeare/chargpt.nn test_perplexity '<=' 2
    reach french translate/french.nn test_bleu '>=' 99
    echo "This tired dog hears my green cow." |
        "$NNC" infer translate/french.nn --weights french.safetensors >is 2>&1
    [ "$(cat is)" = "ce chien fatigué entend ma vache verte ." ]
    verdict "french: infer translates" "$(cat is)"
fi
reach translate translate/translate.nn test_exact '>=' 0.95
printf '12+7\n45+45\n' | "$NNC" infer translate/translate.nn \
    --weights translate.safetensors >is 2>&1
[ "$(tr '\n' ' ' <is)" = "19 90 " ]
verdict "translate: infer adds" "$(cat is)"
reach forecast forecast/forecast.nn test_rmse '<=' 0.37
answer forecast forecast '^1: 1[34][0-9]'
if data_file stocks/IBM_2014-03_to_2019-03.csv; then
    sh forecast/data.sh
    reach forecast-ibm forecast/forecast.nn test_rmse '<=' 1.65 \
        --data forecast/real
else
    skip "forecast-ibm: test_rmse <= 1.65" "there are no prices in $NNC_DATA"
fi

sh adding/data.sh
for name in adding adding_own; do
    reach $name adding/$name.nn test_rmse '<' 0.1
done

if data_file mnist/train-images-idx3-ubyte.gz; then
    sh lenet5/data.sh
    reach lenet5 lenet5/lenet5.nn test_accuracy '>=' 0.989
    frugal lenet5 lenet5/lenet5.nn
    # The same images, from the IDX file itself.
    "$NNC" infer lenet5/lenet5.nn --weights lenet5.safetensors --csv \
        lenet5/t10k-images-idx3-ubyte.gz >lenet5.out 2>&1
    [ "$(wc -l <lenet5.out)" -eq 10000 ]
    verdict "lenet5: infer reads IDX files" "$(head -n 1 lenet5.out)"
else
    skip "lenet5: test_accuracy >= 0.989" "there is no MNIST in $NNC_DATA"
fi

if data_file cifar10/cifar10-first4000.bin.gz; then
    sh resnet8/data.sh
    reach resnet8 resnet8/resnet8.nn train_loss '<' 2.4 --epochs 1
    "$NNC" infer resnet8/resnet8.nn --weights resnet8.safetensors --csv \
        resnet8/test.bin >resnet8.out 2>&1
    [ "$(wc -l <resnet8.out)" -eq 1000 ]
    verdict "resnet8: infer reads CIFAR-10's records" \
        "$(head -n 1 resnet8.out)"
else
    skip "resnet8: train_loss < 2.4" "there is no CIFAR-10 in $NNC_DATA"
fi
