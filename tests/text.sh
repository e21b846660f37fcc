#!/bin/sh
# text.sh: networks that are trained on text: a sentence's class by its letter
# trigrams, from files plain, packed and recoded, and of raw lines; words and
# labels as targets, which the weights file keeps; what is refused; then words
# and characters as tokens, a label a word and what metrics count of
# them, a target moved on; vectors of words; states handed from batch to batch;
# padding on either side, and which steps hold.
. tests/lib.sh
fresh text
cd "$OUT" || exit 2

# The last word of each sentence tells what it is.
awk 'BEGIN {
    split("great lovely fine", good); split("awful bad dull", bad)
    split("the a film was it Story", rest)
    for (i = 0; i < 240; i++) {
        y = (i * 7) % 5 < 2; s = ""
        for (k = 0; k <= (i * 3) % 7; k++)
            s = s rest[(i * 5 + k * k) % 6 + 1] " "
        print (y ? "pos" : "neg") "\t" s (y ? good[i % 3 + 1] : bad[i % 3 + 1]) "."
    } }' >reviews.tsv
cat >trigrams.nn <<'EOF'
model trigrams(k = 3) {
  input  words: f32[600];
  target label: class(2);
  logits = words -> dense(2);
  output softmax(logits);
  loss   cross_entropy(logits, label);
  metric accuracy(logits, label);
  data {
    words = tsv("reviews.tsv", column: 2) -> letter_trigrams;
    label = tsv("reviews.tsv", column: 1) -> category;
    test fold k of 10 stratified by label;
  }
  train { optimizer adam(rate: 5e-2); batch 10; epochs 10; seed 1; }
}
EOF
"$NNC" build trigrams.nn -D k=1 >build.log 2>&1 &&
    ./trigrams-train --threads 1 --log s.csv >train.log 2>&1 &&
    awk -F, '{ last = $NF } END { exit !(last > 0.95) }' s.csv
verdict "a class of a sentence is learned" "$(tail -n 2 train.log)"
! nm -u trigrams-train | grep sqrtf >called
verdict "an optimiser's roots are no calls" "$(cat called)"
./trigrams-train --threads 3 --quiet --out again.safetensors >again.log 2>&1 &&
    cmp -s trigrams.safetensors again.safetensors
verdict "any number of threads gives the same" "$(cat again.log)"
printf 'Well, a lovely FILM!\nit was dull\n' | ./trigrams-infer |
    cut -d ' ' -f 1,2 | tr '\n' ' ' >is
[ "$(cat is)" = '1: pos 2: neg ' ]
verdict "raw lines have classes" "$(cat is)"
head -n 4 reviews.tsv | ./trigrams-infer --csv >columns 2>&1
head -n 4 reviews.tsv | cut -f 2 | ./trigrams-infer --csv >raw 2>&1
[ "$(wc -l <raw)" -eq 4 ] && cmp -s columns raw
verdict "columns and raw lines are the same" "$(cat columns)"

# A raw line without a word is a row that the text drops.
sed 's/column: 2)/column: 2, missing: drop)/' trigrams.nn >gaps.nn
"$NNC" build gaps.nn --infer-only -o gaps >build.log 2>&1 &&
    printf 'Well, a lovely FILM!\n \t\nit was dull\n' |
    gaps/trigrams-infer >is 2>log
[ "$(sed -n 2p is)" = "2: a value is missing" ] && [ "$(wc -l <is)" -eq 3 ] &&
    grep -q '^standard input:2: a value is missing' log
verdict "a blank line is a row that is dropped" "$(cat log)"

# Lines, packed and in another encoding, are the same text.
cut -f 2 reviews.tsv | gzip -c >lines.gz
cut -f 1 reviews.tsv >labels
sed 's/tsv("reviews.tsv", column: 2)/lines("lines.gz", encoding: "windows-1252")/
    s/tsv("reviews.tsv", column: 1)/lines("labels")/' trigrams.nn >packed.nn
