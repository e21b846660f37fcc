#!/bin/sh
# costs.sh: what compiling costs: nnc for each example, the C compiler for
# LeNet-5's trainer, that program's size, and its memory on MNIST. NNC_DATA
# names the folder of data sets; without it the last is skipped. CC chooses
# the compiler. Run in the tree's top folder after `make`.
set -e
b=${B:-build}
cc=${CC:-clang}
out=$b/bench/costs
mkdir -p "$out"
$cc -std=gnu11 -O2 -Iruntime bench/spend.c runtime/nn_clock.c -o "$out/spend"

# told WHAT FIGURE UNIT LIMIT: one line of the table
told() {
    echo "$1|$2|$3|$4" | awk -F'|' '{ printf "%-36s %9.3f %-4s goal %6s  %s\n",
        $1, $2, $3, $4, $2 + 0 < $4 + 0 ? "met" : "missed" }'
}

for file in examples/*/*.nn; do
    grep -q '^model ' "$file" || continue
    spent=$("$out/spend" 7 "$b/nnc" compile "$file" -o "$out/x.c")
    told "nnc compile $(basename "$file")" "${spent%% *}" s 0.1
done

# A cache of its own, so that what is measured is made here.
rm -rf "$out/cache"
XDG_CACHE_HOME=$(cd "$out" && pwd)/cache
export XDG_CACHE_HOME
"$b/nnc" build examples/lenet5/lenet5.nn -o "$out" >/dev/null 2>&1 || {
    echo "costs: nnc build examples/lenet5/lenet5.nn fails" >&2
    exit 1
}
made=$(find "$out/cache" -name lenet5-train.c | head -n 1)
cpu=
! grep -q avx512vl /proc/cpuinfo ||
    cpu="-march=x86-64-v4 -mprefer-vector-width=512"
spent=$("$out/spend" 3 $cc -O2 -std=gnu11 $cpu -Iruntime -c "$made" \
    -o "$out/x.o")
told "$cc for LeNet-5's trainer" "${spent%% *}" s 3
bytes=$(wc -c <"$out/lenet5-train")
told "size of LeNet-5's trainer" \
    "$(awk "BEGIN { print $bytes / 1024 }")" KiB 300

data=${NNC_DATA:-}
[ ! -d "$data/mnist" ] || data=$data/mnist
if [ ! -f "$data/train-images-idx3-ubyte.gz" ]; then
    echo "costs: memory on MNIST skipped: NNC_DATA=DIR names its folder"
    exit 0
fi
spent=$("$out/spend" 1 "$out/lenet5-train" --data "$data" \
    --epochs 1 --threads 1 --quiet --out "$out/lenet5.safetensors")
told "memory of LeNet-5's trainer on MNIST" \
    "$(awk "BEGIN { print ${spent##* } / 1024 }")" MiB 100
