#!/bin/sh
# Makes pairs.tsv, which is shipped beside this script, once more: 4,000 sums
# `12+7<TAB>19` of two numbers of up to two digits; and real/pairs.tsv, 50,000
# of up to three. No two numbers are added twice, in either order. The numbers
# come from Lehmer's generator (Park and Miller 1988), so that they are the same
# on every machine.
set -eu
cd "$(dirname "$0")"

make() { # make FILE DIGITS ROWS SEED
    awk -v digits="$2" -v rows="$3" -v seed="$4" '
    function draw(n) { # 0 <= draw(n) < n
        seed = (seed * 16807) % 2147483647
        return int((seed - 1) / 2147483646 * n)
    }
    function number() {
        return draw(10 ^ (1 + draw(digits)))
    }
    BEGIN {
        while (made < rows) {
            a = number()
            b = number()
            if ((a, b) in seen)
                continue
            seen[a, b] = seen[b, a] = 1
            made++
            print a "+" b "\t" a + b
        }
    }' >"$1.part"
    mv "$1.part" "$1"
}

make pairs.tsv 2 4000 1
mkdir -p real
make real/pairs.tsv 3 50000 1