"$NNC" train packed.nn -D k=1 --quiet --out packed.safetensors >packed.log 2>&1
verdict "packed lines are read" "$(cat packed.log)"
for f in trigrams packed; do
    tail -c 4808 "$f.safetensors" >"$f.numbers"
done
[ -s trigrams.numbers ] && cmp -s trigrams.numbers packed.numbers
verdict "packed lines are the same text" "$(cat packed.log)"

# Targets: words by how frequent they are, and a label a word.
awk 'BEGIN {
    split("boston|new york|denver|san jose", city, "|")
    for (i = 0; i < 60; i++) {
        c = city[i % 4 + 1]
        print "flights to " c >"in"
        print "O O B-to" (index(c, " ") ? " I-to" : "") >"out"
    } }'
cat >slots.nn <<'EOF'
model slots {
  input  x: f32[6, 4];
  target words: class(30)[6];
  target slot: class(6)[6];
  y = x -> dense(30);
  z = x -> dense(6);
  output y;
  loss   cross_entropy(y, words) + cross_entropy(z, slot);
  data {
    x     = random(rows: 60);
    words = lines("in") -> words -> ids(30);
    slot  = lines("out") -> words -> category;
    test last 1;
  }
  train { epochs 1; seed 1; }
}
EOF
"$NNC" build slots.nn >build.log 2>&1 && ./slots-train --quiet >train.log 2>&1 &&
    grep -aq '\\"words\\":\[\\"flights\\",\\"to\\",' slots.safetensors &&
    grep -aq '\\"words\\":\[\\"B-to\\",\\"I-to\\",\\"O\\"\]' slots.safetensors
verdict "the weights file keeps words and labels" "$(cat build.log train.log)"

# refused NAME WORDS COMMAND...: fails with status 1 and one line that says so.
refused() {
    name=$1 words=$2
    shift 2
    "$@" >out.log 2>err.log
    [ $? -eq 1 ] && [ "$(wc -l <err.log)" -eq 1 ] && grep -qF "$words" err.log
    verdict "$name" "$(cat err.log)"
}

printf 'show me\n\nflights\n' >gap
refused "a line without a word" 'gap:2: words has no word here' \
    ./trigrams-infer gap
printf 'show \377me\n' >bytes
refused "a byte that is not UTF-8" 'bytes:1:6: byte 0xff is not UTF-8' \
    ./trigrams-infer bytes
: >empty
refused "an empty file" 'empty is empty' ./trigrams-infer empty
printf 'show\0me\n' >zero
refused "a zero byte" 'zero:1:5: a zero byte' ./trigrams-infer zero
mkdir -p other cut
refused "a folder" 'cannot read other: it is a folder' ./trigrams-infer other
cp labels cut
head -c 300 lines.gz >cut/lines.gz
refused "packed lines that are cut" 'cut/lines.gz ends in the middle of its' \
    "$NNC" train packed.nn -D k=1 --data cut --quiet
refused "packed input that is cut" 'standard input ends in the middle of its' \
    ./trigrams-infer - <cut/lines.gz
printf 'A lovely FILM!\r\nit was dull\r\n' | ./trigrams-infer |
    cut -d ' ' -f 1,2 | tr '\n' ' ' >is
[ "$(cat is)" = '1: pos 2: neg ' ]
verdict "carriage returns are no letters" "$(cat is)"
sed '1d' in >other/in
cp out other/out
refused "unequal files" 'other/in has 59 for words' \
    ./slots-train --data other --quiet
cp in other/in
sed '$s/B-to/B-new/' out >other/out
refused "a label that training did not have" \
    "other/out:60: the label 'B-new' of slot does not occur in the training" \
    ./slots-train --data other --quiet
cp out other/out
sed 's/denver/dallas/' in >other/in
refused "the words of another model" \
    "slots.safetensors was made with other words of words: number" \
    ./slots-train --data other --init slots.safetensors --quiet --out o.safetensors
{
    printf 'pos\t'
    head -c 70000 /dev/zero | tr '\0' W
    echo
    cat reviews.tsv
} >other/reviews.tsv
refused "a word without end in a column" \
    'other/reviews.tsv:1: a word of more than 65536 bytes' \
    "$NNC" train "$TREE/tests/lang/textcnn.nn" --data other --quiet
