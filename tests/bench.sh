#!/bin/sh
# bench.sh: `nnc bench`: tables and files of our own programs; peers that a
# script plays; mistakes of the user's; and PyTorch, where it is installed.
. tests/lib.sh
fresh bench
PYTHON=${PYTHON:-python3}
XDG_CACHE_HOME=$OUT/cache
export XDG_CACHE_HOME
cat >"$OUT/net.nn" <<'END'
model net {
  input  x: f32[4];
  target kind: class(3);
  logits = x -> dense(8) as hidden -> relu -> dense(3) as out;
  output softmax(logits);
  loss   cross_entropy(logits, kind);
  train { optimizer sgd(rate: 0.1); batch 16; }
}
END

# bench STATUS NAME WORDS FLAG...: it ends so and says so.
bench() {
    want=$1 name=$2 words=$3
    shift 3
    "$NNC" bench --time 12 "$@" >"$OUT/log" 2>&1
    got=$?
    [ $got -eq "$want" ] && grep -q -- "$words" "$OUT/log"
    verdict "$name" "status $got: $(tail -n 1 "$OUT/log")"
}
net=$OUT/net.nn
case $(uname -m) in
aarch64) elsewhere=avx2 ;;
*) elsewhere=neon ;;
esac

# Mistakes.
bench 2 "an unknown peer" 'no peer `ncn`; did you mean ncnn?' --against ncn "$net"
bench 2 "a peer without a name" '--against: nothing stands beside a comma' \
    --against pytorch, "$net"
bench 2 "all and one more" 'all, which stands alone' --against all,jax "$net"
bench 2 "a batch of none" '--batch: `0` is no whole number from 1' --batch 0 \
    "$net"
bench 2 "a batch too few" '--batch: nothing stands beside' --batch 1,,2 "$net"
bench 2 "threads that are no number" '--threads: `two` is no whole' \
    --threads two "$net"
for many in 1e9 257 99999999999999999999; do
    bench 2 "$many threads" 'from 1 to 256; write one' --threads $many "$net"
    [ "$(wc -l <"$OUT/log")" -eq 1 ]
    verdict "$many threads, before anything is told" "$(head -n 1 "$OUT/log")"
done
bench 1 "a model that is not there" 'no model `ned` in .*net.nn' --model ned \
    "$net"
bench 1 "more rows than memory" 'make layers or the batch smaller' \
    --batch 2000000000 "$net"
bench 2 "a time of none" '--time cannot be `0`' --time 0 "$net"
bench 2 "a processor elsewhere" 'run them there, or here under qemu-' \
    --target "$elsewhere" "$net"
bench 2 "a processor without programs" 'nnc compile --target=cortex-m' \
    --target cortex-m "$net"
sed '/loss/d; /target/d; /train/d; s/softmax(logits)/logits/' "$net" \
    >"$OUT/bare.nn"
bench 1 "a step without a loss" 'has no `loss`' --train "$OUT/bare.nn"
echo damaged >"$OUT/other.safetensors"
bench 1 "no such weights" '^error: cannot open .*none.safetensors' \
    --weights "$OUT/none.safetensors" "$net"
bench 1 "weights that are a folder" 'it is a folder' --weights "$OUT" \
    --batch 1 "$net"
bench 2 "a time that is no number" 'it is a whole number from 1 on' --time 1e3 \
    "$net"
TMPDIR=$OUT/none bench 1 "no place for files" 'TMPDIR names another' "$net"
bench 1 "no weights" 'other.safetensors' --weights "$OUT/other.safetensors" \
    --batch 1 "$net"
bench 2 "a table over the model" 'ends in .csv' --csv "$net" "$net"
bench 2 "a chart that is a table" 'ends in .svg' --svg "$OUT/x.csv" "$net"
echo weights >"$OUT/weights.csv"
bench 1 "a table over the weights" 'is the weights of this model' \
    --csv "$OUT/weights.csv" --weights "$OUT/weights.csv" "$net"
for file in csv svg; do
    bench 1 "no folder for the $file" "^nnc: cannot write .*none/x.$file: " \
        --$file "$OUT/none/x.$file" --batch 1 "$net"
    [ "$(wc -l <"$OUT/log")" -eq 1 ]
    verdict "no folder for the $file, before all" "$(head -n 1 "$OUT/log")"
done
bench 1 "without Python" 'install Python, then pip install torch numpy' \
    --python "$OUT/none" --against pytorch --batch 1 "$net"
grep -q '^nnc: --python COMMAND, or the variable PYTHON' "$OUT/log"
verdict "which Python is meant" "$(tail -n 1 "$OUT/log")"

# Ours alone.
bench 0 "ours alone" '^  nnc .* 1.00$' --train --kernels --batch 1,16 \
    --csv "$OUT/net.csv" --svg "$OUT/net.svg" "$net"
grep -q '^training step, batch 16, 1 thread' "$OUT/log"
verdict "a step is timed" "$(grep step "$OUT/log" | head -n 1)"
awk '/kernels of/ { n++ } /net_step_.*%/ { step++ } /net_infer.*%/ { infer++ }
    END { exit !(n == 3 && step > 4 && infer > 1) }' "$OUT/log"
