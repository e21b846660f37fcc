#!/bin/sh
# broken.sh: data and weights that are missing, damaged or of another kind,
# and places that cannot be written to: one clear message that names what is
# wrong, exit status 1, and a weights file that lay there stays as it was.
. tests/lib.sh
fresh broken
cd "$OUT" || exit 2

cat >net.nn <<'END'
model net {
  input  x: f32[3];
  target y: class(2);
  logits = x -> dense(2) as d;
  output softmax(logits);
  loss cross_entropy(logits, y);
  data {
    x = csv("data.csv", columns: 1..3);
    y = csv("data.csv", column: 4);
    test last 20%;
  }
  train { optimizer sgd(rate: 0.1); batch 4; epochs 2; }
}
END
cat >pictures.nn <<'END'
model pictures {
  input  x: f32[1, 2, 2];
  target y: class(3);
  logits = x -> flatten -> dense(3) as d;
  output softmax(logits);
  loss cross_entropy(logits, y);
  data { x = idx("images.gz"); y = idx("labels"); }
  train { optimizer sgd(rate: 0.1); batch 2; epochs 2; }
}
END
cat >numbers.nn <<'END'
model numbers {
  input  x: f32[2];
  target y: f32[1];
  p = x -> dense(1) as d;
  output p;
  loss squared_error(p, y);
  data { x = npy("x.npy"); y = npy("y.npy"); }
  train { optimizer sgd(rate: 0.1); batch 2; epochs 2; }
}
END
cat >words.nn <<'END'
model words {
  input  w: token(5)[2], day: token(8);
  target y: class(2);
  p = concat(w -> embedding(3) -> flatten, day -> one_hot(8)) -> dense(2);
  output softmax(p);
  loss cross_entropy(p, y);
  data {
    w = csv("words.csv", columns: 1..2); day = csv("words.csv", column: 3);
    y = csv("words.csv", column: 4);
  }
  train { optimizer sgd(rate: 0.1); batch 2; epochs 2; }
}
END
for m in net pictures numbers words; do
    "$NNC" build $m.nn >$m.build 2>&1
    verdict "$m builds" "$(head -n 1 $m.build)"
done