printf 'abc' >short.txt
cat >short.nn <<'EOF'
model short {
  input  x: f32[8, 4];
  target next: class(20)[8];
  y = x -> dense(20);
  output y;
  loss   cross_entropy(y, next);
  data {
    x    = random(rows: 10);
    next = text("short.txt") -> characters(20) -> windows(8);
  }
}
EOF
refused "a series shorter than its window" \
    'short.txt has 3 tokens; a window takes 8' "$NNC" train short.nn --quiet

# Tokens: the sentence's class by convolutions over its words.
cat >sentiment.nn <<'EOF'
model sentiment(vocab = 40, length = 10) {
  input  words: token(vocab)[length];
  target label: class(2);
  logits = words -> embedding(8) -> textcnn(widths: [2, 3], filters: 8)
    -> dropout(0.2) -> dense(2);
  output softmax(logits);
  loss   cross_entropy(logits, label);
  metric accuracy(logits, label);
  data {
    words = tsv("reviews.tsv", column: 2) -> words(lower: true)
      -> ids(vocab, pad: right);
    label = tsv("reviews.tsv", column: 1) -> category;
    test 10% stratified by label;
  }
  train { optimizer adam(rate: 2e-2); batch 10; epochs 8; clip norm 3; seed 1; }
}
EOF
"$NNC" build sentiment.nn >build.log 2>&1 &&
    ./sentiment-train --log t.csv >train.log 2>&1 &&
    awk -F, '{ last = $NF } END { exit !(last > 0.95) }' t.csv
verdict "words are learned" "$(cat build.log; tail -n 2 train.log)"
printf 'A lovely FILM!\nit was dull\nzzz awful\n' | ./sentiment-infer |
    cut -d ' ' -f 1,2 | tr '\n' ' ' >is
[ "$(cat is)" = '1: pos 2: neg 3: neg ' ]
verdict "unknown words are taken" "$(cat is)"

# A text of 48 MB takes no more than 12, labels and program included.
cc -std=gnu11 -O1 -I"$TREE/runtime" -o spend "$TREE/bench/spend.c" \
    "$TREE/runtime/nn_clock.c" || exit 2
mkdir large
awk 'BEGIN {
    for (i = 0; i < 400; i++) s = s " was it"
    for (i = 0; i < 17000; i++)
        print (i % 2 ? "pos" : "neg") "\t" (i % 2 ? "fine" : "dull") s
    }' >large/reviews.tsv
peak=$(./spend 1 ./sentiment-train --data large --epochs 1 --threads 1 \
    --quiet --out large/s.safetensors 2>&1)
[ "${peak##* }" -gt 0 ] && [ "${peak##* }" -lt 12000 ]
verdict "a text may be larger than memory" "$peak"
rm -r large

# Many rows are drawn from a list, which the trainer's first line counts though
# it is not made yet.
cat >many.nn <<'EOF'
model many() {
  input  x: f32[1];
  target t: f32[1];
  y = x -> dense(1);
  output y;
  loss   squared_error(y, t);
  data { x = csv("many.csv", column: 1); t = csv("many.csv", column: 1); }
  train { optimizer sgd(rate: 0.01); batch 500; epochs 1; }
}
EOF
awk 'BEGIN { for (i = 0; i < 400000; i++) print i % 2 }' >many.csv
"$NNC" build many.nn >build.log 2>&1
peak=$(./spend 3 ./many-train --threads 1 2>&1)
told=$(./many-train --threads 1 2>&1 |
    sed -n 's/.*rows; \([0-9.]*\) MiB of memory.*/\1/p')
echo "${told:-0} ${peak##* }" |
    awk '{ exit !(1024 * $1 <= 1.05 * $2 && $2 <= 1.05 * 1024 * $1) }'
