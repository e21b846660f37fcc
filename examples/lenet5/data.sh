#!/bin/sh
# Fetches MNIST (60,000 + 10,000 handwritten digits, 28 x 28) into this folder,
# or copies it from $NNC_DATA/mnist.
set -eu
cd "$(dirname "$0")"
. ../fetch.sh

mnist() {
    fetch "$1" "$2" mnist \
        "https://ossci-datasets.s3.amazonaws.com/mnist/$1" \
        "https://storage.googleapis.com/cvdf-datasets/mnist/$1"
}

mnist train-images-idx3-ubyte.gz \
    440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609
mnist train-labels-idx1-ubyte.gz \
    3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c
mnist t10k-images-idx3-ubyte.gz \
    8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6
mnist t10k-labels-idx1-ubyte.gz \
    f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6
