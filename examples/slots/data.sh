#!/bin/sh
# Makes train/, valid/ and test/, which are shipped beside this script, once more:
# 600, 100 and 200 requests of a small grammar, one a line in `seq.in`, and in
# `seq.out` the label of each word. The numbers come from Lehmer's generator
# (Park and Miller 1988), so that they are the same on every machine.
#
# With NNC_DATA set it also makes real/ with the same files of ATIS, of
# $NNC_DATA/atis.
set -eu
cd "$(dirname "$0")"

make() { # make FOLDER ROWS SEED
    mkdir -p "$1"
    awk -v rows="$2" -v seed="$3" -v words="$1/seq.in" -v labels="$1/seq.out" '
    function draw(list,    items, n) { # one of those between the bars
        seed = (seed * 16807) % 2147483647
        n = split(list, items, "|")
        return items[int((seed - 1) / 2147483646 * n) + 1]
    }
    function say(text, type,    items, n, i) { # words and their labels
        n = split(text, items, " ")
        for (i = 1; i <= n; i++) {
            said = said (said == "" ? "" : " ") items[i]
            told = told (told == "" ? "" : " ") \
                (type == "" ? "O" : (i == 1 ? "B-" : "I-") type)
        }
    }
    function city(type) {
        say(draw("boston|denver|new york|san jose|salt lake city|oakland"), type)
    }
    function day(type) {
        say(draw("monday|friday|sunday") draw("| morning| night"), type)
    }
    BEGIN {
        for (row = 0; row < rows; row++) {
            said = told = ""
            say(draw("show me|i want|list|are there|please find"), "")
            if (draw("0|1"))
                say(draw("cheap|late|nonstop"), "kind")
            say("flights", "")
            back = draw("0|1|2")
            if (back == 0) {
                say("to", ""); city("to"); say("from", ""); city("from")
            } else {
                say("from", ""); city("from"); say("to", ""); city("to")
            }
            if (draw("0|1")) {
                say(draw("leaving|departing"), ""); say("on", ""); day("leave")
            }
            if (draw("0|1")) {
                say("and arriving", ""); say("on", ""); day("arrive")
            }
            print said >words
            print told >labels
        }
    }'
}

make train 600 1
make valid 100 2
make test 200 3

[ -n "${NNC_DATA:-}" ] || exit 0
for part in train valid test; do
    mkdir -p real/$part
    for file in seq.in seq.out; do
        cp "$NNC_DATA/atis/$part/$file" real/$part/$file.part
        mv -f real/$part/$file.part real/$part/$file
    done
done
