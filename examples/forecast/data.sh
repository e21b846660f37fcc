#!/bin/sh
# Makes prices.csv, which is shipped beside this script, once more: 1,000 days
# of a price that wanders, with the highest and the last price of each day. The
# numbers come from Lehmer's generator (Park and Miller 1988), so that they are
# the same on every machine.
#
# With NNC_DATA set it also makes real/prices.csv: IBM's daily prices from
# March 2014 to March 2019, of $NNC_DATA/stocks/IBM_2014-03_to_2019-03.csv.
set -eu
cd "$(dirname "$0")"

awk -v seed=1 '
    function draw() { # a whole number from -50 to 50, in the middle more often
        seed = (seed * 16807) % 2147483647
        sum = seed % 51
        seed = (seed * 16807) % 2147483647
        return sum + seed % 51 - 50
    }
    BEGIN {
        print "Day,High,Close"
        price = 15000
        for (day = 1; day <= 1000; day++) {
            high = price
            for (hour = 0; hour < 8; hour++) {
                price += draw()
                if (price > high)
                    high = price
            }
            printf "%d,%.2f,%.2f\n", day, high / 100, price / 100
        }
    }' >prices.csv.part
mv prices.csv.part prices.csv

[ -n "${NNC_DATA:-}" ] || exit 0
mkdir -p real
cut -d, -f1,3,5 "$NNC_DATA/stocks/IBM_2014-03_to_2019-03.csv" \
    >real/prices.csv.part
mv real/prices.csv.part real/prices.csv
