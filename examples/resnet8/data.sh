#!/bin/sh
# Makes train.bin and test.bin of CIFAR-10's records in this folder: of the
# folder cifar-10-batches-bin here, the unpacked "binary version" of
# https://www.cs.toronto.edu/~kriz/cifar.html, or of the first 4,000 records
# that lie in $NNC_DATA/cifar10.
set -eu
cd "$(dirname "$0")"

if [ -d cifar-10-batches-bin ]; then
    cat cifar-10-batches-bin/data_batch_[1-5].bin >train.bin
    cp cifar-10-batches-bin/test_batch.bin test.bin
elif [ -r "${NNC_DATA:-.}/cifar10/cifar10-first4000.bin.gz" ]; then
    gzip -dc "$NNC_DATA/cifar10/cifar10-first4000.bin.gz" >test.bin
    head -c $((3000 * 3073)) test.bin >train.bin
    tail -c $((1000 * 3073)) test.bin >last && mv last test.bin
else
    echo "Unpack CIFAR-10's binary version here first: there is no folder" \
        "cifar-10-batches-bin." >&2
    exit 1
fi
