#!/bin/sh
# performance.sh: writes what standing.sh has measured into
# docs/performance.md, between its two marks, and its chart of LeNet-5. Run in
# the tree's top folder.
set -e
b=${B:-build}
set --
for name in iris lenet5 textcnn lstm gru bilstm bigru resnet8 dense conv1 conv2 \
    conv4 conv6 conv9 conv12 vgg16; do
    [ ! -s "$b/bench/standing/$name.csv" ] ||
        set -- "$@" "$b/bench/standing/$name.csv"
done
[ $# -gt 0 ] || exit 0
{
    sed '/^<!-- measured -->$/q' docs/performance.md
    echo
    LC_ALL=C date '+%-d %B %Y; ' | tr -d '\n'
    lscpu | sed -n 's/^Model name: *\(.*\)/\1, /p' | tr -d '\n'
    echo "$(nproc) processor(s); $(${CC:-clang} --version | head -n 1)."
    echo
    awk -f bench/performance.awk "$@"
    echo
    sed -n '/^<!-- end of measured -->$/,$p' docs/performance.md
} >"$b/bench/performance.md"
cp "$b/bench/performance.md" docs/performance.md
[ ! -s "$b/bench/standing/lenet5.svg" ] ||
    cp "$b/bench/standing/lenet5.svg" docs/bench-lenet5.svg
