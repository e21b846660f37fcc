#!/bin/sh
# Makes once more what is shipped beside this script: pairs.tsv, 4,000 sums
# `12+7<TAB>19` of two numbers of up to two digits, and phrases-train.tsv and
# phrases-test.tsv, 1,200 and 200 phrases of a small grammar in English and in
# French. It also makes real/pairs.tsv, 50,000 sums of up to three digits. No
# two numbers are added twice, in either order. The numbers come from Lehmer's
# generator (Park and Miller 1988), so that they are the same on every machine.
#
# With NNC_DATA set it also makes real/phrases-train.tsv and phrases-test.tsv of
# $NNC_DATA/translation/eng-fra-short.tsv.gz: a tenth of the English phrases,
# with all that they have in French, is held out.
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

# French says behind the noun how it is, and all agrees with the noun.
phrases() { # phrases TRAINING TEST SEED
    awk -v train=phrases-train.tsv -v test=phrases-test.tsv \
        -v rows="$1" -v held="$2" -v seed="$3" '
    function draw(list,    items, n) { # one of those between the bars
        seed = (seed * 16807) % 2147483647
        n = split(list, items, "|")
        return items[int((seed - 1) / 2147483646 * n) + 1]
    }
    function thing(    noun, which, how, she) { # in both languages, one more
        split(draw("cat/chat/0|dog/chien/0|horse/cheval/0|mouse/souris/1|" \
            "cow/vache/1|goat/chèvre/1|king/roi/0|queen/reine/1"), noun, "/")
        split(draw("the/le/la|a/un/une|my/mon/ma|this/ce/cette"), which, "/")
        split(draw("|white/blanc/blanche|green/vert/verte|tired/fatigué/fatiguée|" \
            "happy/content/contente"), how, "/")
        she = noun[3]
        english = english which[1] (how[1] == "" ? " " : " " how[1] " ") noun[1]
        french = french which[she + 2] " " noun[2] \
            (how[1] == "" ? "" : " " how[she + 2])
    }
    BEGIN {
        while (made < rows + held) {
            english = french = ""
            thing()
            split(draw("sees/voit|likes/aime|follows/suit|hears/entend"), verb,
                "/")
            english = english " " verb[1] " "
            french = french " " verb[2] " "
            thing()
            if (english in seen)
                continue
            seen[english] = 1
            print english ".\t" french "." >(made++ < rows ? train : test)
        }
    }'
}

make pairs.tsv 2 4000 1
phrases 1200 200 1
mkdir -p real
make real/pairs.tsv 3 50000 1

[ -n "${NNC_DATA:-}" ] || exit 0
gzip -dc "$NNC_DATA/translation/eng-fra-short.tsv.gz" |
    awk -F '\t' -v train=real/phrases-train.tsv -v test=real/phrases-test.tsv '
    BEGIN { seed = 1 }
    !($1 in held) {
        seed = (seed * 16807) % 2147483647
        held[$1] = seed < 2147483647 / 10
    }
    { print >(held[$1] ? test : train) }'