verdict "a trainer counts the list of its rows" "$told MiB, ${peak##* } KiB"
rm many.csv

# The language's own sample, as it stands, on the same reviews.
"$NNC" train "$TREE/tests/lang/textcnn.nn" --data . --epochs 1 \
    --out sample.safetensors >sample.log 2>&1
verdict "the sample of a TextCNN trains" "$(tail -n 1 sample.log)"

# A label a word, of which padding is none.
awk 'BEGIN {
    split("boston|new york|denver|san jose", city, "|")
    for (i = 0; i < 200; i++) {
        w = i % 3 ? "flights" : "show me"; l = i % 3 ? "O" : "O O"
        for (k = 0; k < 2; k++) {
            c = city[(i + k * (1 + i % 3)) % 4 + 1]; t = k ? "to.x" : "from.x"
            w = w (k ? " to " : " from ") c; l = l " O B-" t
            if (index(c, " ")) l = l " I-" t
        }
        print w >"seq.in"; print l >"seq.out"
    } }'
cat >tagger.nn <<'EOF'
model tagger(vocab = 30, tags = 8, length = 10) {
  input  words: token(vocab)[length];
  target slot: class(tags)[length];
  logits = words -> embedding(10) -> lstm(16) -> dense(tags);
  output softmax(logits);
  loss   cross_entropy(logits, slot, ignore: 0);
  metric confusion(logits, slot), accuracy(logits, slot, ignore: 0);
  metric f1_chunks(logits, slot), bleu(logits, slot), f1(logits, slot);
  data {
    words = lines("seq.in") -> words -> ids(vocab);
    slot  = lines("seq.out") -> words -> category;
    test { words = lines("seq.in"); slot = lines("seq.out"); }
  }
  train { optimizer adam(rate: 2e-2); batch 20; epochs 15; seed 1; }
}
EOF
"$NNC" build tagger.nn >build.log 2>&1 && ./tagger-train --quiet >train.log 2>&1
verdict "a label a word is learned" "$(cat build.log train.log)"
echo 'flights from new york to denver' | ./tagger-infer >is
[ "$(cat is)" = '1: O O B-from.x I-from.x O B-to.x' ]
verdict "a label a word is printed" "$(cat is)"
echo 'flights from denver' | ./tagger-infer --json --top 1 | tr -d '\n ' |
    sed 's/"probability":[0-9.e-]*/p/g; s/"values".*//' >is
[ "$(cat is)" = '[{"row":1,"top":[[{"class":"O",p}],[{"class":"O",p}],[{"class":"B-from.x",p}]],' ]
verdict "labels in JSON" "$(cat is)"

# What is counted, half trained: chunks by their places, as awk finds them in
# what inference prints; the pairs of the table, and F1 that these give.
./tagger-train --epochs 1 --threads 1 --log few.csv --out few.safetensors \
    >few.log 2>&1
./tagger-infer --weights few.safetensors <seq.in | sed 's/^[0-9]*: //' >few.out
paste -d '|' seq.out few.out | awk -F '|' '
    function chunks(line, found,  t, n, i, at, type, open) {
        n = split(line, t, " "); open = ""
        for (i = 1; i <= n; i++) {
            type = t[i] == "O" ? "" : substr(t[i], 3)
            if (type != "" && (t[i] ~ /^B/ || type != open)) at = i
            if (type != "") found[NR, type, at] = i
            open = type
        } }
    { chunks($1, true); chunks($2, is)
      n = split($1, a, " "); split($2, b, " ")
      for (i = 1; i <= n; i++) pairs[a[i] "," b[i]]++ }
    END {
        for (k in true) { all++; right += k in is && is[k] == true[k] }
        for (k in is) all++
        printf "%.6g\n", 2 * right / all >"few.f1"
        for (k in pairs) {
            print k "," pairs[k]; split(k, c, ",")
            seen[c[1]] += pairs[k]; seen[c[2]] += pairs[k]
            if (c[1] == c[2]) hit[c[1]] = pairs[k] }
        for (k in seen) { sum += 2 * hit[k] / seen[k]; n_seen++ }
        printf "%.6g\n", sum / n_seen >"few.macro"
    }' | LC_ALL=C sort >few.pairs