good_csv() {
    for i in 1 2 3 4 5 6 7 8 9 10; do
        echo "0.$i,1,-$i,$((i % 2))"
    done >data.csv
}
# Big-endian headers: magic, counts; then bytes.
good_idx() {
    printf '\0\0\10\3\0\0\0\4\0\0\0\2\0\0\0\2abcdefghijklmnop' | gzip >images.gz
    printf '\0\0\10\1\0\0\0\4\0\1\2\0' >labels
}
npy() { # npy TYPE SHAPE: a header; the values follow on standard input
    head="{'descr': '$1', 'fortran_order': False, 'shape': $2, }"
    while [ $(((${#head} + 11) % 64)) -ne 0 ]; do head="$head "; done
    printf '\223NUMPY\1\0'
    printf "\\$(printf %o $((${#head} + 1)))\\0"
    printf '%s\n' "$head"
    cat
}
good_npy() {
    head -c 32 /dev/zero | npy '<f4' '(4, 2)' >x.npy
    head -c 16 /dev/zero | npy '<f4' '(4,)' >y.npy
}

good_words() {
    printf '1,2,7,0\n0,4,0,1\n3,0,1,1\n' >words.csv
}

# fails NAME TEXT COMMAND...: the message holds TEXT, on one line or with a
# few lines of detail; the status is 1 and not that of a crash.
fails() {
    name=$1 text=$2
    shift 2
    $UNDER "$@" >out 2>err </dev/null
    status=$?
    if [ $status -ne 1 ]; then
        not_ok "$name" "exit status $status: $(head -n 1 err)"
    elif ! grep -q -- "$text" err; then
        not_ok "$name" "the message is: $(head -n 2 err | tr '\n' ' ')"
    elif [ "$(wc -l <err)" -gt 6 ]; then
        not_ok "$name" "the message has $(wc -l <err) lines"
    elif [ -e good.safetensors ] && ! cmp -s good.safetensors net.safetensors
    then
        not_ok "$name" "the weights file has changed"
        cp good.safetensors net.safetensors
    else
        ok "$name"
    fi
}

good_csv
good_idx
good_npy
good_words
for m in net pictures numbers words; do
    $UNDER ./$m-train --quiet >$m.log 2>&1
    verdict "$m trains on good data" "$(head -n 1 $m.log)"
done
cp net.safetensors good.safetensors

# Text.
rm data.csv
fails "csv missing" 'data.csv' ./net-train
: >data.csv
fails "csv empty" 'data.csv' ./net-train
good_csv
sed -i '4s/,[^,]*$//' data.csv
fails "csv row too short" 'data.csv:4' ./net-train
good_csv
sed -i '5s/^[^,]*/nan/' data.csv
fails "csv NaN" 'data.csv:5' ./net-train
good_csv
sed -i '5s/^[^,]*/many/' data.csv
fails "csv word for a number" 'data.csv:5' ./net-train
good_csv
sed -i '7s/[^,]*$/2/' data.csv
fails "label out of range" 'data.csv:7' ./net-train
good_csv
sed -i '7s/[^,]*$/0.5/' data.csv
fails "label not whole" 'data.csv:7' ./net-train
good_csv
printf '1,2,3,"1\n' >>data.csv
fails "csv quote never closed" 'data.csv:11' ./net-train
good_csv
printf '\377\376,2,3,1\n' >>data.csv
fails "bad UTF-8" 'data.csv:11' ./net-train
rm -f data.csv
mkdir data.csv
fails "csv is a folder" 'data.csv' ./net-train
rmdir data.csv
ln -s /dev/zero data.csv
fails "csv without an end" 'data.csv: it is a device' ./net-train
rm data.csv
good_csv
mkfifo pipe
./net-infer --csv pipe >piped 2>said &
tries=100
while ! [ -s said ] && [ $tries -gt 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
done
printf '0.1,1,-1\n' >rows.csv
./net-infer --csv rows.csv >out 2>err
cat rows.csv >pipe
wait $!
[ "$(cat said)" = "pipe is a named pipe: waiting for what is written to it" ] &&
    cmp -s out piped && [ -s out ]
verdict "a pipe is waited for, and read" "$(cat said)"
rm data.csv rows.csv
mv pipe data.csv
good_csv &
fails "a pipe for two inputs" 'can be read once, and x and y are both read' \
    ./net-train
wait $!
rm data.csv
good_csv
fails "weights without an end" 'zero: it is a device' ./net-infer \
    --weights /dev/zero --csv nowhere
fails "data folder missing" 'nowhere' ./net-train --data nowhere

# Tokens.
sed -i '2s/4/5/' words.csv
fails "token out of range" 'words.csv:2: w is 5; .* from 0 to 4' ./words-train
good_words
sed -i '3s/1,/-1,/' words.csv
fails "token below 0" 'words.csv:3: day is -1' ./words-train
good_words
sed -i '1s/1/1.5/' words.csv
fails "token not whole" 'words.csv:1: w is 1.5' ./words-train
good_words
printf '1,2,7\n1,2,8\n' >rows.csv
fails "input token out of range" 'rows.csv:2: day is 8' ./words-infer rows.csv
rm rows.csv

# IDX and gzip.
rm images.gz
fails "idx missing" 'images.gz' ./pictures-train
: >images.gz
fails "gzip empty" 'images.gz' ./pictures-train
good_idx
head -c 20 images.gz >cut && mv cut images.gz
fails "gzip cut in the middle" 'images.gz' ./pictures-train
good_idx
printf 'X' | dd of=images.gz bs=1 seek=24 conv=notrunc 2>/dev/null
fails "gzip damaged" 'images.gz' ./pictures-train
good_idx
head -c 500 /dev/zero >>images.gz
./pictures-train --quiet >out 2>err
verdict "gzip padded with zeros" "$(head -n 1 err)"
echo x >>images.gz
fails "gzip with other bytes behind it" 'images.gz' ./pictures-train
good_idx
gzip <labels >packed && mv packed labels
./pictures-train --quiet >out 2>err
verdict "gzip under another name" "$(head -n 1 err)"
gzip <images.gz >packed && mv packed images.gz
fails "gzip twice" 'images.gz is packed twice' ./pictures-train
good_idx
gzip <data.csv | gzip >packed && mv packed data.csv
fails "gzip of a csv, twice" 'data.csv is packed twice' ./net-train
good_csv
gzip <data.csv >packed && mv packed data.csv
./net-train --quiet --out packed.safetensors >out 2>err
verdict "gzip of a csv" "$(head -n 1 err)"
good_csv
printf '0.1,1,-1\n0.2,1,-2\n' | tee rows.csv | gzip >rows
./net-infer --csv rows.csv >plain
for from in rows -; do
    ./net-infer --csv $from <rows >out 2>err
    cmp -s plain out && [ -s out ]
    verdict "gzip of rows: $from" "$(head -n 1 err)"
done
rm rows rows.csv
printf '\0\0\7\3abc' | gzip >images.gz
fails "idx wrong magic" 'images.gz' ./pictures-train
good_idx
head -c 10 labels >cut && mv cut labels
fails "idx truncated" 'labels' ./pictures-train
good_idx
printf '\0\0\10\1\0\0\0\4\0\1\3\0' >labels
fails "idx label out of range" 'labels' ./pictures-train
printf '\0\0\10\1\0\0\0\3\0\1\2' >labels
fails "idx unequal counts" 'labels' ./pictures-train
good_idx
printf '\0\0\10\3\0\0\0\4\0\0\0\2\0\0\0\1abcdefgh' | gzip >images.gz
fails "idx wrong shape" 'images.gz' ./pictures-train
good_idx

# npy.
head -c 32 /dev/zero | npy '<c8' '(4, 1)' >x.npy
fails "npy wrong type" 'x.npy' ./numbers-train
head -c 48 /dev/zero | npy '<f4' '(4, 3)' >x.npy
fails "npy wrong shape" 'x.npy' ./numbers-train
head -c 20 /dev/zero | npy '<f4' '(4, 2)' >x.npy
fails "npy truncated" 'x.npy' ./numbers-train
printf '\0\0\300\177' >nan
{ cat nan; head -c 28 /dev/zero; } | npy '<f4' '(4, 2)' >x.npy
fails "npy NaN" 'x.npy' ./numbers-train
echo "no npy at all, but long enough to be one" >x.npy
fails "npy wrong magic" 'x.npy' ./numbers-train
good_npy

# Weights.
fails "weights missing" 'none.safetensors' \
    ./net-infer --weights none.safetensors data.csv
: >bad.safetensors
fails "weights empty" 'bad.safetensors' \
    ./net-infer --weights bad.safetensors data.csv
head -c 100 good.safetensors >bad.safetensors
fails "weights truncated" 'bad.safetensors' ./net-train --init bad.safetensors
size=$(($(wc -c <good.safetensors) - 4))
head -c $size good.safetensors >bad.safetensors
fails "weights short of a number" 'bad.safetensors' \
    ./net-train --init bad.safetensors
printf '\377\377\377\377\377\377\377\177{}' >bad.safetensors
fails "weights with an endless header" 'bad.safetensors' \
    ./net-train --init bad.safetensors
fails "weights of another model" 'd.weight' \
    ./net-train --init pictures.safetensors
sed 's/F32/F16/g' good.safetensors >bad.safetensors
fails "weights of another type" 'bad.safetensors' \
    ./net-train --init bad.safetensors
sed 's/d\.bias/d.bios/g' good.safetensors >bad.safetensors
fails "weights of another name" 'd.bios' ./net-train --init bad.safetensors
{ head -c $size good.safetensors; cat nan; } >bad.safetensors
fails "weights with NaN" 'NaN\|finite' ./net-train --init bad.safetensors
fails "checkpoint of plain weights" 'good.safetensors' \
    ./net-train --resume good.safetensors
sed -i 's/^0.1/0.7/' data.csv
fails "resumed on other data" 'other data' \
    ./net-train --resume net.ckpt.safetensors
good_csv

# Rows to infer.
fails "input missing" 'rows.csv' ./net-infer rows.csv
printf '1,2,3\n1,2\n' >rows.csv
fails "input row too short" 'rows.csv:2' ./net-infer rows.csv
echo 1,2,x >rows.csv
fails "input word for a number" 'rows.csv' ./net-infer rows.csv

# Places that cannot be written to.
mkdir -p locked
chmod a-w locked
if [ -w locked ]; then
    rmdir locked
    fails "folder missing" 'locked' ./net-train --out locked/net.safetensors
    echo a file >locked
fi
fails "folder unwritable" 'locked' ./net-train --out locked/net.safetensors
chmod u+w locked
rm -rf locked
mkdir small
if mount -t tmpfs -o size=4k none small 2>/dev/null; then
    cp net.safetensors small/net.safetensors 2>/dev/null
    before=$(cksum small/net.safetensors)
    fails "disk full" 'small/' ./net-train --out small/net.safetensors
    [ "$before" = "$(cksum small/net.safetensors)" ]
    verdict "disk full: old weights stay" "they have changed"
    umount small
else
    skip "disk full" "no right to mount a small disk"
fi
mkdir -p folder && mkfifo pipe && ln -sf folder/linked.safetensors link
fails "weights into a folder" 'it is a folder' ./net-train --out folder
fails "weights into a pipe" 'it is no plain file' ./net-train --out pipe
[ -p pipe ]
verdict "a pipe stays what it is" "it has been replaced"
cp net.safetensors folder/linked.safetensors
./net-train --quiet --epochs 1 --out link >/dev/null 2>&1
[ -L link ] && ! cmp -s net.safetensors folder/linked.safetensors
verdict "a link to weights is followed" "it has been replaced"
fails "log on a full disk" '/dev/full' ./net-train --log /dev/full
"$NNC" compile net.nn -o /dev/full/net.c >out 2>err
[ $? -eq 1 ] && grep -q '/dev/full/net.c' err
verdict "nnc: place unwritable" "$(head -n 1 err)"
$UNDER ./net-infer --csv data.csv >/dev/full 2>err
[ $? -eq 1 ] && [ -s err ]
verdict "infer onto a full disk" "exit status or message missing"

# Nothing is left lying about.
[ -z "$(find . -name '*.tmp*' -o -name '*.part')" ]
verdict "no temporary file stays" "$(find . -name '*.tmp*' -o -name '*.part')"
