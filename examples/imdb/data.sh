#!/bin/sh
# Makes train.tsv.gz and test.tsv.gz, which are shipped beside this script, once
# more: 600 and 200 lines `label<TAB>review`. A review is long and says little:
# a few of its sentences tell what its writer thinks, and one that names another
# film may say the contrary. The numbers come from Lehmer's generator (Park and
# Miller 1988), so that they are the same on every machine.
#
# With NNC_DATA set it also makes real/train.tsv.gz and real/test.tsv.gz: the
# 50,000 reviews of Maas et al. (2011), of $NNC_DATA/imdb/imdb-train.tsv.gz and
# imdb-test.tsv.gz.
set -eu
cd "$(dirname "$0")"

make() { # make FILE ROWS SEED
    awk -v rows="$2" -v seed="$3" '
    function draw(list,    words, n) { # one of the words between the bars
        seed = (seed * 16807) % 2147483647
        n = split(list, words, "|")
        return words[int((seed - 1) / 2147483646 * n) + 1]
    }
    function word(good) {
        return good ? draw("warm|funny|moving|clever|bright|fresh|tender") \
                    : draw("dull|tired|clumsy|empty|cold|silly|flat")
    }
    function fact() {
        return draw("It|The film|The story") " " \
            draw("opens|ends|plays|was shot") " " draw("in|near|above") " " \
            draw("a town|the harbour|a school|the hills|a hotel") ". "
    }
    function opinion(good) {
        if (draw("1|2|3") == "1")
            return "It is not " word(!good) ". "
        return "I found " draw("it|the cast|the music|the end") " " \
            draw("rather|really|very") " " word(good) ". "
    }
    BEGIN {
        for (row = 0; row < rows; row++) {
            good = draw("0|1") + 0
            text = ""
            for (told = 0; told < 3 || draw("1|2|3|4") != "1"; told++) {
                for (fill = draw("1|2|3|4") + 0; fill > 0; fill--)
                    text = text fact()
                text = text opinion(good)
            }
            if (draw("0|1") == "1")
                text = text "Unlike this film, the other one was " \
                    word(!good) ". "
            print good "\t" text
        }
    }' | gzip -9n >"$1.part"
    mv "$1.part" "$1"
}

make train.tsv.gz 600 1
make test.tsv.gz 200 2

[ -n "${NNC_DATA:-}" ] || exit 0
mkdir -p real
for part in train test; do
    cp "$NNC_DATA/imdb/imdb-$part.tsv.gz" real/$part.tsv.gz.part
    mv -f real/$part.tsv.gz.part real/$part.tsv.gz
done