column() {
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i }
        END { printf "%.6g\n", $c }' few.csv
}
[ "$(column test_f1_chunks)" = "$(cat few.f1)" ] &&
    awk '{ exit !($1 > 0.01 && $1 < 0.99) }' few.f1
verdict "F1 of chunks is that of what is printed" "$(cat few.f1 few.log)"
[ "$(column test_f1)" = "$(cat few.macro)" ]
verdict "F1 of classes is that of what is printed" "$(cat few.macro few.log)"
sed -n 's/^confusion,test,//p' few.tables.csv | tr -d '"' | LC_ALL=C sort |
    cmp -s - few.pairs && grep -q '^          *taken for$' few.log
verdict "a table has the pairs of what is printed" "$(cat few.tables.csv)"
cut -d , -f 1-3,5- few.csv >few.1
./tagger-train --epochs 1 --threads 3 --log few.csv --quiet \
    --out few.safetensors >few.log 2>&1
cut -d , -f 1-3,5- few.csv | cmp -s - few.1
verdict "any number of threads counts the same" "$(cat few.log)"

# Characters that follow each other, and a target that is moved on.
awk 'BEGIN { for (i = 0; i < 300; i++) printf "abcd%s", i % 2 ? "\n" : "-" }' \
    >letters.txt
cat >letters.nn <<'EOF'
model letters(vocab = 20, length = 8) {
  input  chars: token(vocab)[length];
  target next: class(vocab)[length];
  logits = chars -> embedding(8) -> lstm(12) -> dense(vocab);
  output softmax(logits);
  loss   cross_entropy(logits, next);
  metric accuracy(logits, next);
  data {
    chars, next = text("letters.txt") -> characters(vocab)
      -> windows(length, ahead: 1);
    test last 10%;
  }
  train { optimizer adam(rate: 2e-2); batch 10; epochs 20; seed 1; }
}
EOF
"$NNC" build letters.nn >build.log 2>&1 && ./letters-train --quiet >train.log 2>&1
echo 'abcd-ab' | ./letters-infer >is 2>&1
grep -q '^1: b c d [-?] a b c$' is
verdict "the next characters are learned" "$(cat train.log is)"

awk 'BEGIN { for (i = 0; i < 100; i++) print i "\t" i * 7 % 100 }' >pairs.tsv
head -n 20 pairs.tsv >more.tsv
cat >moved.nn <<'EOF'
model moved(v = 16) {
  input  source: token(v)[3];
  input  before: token(v)[4];
  target word: class(v)[4];
  known  = source -> embedding(8) -> gru(12);
  logits = before -> embedding(8) -> gru(12, start: known.state) -> dense(v);
  output softmax(logits);
  loss   cross_entropy(logits, word, ignore: 0);
  data {
    source = tsv("pairs.tsv", column: 1) -> characters(v);
    word   = tsv("pairs.tsv", column: 2) -> characters(v, stop: true);
    before = shift(word, start: 1);
    test {
      source = tsv("more.tsv", column: 1);
      word   = tsv("more.tsv", column: 2);
      before = shift(word, start: 1);
    }
  }
  train { optimizer adam(rate: 1e-2); batch 10; epochs 2; seed 1; }
}
EOF
"$NNC" train moved.nn --quiet >moved.log 2>&1
verdict "a target moved on is an input" "$(cat moved.log)"

