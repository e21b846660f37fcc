# variants.sh: read by scripts that compile models in several ways and compare
# what these compute (tests/e2e/agree.c). Commands for the C compilers are
# collected, then run as many at a time as there are processors.

# variant MODEL FILE NAME COMPILER LEVEL FLAG...: the text, and the command
# that makes its object. What a text exports is made local, but for its table,
# so that all fit into one program. The text named plain is compiled with
# doubles as well.
variant() {
    m=$1 name=$3 c=$OUT/$1_$3.c cc=$4 level=$5 text=$2
    shift 5
    "$NNC" compile --model "$m" "$text" "$@" -o "$c" >"$c.log" 2>&1 || return
    rows="$rows $m/$name=${m}_$name"
    object "$name" "$level"
    [ "$name" != plain ] || object exact "$level -DNN_REAL=double"
}

# full MODEL FILE COMPILER: all written out, or as much as fits into a file.
full() {
    for most in full 4000 400; do
        variant "$1" "$2" full "$3" -O0 --unroll=$most && return
        grep -q 'would be written out' "$c.log" || return
    done
    return 1
}

# object NAME FLAGS: of the text of variant; it compiles without a warning.
object() {
    o=$OUT/${m}_$1.o
    # shellcheck disable=SC2116,SC2086
    echo "$cc -std=gnu11 $(echo ${WARN%-Werror}) $2 $SANITIZE" \
        "$(processor_flags "$c") -D${m}_model=${m}_$1_model -c -o $o $c" \
        ">$o.log 2>&1 && objcopy -G ${m}_$1_model $o; [ ! -s $o.log ] ||" \
        "echo \"not ok $m/$1: \$(grep -m 1 'warning:\|error:' $o.log)\"" \
        >>"$OUT/commands"
}

# variants MODEL FILE: calls all MODEL FILE, which calls variant for each way,
# the plain text first. Where nnc refuses one the model is left out.
variants() {
    before=$rows
    all "$1" "$2" && return
    not_ok "$1" "$name: $(head -n 1 "$c.log")"
    rows=$before
    sed -i "/-D${1}_model/d" "$OUT/commands"
}

# collected: compiles what variants collected in $rows; the table and all
# objects are in $OUT/table.c and $objects.
collected() {
    tr '\n' '\0' <"$OUT/commands" | xargs -0 -P "$(nproc)" -n 1 sh -c
    # shellcheck disable=SC2086
    table $rows >"$OUT/table.c"
    objects=$(for row in $rows; do echo "$OUT/${row#*=}.o"; done)
}

# agree LABEL TOLERANCE [FLAG]: compiles what was collected and compares. FLAG
# goes to the programs (see result.h).
agree() {
    collected
    plain=$(echo "$rows" | tr ' ' '\n' | sed -n 's/\/plain=.*//p')
    # shellcheck disable=SC2046,SC2086
    table $(for m in $plain; do echo "$m=${m}_exact"; done) >"$OUT/exact.c"
    # shellcheck disable=SC2046,SC2086
    driver "$1" exact "-DNN_REAL=double $3" tests/e2e/result.c "$OUT/exact.c" \
        $(for m in $plain; do echo "$OUT/${m}_exact.o"; done) -- "$OUT/exact"
    # shellcheck disable=SC2086
    driver "$1" agree "$3" tests/e2e/result.c "$OUT/table.c" $objects -- \
        "$OUT/exact" "$2"
}
