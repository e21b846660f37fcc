#!/bin/sh
# same.sh: the same binary, data and seed give the same weights, bit for bit:
# in two runs, with one thread and two, and when a run is stopped after any
# epoch and resumed.
. tests/lib.sh
fresh same
EPOCHS=4

# trainer NAME: builds the trainer of an example, or of tests/NAME.nn, in OUT.
trainer() {
    cp examples/"$1"/*.nn examples/"$1"/*.csv "tests/$1.nn" "$OUT" 2>/dev/null
    (cd "$OUT" && "$NNC" build "$1.nn") >"$OUT/$1.build" 2>&1
    verdict "$1 builds" "$(head -n 1 "$OUT/$1.build")"
}

# train NAME OUT FLAG...
train() {
    t=$1 out=$2
    shift 2
    (cd "$OUT" && "./$t-train" --quiet --out "$out.safetensors" "$@") \
        >"$OUT/$out.log" 2>&1
}

# equal NAME A B
equal() {
    [ -s "$OUT/$2.safetensors" ] &&
        cmp -s "$OUT/$2.safetensors" "$OUT/$3.safetensors"
    verdict "$1" "the weights differ: $(cat "$OUT/$3.log" | head -n 1)"
}

check() {
    name=$1
    train "$name" once --epochs $EPOCHS --threads 1
    train "$name" twice --epochs $EPOCHS --threads 1
    equal "$name: two runs" once twice
    train "$name" threads --epochs $EPOCHS --threads 2
    equal "$name: one thread and two" once threads
    train "$name" other --epochs $EPOCHS --seed 7
    ! cmp -s "$OUT/once.safetensors" "$OUT/other.safetensors"
    verdict "$name: another seed" "gives the same weights"
}

# stop_after NAME EPOCH: kills a run as soon as that epoch's line is written
# and there is a checkpoint, and goes on from it.
stop_after() {
    name=$1 epoch=$2
    rm -f "$OUT"/cut.*
    (cd "$OUT" && exec "./$name-train" --out cut.safetensors --log cut.csv \
        --epochs $EPOCHS) >"$OUT/cut.log" 2>&1 &
    pid=$!
    until [ "$(grep -c '^[0-9]' "$OUT/cut.csv" 2>/dev/null)" -ge "$epoch" ] &&
        [ -e "$OUT/cut.ckpt.safetensors" ]; do
        kill -0 $pid 2>/dev/null || break
        sleep 0.01
    done 2>/dev/null
    kill -KILL $pid 2>/dev/null
    wait $pid 2>/dev/null
    train "$name" cut --resume cut.ckpt.safetensors
    equal "$name: killed after epoch $epoch and resumed" once cut
}

# Ctrl-C saves in the middle of an epoch and ends with 130.
interrupt() {
    name=$1
    rm -f "$OUT"/cut.*
    (cd "$OUT" && exec "./$name-train" --out cut.safetensors \
        --epochs $EPOCHS) >"$OUT/cut.log" 2>&1 &
    pid=$!
    until [ -s "$OUT/cut.log" ]; do
        kill -0 $pid 2>/dev/null || break
        sleep 0.01
    done
    sleep 0.4
    kill -INT $pid 2>/dev/null
    wait $pid
    status=$?
    [ $status -eq 130 ] || [ $status -eq 0 ]
    verdict "$name: Ctrl-C ends cleanly" "exit status $status"
    [ $status -eq 130 ] || return
    train "$name" cut --resume cut.ckpt.safetensors
    equal "$name: interrupted and resumed" once cut
}

trainer digits
check digits
for epoch in 1 2 3; do
    stop_after digits $epoch
done
interrupt digits
EPOCHS=30
trainer iris
check iris
EPOCHS=2
trainer threads
check threads
EPOCHS=4
trainer statistics
check statistics
train statistics cut --epochs 2
train statistics cut --epochs $EPOCHS --resume cut.ckpt.safetensors
equal "statistics: resumed after epoch 2" once cut