# Vectors of words, as word2vec and GloVe have them.
cat >worded.nn <<'EOF'
model worded {
  input  words: token(40)[2];
  target label: class(2);
  seen = words -> embedding(3, weight: vectors("glove.txt.gz"), frozen: true);
  y = seen -> flatten -> dense(2);
  output softmax(y);
  output rows = seen;
  loss   cross_entropy(y, label);
  data {
    words = tsv("reviews.tsv", column: 2) -> words(lower: true) -> ids(40);
    label = tsv("reviews.tsv", column: 1) -> category;
    test 10%;
  }
  train { optimizer sgd(rate: 0.1); batch 10; epochs 1; seed 1; }
}
EOF
vectors() {
    printf '%b' "$1" | gzip >glove.txt.gz
}
vectors '4 3\nthe 1 2 3\nzebra 9 9 9\n. . 9 9 9\nstory -4 5e-1 6\n'
"$NNC" build worded.nn >build.log 2>&1 && ./worded-train >train.log 2>&1
grep -q 'weight: vectors for 2 of [0-9]* words' train.log
verdict "vectors of words are read" "$(cat build.log train.log)"
echo 'the story' | ./worded-infer --output rows --csv >is 2>&1
[ "$(cat is)" = 1,2,3,-4,0.5,6 ]
verdict "the words have their vectors" "$(cat is)"
while IFS='|' read -r name file says; do
    vectors "$file"
    refused "vectors: $name" "glove.txt.gz$says" ./worded-train --quiet
done <<'EOF'
too few numbers|the 1 2 3\nstory 1 2\n|:2: 2 numbers; embedding1.weight takes 3
other words|zebra 1 2 3\n| has a vector for none of
a word twice|the 1 2 3\nstory 1 2 3\nthe 1 2 3\n|:3: 'the' has a vector in line 1
a number too large|the 1 1e39 3\n|:1: column 3 is 1e39, which does not fit
fewer words than promised|3 3\nthe 1 2 3\n|:1: it promises 3 words, and has 1
EOF

# States go from batch to batch: windows of 8 steps are those of 160, which is
# the whole of each of 5 lanes. The rate leaves the weights as they are.
awk 'BEGIN { for (i = 0; i < 833; i++)
    printf "%s", substr("abcdefgh \n", (i * i * 7 + int(i / 13)) % 10 + 1, 1)
    }' >stream.txt
cat >stateful.nn <<'EOF'
model stateful(length = 8, handed = true, batch = 5) {
  input  chars: token(16)[length];
  target next: class(16)[length];
  y = chars -> embedding(8) -> lstm(16) -> gru(12) -> dense(16);
  output softmax(y);
  loss   cross_entropy(y, next);
  data {
    chars, next = text("stream.txt") -> characters(16)
      -> windows(length, ahead: 1);
    test last 32;
  }
  train { optimizer sgd(rate: 1e-30); batch batch; epochs 1; stateful handed; }
}
EOF
stream_loss() { # -D...: the loss of training on the stream
    "$NNC" train stateful.nn "$@" --quiet --log stream.csv >stream.log 2>&1
    awk -F, 'END { print $5 }' stream.csv
}
short=$(stream_loss) long=$(stream_loss -D length=160)
apart=$(stream_loss -D handed=false)
awk -v a="$short" -v b="$long" -v c="$apart" 'BEGIN {
    exit !(a > 0 && (a - b) ^ 2 < 1e-12 && (a - c) ^ 2 > 1e-8) }'
verdict "a row goes on where it stopped" "$short $long $apart"

# Ids of 0 at the ends of windows are padding: states wait there. Windows of 4
# and of 7 hold the same rows of up to three.
for length in 4 7; do
    awk -v n=$length 'BEGIN {
        for (r = 0; r < 60; r++)
            for (i = 0; i < n; i++)
                print i <= r * r % 3 ? 1 + (r * 5 + i * i * 3 + int(r / 7)) % 8 : 0
        print 1 }' >ids$length.csv
    cat >held$length.nn <<EOF
