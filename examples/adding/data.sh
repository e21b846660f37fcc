#!/bin/sh
# Makes the series of the adding problem: `adding-train.csv` with 10,000 rows
# and `adding-test.csv` with 1,000. A row is 100 pairs `value,mark` and then
# the sum of the two values that are marked, one in each half. Nothing is
# fetched; the numbers come from Lehmer's generator (Park and Miller 1988), so
# that they are the same on every machine.
set -eu
cd "$(dirname "$0")"

make() { # make FILE ROWS SEED
    awk -v rows="$2" -v seed="$3" -v length_=100 '
    function draw() { # 0 <= draw() < 1
        seed = (seed * 16807) % 2147483647
        return (seed - 1) / 2147483646
    }
    BEGIN {
        half = length_ / 2
        for (row = 0; row < rows; row++) {
            first = int(draw() * half)
            second = half + int(draw() * half)
            sum = 0
            line = ""
            for (i = 0; i < length_; i++) {
                mark = i == first || i == second
                value = int(draw() * 10000)
                if (mark)
                    sum += value
                line = line sprintf("%.4f,%d,", value / 10000, mark)
            }
            printf "%s%.4f\n", line, sum / 10000
        }
    }' >"$1.part"
    mv "$1.part" "$1"
}

make adding-train.csv 10000 1
make adding-test.csv 1000 2
