#!/bin/sh
# standing.sh [NAME...]: the standing set, or these of it, model by model,
# beside every peer that PYTHON has, or those of AGAINST. Leaves
# a table and a chart of each in build/bench/standing; performance.sh makes
# of them what docs/performance.md shows. TIME is how long each is timed, in
# milliseconds. Run in the tree's top folder after `make`.
b=${B:-build}
out=$b/bench/standing
mkdir -p "$out"
nnc=${NNC:-$b/nnc}

# race NAME FILE FLAG...
race() {
    name=$1 file=$2
    shift 2
    "$nnc" bench "$file" --time "${TIME:-1500}" --against "${AGAINST:-all}" \
        --csv "$out/$name.csv" --svg "$out/$name.svg" "$@" \
        >"$out/$name.txt" || echo "$name fails" >&2
    cat "$out/$name.txt"
}

set="$*"
cat <<'END' |
iris    examples/iris/iris.nn       --batch 1,64 --train
lenet5  bench/lenet5.nn             --batch 1,64 --train
textcnn bench/textcnn.nn            --batch 1,50 --train
lstm    bench/lstm.nn               --batch 1,32 --train
gru     bench/gru.nn                --batch 1,32 --train
bilstm  bench/bilstm.nn             --batch 32 --train
bigru   bench/bigru.nn               --batch 32 --train
resnet8 examples/resnet8/resnet8.nn --batch 1,64 --train
dense   bench/dense.nn              --batch 1,64
conv1   bench/vgg.nn                --batch 1 --model conv_3_64_at_224
conv2   bench/vgg.nn                --batch 1 --model conv_64_64_at_224
conv4   bench/vgg.nn                --batch 1 --model conv_128_128_at_112
conv6   bench/vgg.nn                --batch 1 --model conv_256_256_at_56
conv9   bench/vgg.nn                --batch 1 --model conv_512_512_at_28
conv12  bench/vgg.nn                --batch 1 --model conv_512_512_at_14
vgg16   bench/vgg.nn                --batch 1 --model vgg16
END
    while read -r name file flags; do
        case " ${set:-$name} " in
        *" $name "*) ;;
        *) continue ;;
        esac
        # shellcheck disable=SC2086
        race "$name" "$file" $flags
    done
