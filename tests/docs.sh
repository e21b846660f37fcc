#!/bin/sh
# docs.sh: every block of code marked `nn` in docs/language.md and README.md
# compiles; those marked `nn wrong` do not; the tables that are made from
# compiler/ir/ops.def are current; links lead to files that exist; the manual
# page has the flags that the programs have.
. tests/lib.sh
fresh docs

# Writes the blocks of a document to OUT/STEM-N.nn or OUT/STEM-N.wrong.nn.
extract() {
    awk -v to="$OUT/$2" '
        /^```nn/ { file = to "-" ++n ($2 == "wrong" ? ".wrong" : "") ".nn"
                   printf "" >file; next }
        /^```/ { if (file) close(file); file = ""; next }
        file { print >file }' "$1"
}
extract docs/language.md language
extract README.md readme

for f in "$OUT"/*.nn; do
    name=${f##*/}
    last=$(models "$f" | tail -n 1)
    case $name in
    *.wrong.nn)
        "$NNC" check "$f" >"$f.log" 2>&1
        [ $? -eq 1 ]
        verdict "$name is refused" "it is accepted"
        continue
        ;;
    esac
    "$NNC" compile "$f" -o "$OUT/$last.c" >"$f.log" 2>&1
    verdict "$name compiles" "$(head -n 1 "$f.log")"
done

# The C that the README shows first is a piece of what its model becomes;
# weights.sh compiles the other.
awk '/^```c$/ { f = 1; next } /^```/ && f { exit } f' README.md >"$OUT/shown"
"$NNC" compile --plain "$OUT/readme-1.nn" -o "$OUT/readme.c" >"$OUT/log" 2>&1
awk 'NR == FNR { shown = shown $0 "\n"; next } { text = text $0 "\n" }
    END { exit !(shown != "" && index(text, shown)) }' "$OUT/shown" "$OUT/readme.c"
verdict "the README shows real C" "the model's text has changed"

# So is the Python.
awk '/^```python$/ { f = 1; next } /^```/ { f = 0 } f' README.md >"$OUT/shown"
"$NNC" export --pytorch "$OUT/readme-1.nn" -o "$OUT/readme.py" >"$OUT/log" 2>&1
awk 'NR == FNR { shown = shown $0 "\n"; next } { text = text $0 "\n" }
    END { exit !(shown != "" && index(text, shown)) }' "$OUT/shown" "$OUT/readme.py"
verdict "the README shows real Python" "the model's program has changed"

# Its commands work as they stand and leave nothing in the folder.
awk '/^```sh$/ { f = 1; next } /^```/ { f = 0 } f' README.md |
    sed "s|build/|$B/|g; /^make /d" >"$OUT/commands"
ls -A >"$OUT/before"
XDG_CACHE_HOME=$OUT/cache sh -e "$OUT/commands" >"$OUT/said" 2>&1 &&
    grep -q '^3: ' "$OUT/said"
verdict "the README's commands work" "$(tail -n 1 "$OUT/said")"
ls -A | cmp -s - "$OUT/before"
verdict "the README's commands leave nothing" "$(ls -A | diff "$OUT/before" -)"

for f in README.md docs/*.md; do
    [ -r "$f" ] || continue
    # Addresses and places within the page are left out.
    for link in $(grep -o '](\([^)]*\))' "$f" | sed 's/](\(.*\))/\1/; s/#.*//' |
        grep -v '^https\?:' | sort -u); do
        [ -e "${f%"${f##*/}"}$link" ] || echo "$f: $link"
    done
done >"$OUT/dead"
! [ -s "$OUT/dead" ]
verdict "links lead somewhere" "$(tr '\n' ' ' <"$OUT/dead")"

for f in README.md docs/language.md; do
    sh docs/operators.sh "$f" >"$OUT/fresh.md" && cmp -s "$f" "$OUT/fresh.md"
    verdict "$f: the table of operators is current" "run \`make docs\`"
done
if command -v man >/dev/null; then
    said=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -l \
        docs/nnc.1 2>&1 >/dev/null)
    [ -z "$said" ]
    verdict "the manual page is well formed" "$said"
else
    skip "the manual page is well formed" "man is not installed"
fi

# The flags of every help are in the manual page, and none besides.
"$NNC" build examples/xor/xor.nn -o "$OUT" >"$OUT/log" 2>&1
{
    for c in $("$NNC" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
        "$NNC" "$c" --help
    done
    "$OUT/xor-train" --help
    "$OUT/xor-infer" --help
} | sed -n 's/^  \(-[-a-zA-Z]*\).*/\1/p' | sort -u >"$OUT/flags"
sed 's/\\f[BIR]//g; s/\\-/-/g' docs/nnc.1 | grep -o '^\.B.* -.*\|^-.*' |
    grep -oE '(^|[ ,])-[-a-zA-Z]+' | tr -d ' ,' | sort -u >"$OUT/manual"
[ -s "$OUT/flags" ] && cmp -s "$OUT/flags" "$OUT/manual"
verdict "the manual page has all flags" \
    "$(diff "$OUT/flags" "$OUT/manual" | tr '\n' ' ')"

# So are the targets.
"$NNC" compile --help | sed -n 's/^ \{22\}\([a-z]\)/\1/p' |
    tr -s ' ' >"$OUT/targets"
awk '/^\.B .*target/ { on = 1 } /^\.RE/ { on = 0 }
    on && name { print name, $0; name = "" }
    on && /^\.IP/ { name = $2 }' docs/nnc.1 | sed 's/\\-/-/g' >"$OUT/manual"
[ -s "$OUT/targets" ] && cmp -s "$OUT/targets" "$OUT/manual"
verdict "the manual page has all targets" \
    "$(diff "$OUT/targets" "$OUT/manual" | tr '\n' ' ')"

awk -F ' *[|] *' '$2 ~ /^`/ && NF == 6 { gsub(/`/, "", $2); print $2, $3 }' \
    docs/targets.md >"$OUT/table"
cmp -s "$OUT/targets" "$OUT/table"
verdict "docs/targets.md has all targets" \
    "$(diff "$OUT/targets" "$OUT/table" | tr '\n' ' ')"

# The program that docs/language.md puts a model into runs as it says.
take() {
    awk -v kind="$1" '/^## A program of your own/ { on = 1 } /^```$/ { f = 0 }
        f { print } on && $0 == "```" kind { f = 1; on = 0 }' docs/language.md
}
mkdir "$OUT/own"
take c >"$OUT/own/own.c"
take sh | sed "s| examples| $TREE/examples|; s|^nnc|$NNC|" >"$OUT/own/commands"
(
    cd "$OUT/own" &&
        ../xor-train --data "$TREE/examples/xor" --quiet &&
        sh -e commands && ./own
) >"$OUT/log" 2>&1
[ "$(tail -n 1 "$OUT/log")" = '1.00 0.00' ]
verdict "the program of docs/language.md works" "$(tail -n 1 "$OUT/log")"
