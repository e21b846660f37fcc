#!/bin/sh
# Makes reviews.tsv, which is shipped beside this script, once more: 1,200 lines
# `label<TAB>sentence`, drawn from a small grammar in which `not` turns the
# sense of what follows. The numbers come from Lehmer's generator (Park and
# Miller 1988), so that they are the same on every machine.
#
# With NNC_DATA set it also makes real/reviews.tsv, the sentences of Pang and Lee
# (2005), from $NNC_DATA/rt-polarity/rt-polarity.neg and .pos.
set -eu
cd "$(dirname "$0")"

awk -v seed=1 '
    function draw(list,    words, n) { # one of the words between the bars
        seed = (seed * 16807) % 2147483647
        n = split(list, words, "|")
        return words[int((seed - 1) / 2147483646 * n) + 1]
    }
    function opinion(good) {
        if (draw("1|2|3") == "1")
            return draw("not|never|hardly") " " word(!good)
        return draw("truly |quite |so |") word(good)
    }
    function word(good) {
        return good ? draw("warm|funny|moving|clever|bright|fresh|tender") \
                    : draw("dull|tired|clumsy|empty|cold|silly|flat")
    }
    BEGIN {
        for (row = 0; row < 1200; row++) {
            good = draw("0|1") + 0
            line = draw("the|this") " " draw("film|story|plot|cast|ending")
            line = line " is " opinion(good)
            if (draw("0|1") == "1")
                line = line draw(" , and| , also| and") " " opinion(good)
            if (draw("0|1") == "1")
                line = draw("friends say|i think|for a while") " " line
            print (good ? "good" : "bad") "\t" line " ."
        }
    }' >reviews.tsv.part
mv reviews.tsv.part reviews.tsv

[ -n "${NNC_DATA:-}" ] || exit 0
mkdir -p real
for side in neg pos; do
    iconv -f windows-1252 -t utf-8 "$NNC_DATA/rt-polarity/rt-polarity.$side" \
        >real/side.part
    sed "s/^/$side	/" real/side.part
done >real/reviews.tsv.part
rm real/side.part
mv real/reviews.tsv.part real/reviews.tsv
