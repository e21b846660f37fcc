#!/bin/sh
# page.sh: models in pages: their WebAssembly under node against libraries of
# this processor, whole pages in a browser, and what there can be no page of.
. tests/lib.sh
fresh page
XDG_CACHE_HOME=$OUT/cache
export XDG_CACHE_HOME
unset CC
cp tests/page/models.nn tests/session.nn tests/vans.csv examples/iris/iris.* \
    examples/digits/digits* examples/lenet5/lenet5.nn "$OUT"
cd "$OUT" || exit 2

# refuses NAME STATUS TEXT FLAG...
refuses() {
    name=$1 status=$2 text=$3
    shift 3
    "$NNC" build --html "$@" >refused.log 2>&1
    [ $? -eq "$status" ] && grep -q -e "$text" refused.log &&
        [ "$(grep -vc '^    ' refused.log)" -eq 1 ]
    verdict "$name" "$(head -n 2 refused.log)"
}
refuses "a page without what was learned" 1 'say --weights FILE' iris.nn
mkfifo piped
refuses "a page of weights from a pipe" 1 'piped is a pipe' iris.nn \
    --weights piped
refuses "a page of weights that are not there" 1 'cannot open none' iris.nn \
    --weights none
refuses "a page of another kind of file" 1 'is not a safetensors file' iris.nn \
    --weights iris.csv
refuses "a page of a folder" 1 'it is a folder' iris.nn --weights .
refuses "a page in a file's place" 1 'cannot make the folder iris.csv' iris.nn \
    -o iris.csv
refuses "a page and a library" 2 'leave out --shared' iris.nn --shared
refuses "a page and sources" 2 'leave out --keep' iris.nn --keep kept
refuses "a page for another target" 2 'leave out --target' iris.nn --target=avx2
refuses "a page of counts" 1 'title is text of which' --model counts models.nn
refuses "a page of what writes" 1 'it writes text' \
    "$TREE/examples/shakespeare/shakespeare.nn"
printf 'model sink {\n  input x: f32[2];\n  target y: f32[2];\n%s\n}\n' \
    '  loss squared_error(x -> dense(2), y);' >sink.nn
refuses "a page that shows nothing" 1 'it has no `output`' sink.nn
"$NNC" build iris.nn --target=wasm >refused.log 2>&1
[ $? -eq 2 ] && grep -q 'say --html' refused.log
verdict "programs of WebAssembly" "$(cat refused.log)"

# What must be there for the rest.
if ! "$NNC" build --html --model pulse models.nn >built.log 2>&1; then
    if grep -q 'nnc: a page needs' built.log; then
        skip "pages" "$(sed -n 's/.*(all it takes: \(.*\))/install \1/p' built.log)"
    else
        not_ok "pages" "$(head -n 2 built.log)"
    fi
    exit 0
fi

# The C of any model is one for WebAssembly, where its vectors are.
for model in digits/digits imdb/imdb resnet8/resnet8 slots/bilstm; do
    "$NNC" compile --target=wasm "$TREE/examples/$model.nn" -o wasm.c >c.log &&
        # shellcheck disable=SC2086
        clang --target=wasm32-wasi -std=gnu11 -msimd128 $WARN -fsyntax-only \
            wasm.c >c.log 2>&1
    verdict "C of ${model#*/} for WebAssembly" "$(head -n 2 c.log)"
done
clang --target=wasm32-wasi -std=gnu11 -fsyntax-only wasm.c >c.log 2>&1
grep -q 'error: "compile this file with -msimd128"' c.log
verdict "C for vectors without them" "$(head -n 2 c.log)"

# draw ROWS N MOST [CLASSES]: rows of N numbers below MOST, and a class.
draw() {
    awk -v rows="$1" -v n="$2" -v most="$3" -v classes="${4:-0}" 'BEGIN {
        srand(7)
        for (r = 0; r < rows; r++) {
            for (i = 0; i < n; i++)
                printf "%s%.6g", i ? "," : "", rand() * most
            if (classes)
                printf ",%d", rand() * classes
            printf "\n"
        }
    }'
}