model held$length {
  input  ids: token(9)[$length];
  target next: class(9)[$length];
  y = ids -> embedding(5) -> lstm(6) -> dense(9);
  output softmax(y);
  loss   cross_entropy(y, next);
  data {
    ids, next = csv("ids$length.csv", column: 1) -> windows($length, ahead: 1);
    test last 20%;
  }
  train { optimizer sgd(rate: 0.5); batch 3; epochs 2; stateful true; }
}
EOF
done
held_loss() { # LENGTH: the loss of training
    "$NNC" train "held$1.nn" --quiet --log held.csv >held.log 2>&1
    awk -F, 'END { print $5 }' held.csv
}
short=$(held_loss 4) long=$(held_loss 7)
awk -v a="$short" -v b="$long" 'BEGIN { exit !(a > 0 && (a - b) ^ 2 < 1e-12) }'
verdict "states wait where a row is padded" "$short $long"

# On which side rows are padded is no matter where places are none.
for side in left right; do
    cat >on_$side.nn <<EOF
model on_$side {
  input  words: token(20)[12];
  target label: class(2);
  x = words -> embedding(6);
  y = concat(x -> bidirectional(gru(5)) -> last, x -> reverse -> lstm(4) -> last,
             x -> attention(2) -> mean_over_time,
             x -> conv1d(4, 2, stride: 2) -> max_over_time) -> dense(2);
  output softmax(y);
  loss   cross_entropy(y, label);
  data {
    words = tsv("reviews.tsv", column: 2) -> words -> ids(20, pad: $side);
    label = tsv("reviews.tsv", column: 1) -> category;
    test last 20%;
  }
  train { optimizer sgd(rate: 0.2); batch 16; epochs 3; clip norm 1; }
}
EOF
    "$NNC" train on_$side.nn --quiet --log on_$side.csv >on_$side.log 2>&1
done
paste -d, on_left.csv on_right.csv | awk -F, 'NR == 2 { first = $5 }
    NR > 1 { if (($5 - $(NF / 2 + 5)) ^ 2 > 1e-11) bad = 1; last = $5 }
    END { exit bad || NR != 4 || !(last < first) }'
verdict "padding in front and behind" "$(paste -d, on_left.csv on_right.csv)"

# Which steps hold, as the reference has it: rows without ids, padded in front
# (with a window and shorter than one), behind and at both ends.
cat >lengths.nn <<'EOF'
model lengths {
  input  w: token(9)[6];
  one   = (w -> one_hot(9) -> slice(1..1)) * 0 + 1;
  place = one * (1 + index(one, axis: time));
  output reshaped = reshape(concat(one, one), [6, 2]) -> slice(1..1);
  output spread   = reshape(one -> slice(1..4, axis: time), [2, 2]) -> slice(1..1);
  output strided  = place -> unfold(2, stride: 2) -> slice(1..1);
  output behind   = concat(one, 2 * one, axis: time);
  output cut      = place -> slice(5..6, axis: time);
  output turned   = place -> reverse;
}
EOF
printf '0,0,0,0,0,0\n0,0,0,1,2,3\n0,0,0,0,0,4\n1,2,0,0,0,0\n0,1,0,2,0,0\n' >rows.csv
while IFS='|' read -r output wanted; do
    "$NNC" infer lengths.nn --csv --output "$output" rows.csv >is 2>log
    [ "$(tr '\n' ' ' <is)" = "$wanted " ]
    verdict "steps that hold: $output" "$(cat is log)"
done <<'EOF'
reshaped|1,0,0,0,0,0 0,0,0,1,1,1 0,0,0,0,0,1 1,1,0,0,0,0 0,1,1,1,0,0
spread|1,0 0,0 0,0 1,0 0,1
strided|1,0,0 0,0,4 0,0,0 1,0,0 0,2,0
behind|1,2,0,0,0,0,0,0,0,0,0,0 1,1,1,2,2,2,0,0,0,0,0,0 1,2,0,0,0,0,0,0,0,0,0,0 1,1,2,2,0,0,0,0,0,0,0,0 1,1,1,2,2,2,0,0,0,0,0,0
cut|0,0 5,6 0,6 0,0 0,0
turned|1,0,0,0,0,0 0,0,0,6,5,4 0,0,0,0,0,6 2,1,0,0,0,0 0,4,3,2,0,0
EOF
