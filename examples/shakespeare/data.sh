#!/bin/sh
# Makes input.txt, which is shipped beside this script, once more: 800 lines of
# verse from a small grammar. The numbers come from Lehmer's generator (Park and
# Miller 1988), so that they are the same on every machine.
#
# With NNC_DATA set it also makes real/input.txt: the works of Shakespeare in
# part, of $NNC_DATA/charlm/tinyshakespeare.txt.
set -eu
cd "$(dirname "$0")"

awk -v seed=1 '
    function draw(list,    words, n) { # one of the words between the bars
        seed = (seed * 16807) % 2147483647
        n = split(list, words, "|")
        return words[int((seed - 1) / 2147483646 * n) + 1]
    }
    function noun() {
        return draw("a|the|my|thy|our|no") " " \
            draw("gentle|false|noble|weary|golden|bitter|silent") " " \
            draw("king|rose|crown|night|friend|sword|heart|summer|ghost")
    }
    BEGIN {
        for (line = 1; line <= 800; line++) {
            if (line % 8 == 1)
                print draw("FIRST LORD|SECOND LORD|CLOWN|QUEEN") ":"
            text = draw("And|But|Then|Lo, how|Now") " " noun() " " \
                draw("doth|shall|will|must") " " \
                draw("praise|forget|follow|betray|crown") " " noun()
            print text draw(",|;|.|!")
            if (line % 8 == 0)
                print ""
        }
    }' >input.txt.part
mv input.txt.part input.txt

[ -n "${NNC_DATA:-}" ] || exit 0
mkdir -p real
cp "$NNC_DATA/charlm/tinyshakespeare.txt" real/input.txt.part
mv -f real/input.txt.part real/input.txt