verdict "kernels are listed" "$(grep -c net_ "$OUT/log")"
awk -F, 'NR == 1 { n = NF } NF != n { wrong = 1 }
    NR > 1 && ($7 <= 0 || $8 < $7 || $16 <= 0 || $18 < 1000) { wrong = 1 }
    END { exit wrong || NR != 4 }' "$OUT/net.csv"
verdict "the table of a file" "$(tail -n 1 "$OUT/net.csv")"
[ "$(grep -c '<rect' "$OUT/net.svg")" -eq 4 ] &&
    tail -n 1 "$OUT/net.svg" | grep -q '^</svg>$'
verdict "the chart" "$(head -n 1 "$OUT/net.svg")"

# Weights from a pipe, which all batches begin with.
for program in "$OUT"/cache/nnc/net-bench-*/net-bench; do
    "$program" --rows 1 --keep "$OUT/computed" --save "$OUT/first.safetensors"
done
mkfifo "$OUT/pipe"
cat "$OUT/first.safetensors" >"$OUT/pipe" &
bench 0 "weights from a pipe" '^inference, batch 16' --batch 1,16 \
    --weights "$OUT/pipe" "$net"
wait
: >"$OUT/pipe" &
bench 1 "a pipe without weights" 'pipe: nothing came out of this pipe' \
    --weights "$OUT/pipe" --batch 1 "$net"
wait

# peer CHECK ANSWER: a script in Python's place that says so.
peer() {
    cat >"$OUT/peer" <<END
#!/bin/sh
[ "\$1" = -c ] && exit 0
echo ready 2048 1000000 7.5
while read -r word rest; do
    [ "\$word" = check ] && echo "$1" && continue
    $2
done
END
    chmod +x "$OUT/peer"
}
peer 1e-7 'echo 1 1'
bench 0 "a slow peer" '^  pytorch  *1.00 s .* 1e-07$' --python "$OUT/peer" \
    --against pytorch --batch 1 --csv "$OUT/peer.csv" "$net"
grep -q '^  pytorch .* 2.10 MB  *1.00 MB .* 7.5$' "$OUT/log"
verdict "what the peer costs" "$(tail -n 1 "$OUT/log")"
grep -q '^"net",pytorch,"7.5",infer,1,1,1e+06,' "$OUT/peer.csv"
verdict "the peer in the table" "$(tail -n 1 "$OUT/peer.csv")"
bench 0 "who does not train" 'onnxruntime .*not timed: it does not train' \
    --python "$OUT/peer" --against onnxruntime --batch 1 --train "$net"
peer 0 "grep -q loss \"\${4%bench.py}loss.onnx\" && echo 1 1"
bench 0 "the loss for JAX" '^  jax  *1.00 s' --python "$OUT/peer" \
    --against jax --batch 1 --train "$net"
peer 0.25 'echo 1 1'
bench 1 "a peer that computes something else" 'results differ by 0.2' \
    --python "$OUT/peer" --against pytorch --batch 1 "$net"
peer 0 'echo "out of luck" >&2; exit 1'
bench 1 "a peer that ends" 'pytorch .* not timed: out of luck' \
    --python "$OUT/peer" --against pytorch --batch 1 "$net"
printf '#!/bin/sh\nexit 1\n' >"$OUT/peer"
bench 1 "without PyTorch" 'peer -m pip install torch numpy' \
    --python "$OUT/peer" --against pytorch --batch 1 "$net"
bench 0 "all, without any" 'jax .*not installed' --python "$OUT/peer" \
    --against all --batch 1 "$net"
sed 's/as hidden/as training/' "$net" >"$OUT/held.nn"
peer 0 'echo 1 1'
bench 1 "a model without a counterpart" 'cannot hold `training.weight`' \
    --python "$OUT/peer" --against pytorch --batch 1 "$OUT/held.nn"

# However it ends, nothing stays.
printf '#!/bin/sh\n[ "$1" = -c ] && exit 0\necho $$ >%s/begun\nexec sleep 99\n' \
    "$OUT" >"$OUT/peer"
mkdir "$OUT/temporary"
for signal in INT=130 TERM=143 HUP=129 KILL=137; do
    stopped ${signal%=*} ${signal#*=} "stopped by ${signal%=*}" \
        "$OUT/temporary" env TMPDIR="$OUT/temporary" "$NNC" bench --time 12 \
        --python "$OUT/peer" --against pytorch --batch 1 "$net"
done

if "$PYTHON" -c 'import torch, numpy' 2>"$OUT/log"; then
    bench 0 "beside PyTorch" '^  pytorch .* .* [0-9.]*e-0[5-9]$' \
        --python "$PYTHON" --against pytorch --batch 1,16 --train "$net"
else
    skip "beside PyTorch" \
        "PyTorch is not installed: $PYTHON -m pip install torch numpy"
fi