# alike NAME: NAME.wanted and NAME.got have the same numbers.
alike() {
    [ -s "$1.wanted" ] && paste -d, "$1.wanted" "$1.got" | awk -F, '
        NF % 2 { exit bad = 1 }
        { for (i = 1; i <= NF / 2; i++) {
              d = $i - $(i + NF / 2)
              bound = 1e-6 * ($i * $i > 1 ? ($i < 0 ? -$i : $i) : 1)
              if (!(d <= bound && -d <= bound))
                  exit bad = 1
        } }
        END { exit bad }'
}

# agrees MODEL FILE.nn WEIGHTS: rows of MODEL.csv, three updates by them, and
# what comes out then.
agrees() {
    model=$1
    # shellcheck disable=SC2086
    "$NNC" build --shared --model "$1" "$2" >"$1.log" 2>&1 &&
        "$NNC" build --html --model "$1" "$2" $([ "$3" = - ] ||
            echo --weights "$3") >>"$1.log" 2>&1 &&
        $GCC -std=c11 -D_POSIX_C_SOURCE=200809L $SANITIZE \
            -DPROGRAM="$1_program" -I. -o "$1-session" \
            "$TREE/tests/page/session.c" -L. "-l$1" -Wl,-rpath,. \
            2>>"$1.log" && "./$1-session" "$3" "$1-rows.csv" 3 >"$1.wanted" \
            2>>"$1.log" &&
        node "$TREE/tests/page/net.js" "$1.html" "$1-rows.csv" 3 >"$1.got" 2>&1 &&
        [ "$(grep -c . "$1.wanted")" -gt 4 ] && alike "$1"
    verdict "$model in a page is $model" \
        "$(tail -n 2 "$1.log"; paste -d' ' "$1.wanted" "$1.got" | cut -c 1-200)"
}

# Names that would be code if they were not text.
awk -F, -v OFS=, 'NR > 1 {
    sub("setosa", "</script><img src=x onerror=alert(1)>", $5)
    sub("virginica", "\"\"\"it'"'"'s\"\" \\& ${co}\"", $5) } { print }' iris.csv >odd.csv
mv odd.csv iris.csv
odd='<!--<script>"iris.nn'
cp iris.nn "$odd"
"$NNC" train iris.nn --quiet --epochs 40 >train.log 2>&1
"$NNC" build --html "$odd" --weights iris.safetensors -o odd >odd.log 2>&1
verdict "a page with odd names" "$(head -n 2 train.log odd.log)"

if command -v node >/dev/null; then
    "$NNC" train session.nn --quiet >>train.log 2>&1
    awk -F, -v OFS=, 'NR % 15 == 2 { print $1, $2, $3, $4, NR % 3 }' iris.csv \
        >iris-rows.csv
    awk -F, 'NR > 1 && NR < 10 { print ($1 == "" ? "nan" : $1) "," $2 "," $3 "," \
        ($4 == "right") "," ($5 == "bag" ? 0 : $5 == "box" ? 1 : 2) "," $6 }' \
        vans.csv >vans-rows.csv
    draw 4 784 255 10 >lenet5-rows.csv
    draw 5 20 1 >pulse-rows.csv
    agrees iris iris.nn iris.safetensors
    agrees vans session.nn vans.safetensors
    [ -n "${LIGHT:-}" ] || agrees lenet5 lenet5.nn -
    [ -n "${LIGHT:-}" ] || agrees pulse models.nn -
    printf '%s\n' 'From Rome to Oslo, please' 'to Bonn' 'to Rome from Oslo' \
        >words.txt
    printf '%s\n' 'O B-from O B-to O O' 'O B-to' 'O B-to O B-from' >tags.txt
    printf '%s\n' 'To Oslo from Rome, or to Paris? now please, now' 'oslo' >asked
    "$NNC" train --model tags models.nn --quiet >tags.log 2>&1 &&
        "$NNC" build --html --model tags models.nn --weights tags.safetensors \
            >>tags.log 2>&1 &&
        "$NNC" infer --model tags models.nn --csv asked >tags.wanted \
            2>>tags.log &&
        node "$TREE/tests/page/net.js" tags.html asked 0 >tags.got 2>&1 &&
        alike tags
    verdict "text in a page is text of data" "$(tail -n 2 tags.log
        paste -d ' ' tags.wanted tags.got | cut -c 1-200)"
    node "$TREE/tests/page/net.js" iris.html - vans.safetensors >told 2>&1
    grep -q 'made for the model vans, does not fit the model iris' told
    verdict "other weights are refused in a page" "$(head -n 1 told)"
