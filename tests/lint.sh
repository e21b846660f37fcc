#!/bin/sh
# lint.sh: the rules of the house that a compiler does not check: the
# direction of includes, circles between files, the sizes of files, headers,
# functions and lines, nesting, and what must not stand in the tree.
# tests/lint.except lists the exceptions, each with its reason.
. tests/lib.sh
fresh lint
sources=$(ls compiler/*.[ch] compiler/*/*.[ch] runtime/*.[ch] \
    tests/*/*.[ch])
templates=$(ls templates/*.[ch])

# report NAME: succeeds where standard input is empty, after the exceptions.
report() {
    sed 's/[.*[\]/\\&/g; s/^\([^ #][^ ]*\) \([a-z]*\):.*/^\1:.*\2/; /^^/!d' \
        tests/lint.except >"$OUT/except"
    grep -v -f "$OUT/except" >"$OUT/found"
    if [ -s "$OUT/found" ]; then
        while read -r line; do
            not_ok "$1" "$line"
        done <"$OUT/found"
    else
        ok "$1"
    fi
}

# base <- ir <- front <- export, base <- tile, ir and tile <- pass <- emit <- the
# rest. All may use what the runtime knows of text for people, ir the C that maps
# are made of, and emit the tables of the runtime that it prints.
for f in $(ls compiler/*/*.[ch]); do
    folder=${f#compiler/}
    case ${folder%%/*} in
    base) may='base' ;;
    ir) may='base|ir' ;;
    tile) may='base|tile' ;;
    front) may='base|ir|front' ;;
    pass) may='base|ir|tile|pass' ;;
    emit) may='base|ir|tile|pass|emit' ;;
    export) may='base|ir|front|export' ;;
    *) may='nothing' ;;
    esac
    runtime=nn_say
    [ "${folder%%/*}" = emit ] && runtime='nn_[a-z]*'
    sed -n 's/^#include "\([^"]*\)".*/\1/p' "$f" |
        grep -vE "^($may)/|^nn\.(tab|lex)\.h\$|^onnx\.pb-c\.h\$|^$runtime\.h\$|/templates/real\.h\$" |
        sed "s|^|$f: includes |"
done | report "includes point one way"

for f in runtime/*.[ch]; do
    sed -n 's/^#include "\([^"]*\)".*/\1/p' "$f" | grep -v '^nn_' |
        sed "s|^|$f: includes |"
done | report "the runtime includes only itself"

parts=$(ls compiler/*.c compiler/*/*.c runtime/*.c)
for f in $parts; do
    [ -f "$B/${f%.c}.o" ] || echo "$f: not built"
done | report "every file is built"

# uses: `FROM TO NAME` for each use between files that are built.
uses() {
    for f in $parts; do
        nm -P -g "$B/${f%.c}.o" | sed "s|^|$f |"
    done | awk '
        $3 == "U" { used[$1 " " $2]; next }
        { defined[$2] = $1 }
        END {
            for (u in used) {
                split(u, part)
                if (part[2] in defined)
                    print part[1], defined[part[2]], part[2]
            }
        }'
}

# circles: `FROM TO NAME` lines that are a part of one.
circles() {
    { grep '^[a-z_]* circle:' tests/lint.except; cat; } |
        awk -f tests/circles.awk | sort
}

# Two circles, a file before them, one behind and one between.
planted=$(printf '%s\n' 'a.c b.c f' 'b.c c.c g' 'c.c a.c h' 'x.c a.c f' \
    'c.c y.c k' 'c.c d.c m' 'd.c p.c n' 'p.c q.c r' 'q.c p.c s' |
    awk -f tests/circles.awk)
[ "$(echo "$planted" | sed -n 's/.* uses \(.\) .*in a circle/\1/p' |
    tr -d '\n')" = fghrs ]
verdict "planted circles are found, and nothing else" "$planted"

for f in $(ls compiler/*.h compiler/*/*.h runtime/*.h); do
    sed -n 's/^#include "\([^"]*\)".*/\1/p' "$f" |
        sed "s|^|${f#compiler/} |; s|^runtime/||; s|\$| #include|"
done >"$OUT/includes"
{ uses; cat "$OUT/includes"; } | circles | report "no circles between files"

for f in $sources $templates grammar/nn.y grammar/nn.l; do
    awk -v f="$f" '
        /clang-format off/ { table = 1 }
        /clang-format on/ { table = 0 }
        length > (f ~ /^templates/ ? 100 : 80) && f !~ /\.def$/ && !table {
            print f ": line " FNR " has " length " columns" }
        END {
            most = f ~ /\.h$/ && f !~ /^templates/ ? 150 : 600
            if (FNR > most)
                print f ": file of " FNR " lines, most is " most
        }' "$f"
done | report "sizes of files and lines"

# Templates become lines of generated files, which may have 100 columns; in a
# table the columns count more than its width. A function's text lies between its two braces in column 1.
for f in $sources; do
    awk -v f="$f" '
        /^{/ { start = FNR; depth = 0; deep = 0 }
        /^[ ].*[^=]{$/ && !/= {$/ { if (++depth > 4) deep = FNR }
        /^ +}/ && !/};$/ { depth-- }
        /^}/ && start {
            if (FNR - start - 1 > 50)
                print f ": function at line " start " has " \
                    FNR - start - 1 " lines"
            if (deep)
                print f ": nesting of more than 4 at line " deep
            start = 0
        }' "$f"
done | report "sizes of functions"

for f in $sources $templates; do
    head -n 1 "$f" | grep -q '^/\*' || echo "$f: opens without a comment"
done | report "every file says what it is"

# An entry's name is for people and for C; what it does is in its flags.
grep -nE 'str(n|case)?cmp\([^;]*(entry->name|entries[^;]*\.name|"(step|eval|infer1?|grad)")' \
    compiler/*.c compiler/*/*.c runtime/*.c | report "no entry by its name"

# The tree's own files, also where it was unpacked without its history.
files() {
    git ls-files 2>/dev/null || find . -type f -not -path "./$B/*" | cut -c 3-
}
tree=$(files | grep -v '^tests/lint')
grep -nEI '/(home|root|work|mnt|opt)/' $tree | report "no absolute paths"
grep -nEIw 'TODO|FIXME|XXX' $tree | report "nothing left to do"
for f in $(files | grep '\.sh$'); do
    sh -n "$f" 2>&1
done | report "scripts parse"

# A list of packages may have several lines, as in .ci/run.
MORE="one
    two" make -n setup 2>&1 | sh -n 2>&1 | report "setup takes a list of lines"

# Other versions lay some lines out in another way.
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    clang-format --dry-run $sources 2>&1 |
        sed -n 's/: error:.*//p; s/: warning:.*//p' | report "layout"
else
    skip "layout" "clang-format 14 is not installed"
fi
