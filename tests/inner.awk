# inner.awk: of assembler for AArch64, each innermost loop with 12 fmla or more:
# its function, fmla, loads, and vectors that go to the stack or come from it.
function told(from,    i, f, loads, spills) {
    for (i = from; i < n; i++) {
        f += line[i] ~ /^[ \t]+fmla/
        if (line[i] ~ /\[sp/)
            spills += line[i] ~ /^[ \t]+(st|ld)[rpu]+[ \t]+[qvds][0-9]/
        else
            loads += line[i] ~ /^[ \t]+ld/
    }
    if (f >= 12)
        print name, f, loads, spills + 0
}

/^[A-Za-z_][A-Za-z_0-9.]*:/ {
    name = $1
    sub(/:.*/, "", name)
    n = 0
    split("", at)
    next
}

/^\.L[A-Za-z0-9_]*:/ {
    label = $1
    sub(/:.*/, "", label)
    at[label] = n
    next
}

/^[ \t]+[a-z]/ {
    line[n++] = $0
    if ($1 ~ /^(b|cb|tb)/ && $NF in at) {
        from = at[$NF]
        told(from)
        for (label in at)
            if (at[label] <= from)
                delete at[label]
    }
}