else
    skip "pages under node" "install nodejs"
fi

# browser NAME PAGE.html: runs the commands of standard input, whose output must
# be that of the file NAME.
browser() {
    node "$TREE/tests/page/browser.js" chromium "$2" >"$1.said" 2>&1
    cmp -s "$1.said" "$1"
    verdict "$1" "$(diff "$1" "$1.said" | head -n 4)"
}
if ! command -v node >/dev/null || ! command -v chromium >/dev/null; then
    skip "pages in a browser" "install chromium and nodejs"
    exit 0
fi
answer='document.querySelector("#answer").textContent'
alert='document.querySelector("#alert").textContent'
learned='document.querySelector("#learned").textContent'
"$NNC" train digits.nn --quiet --epochs 12 >>train.log 2>&1
"$NNC" build --html digits.nn --weights digits.safetensors >>train.log 2>&1
cat >"a drawn digit" <<'EOF'
3
7
Fill in the input and what is right.
Steps are a whole number from 1 to 1000.
5 steps so far
true
the weights file, made for the model iris, does not fit the model digits:
4
7
4
is not finite
EOF
browser "a drawn digit" digits.html <<EOF
draw canvas.paper .35,.25 .45,.2 .6,.22 .68,.32 .62,.42 .5,.5 .64,.56 .7,.7 .6,.82 .45,.85 .33,.78
wait $answer === "3"
say $answer
click .row>button
wait $answer === "…"
draw canvas.paper .3,.25 .5,.24 .7,.25 .6,.5 .45,.85
wait $answer === "7"
say $answer
click #train
say $learned
set #targets>label>select 4
set #steps 2.5
click #train
say $learned
set #steps 5
click #train
say $learned.slice(0, 14)
say (([a, b]) => b < a)($learned.match(/loss (.*) → (.*)/).slice(1).map(Number))
download saved
click #save
file #load iris.safetensors
wait $alert
say $alert.split("\n")[0]
say $answer
file #load digits.safetensors
wait $answer === "7"
say $answer
file #load saved/digits.safetensors
wait $answer === "4"
say $answer
set #targets>label>select 4
set #rate 1e30
click #train
say $alert.match(/is not finite/)[0]
EOF
cat >"words have classes" <<'EOF'
to O oslo B-to from O rome B-from
tag has 1 label, words 4 words: each word has one label.
1 step
EOF
browser "words have classes" tags.html <<EOF
set #inputs>div>label>textarea To Oslo from Rome
wait document.querySelector("#outputs").innerText
say document.querySelector("#outputs").innerText.match(/[^\\s]+/g).filter((_, k) => k % 4 < 2).join(" ")
set #targets>div>label>textarea O
click #train
say $learned
set #targets>div>label>textarea O B-to O B-from
set #steps 1
click #train
say $learned.slice(0, 6)
EOF
cat >"odd names are text" <<'EOF'
51 parameters, from <!--<script>"iris.nn by
"it's" & ${co}
</script><img src=x onerror=alert(1)>
0
mostly
EOF
browser "odd names are text" odd/iris.html <<EOF
say document.querySelector("#about").textContent.slice(0, 43)
say document.querySelectorAll("#outputs th")[0].textContent
set .fields>label:nth-child(3)>input 1.3
set .fields>label:nth-child(4)>input 0.2
wait $answer[0] === "<"
say $answer
say document.querySelectorAll("img, #outputs script").length
say document.querySelector("small").textContent.slice(0, 6)
EOF
"$NNC" build --html digits.nn -o raw >>train.log 2>&1
printf '%s\n' untrained true >"a page without weights, by keys"
browser "a page without weights, by keys" raw/digits.html <<EOF
say document.querySelector("#about").textContent.match(/untrained/)[0]
key canvas.paper ArrowDown 6
wait $answer !== "…"
say $answer.length === 1
EOF
