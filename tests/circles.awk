# circles.awk: finds circles among files. In go lines `FROM TO NAME`, where FROM
# uses NAME of TO, behind lines `NAME circle:`, whose uses are left out; out
# come the uses from which a way leads back, and such names as close no circle.

$2 == "circle:" { honest[$1] = 1; next }
{
    from[NR] = $1; to[NR] = $2; name[NR] = $3
    files[$1]; files[$2]
}

# The uses that are not honest, but for `back` this time; next[] lists those
# of a file, one behind the other.
function choose(back,    i) {
    split("", first)
    split("", next_use)
    for (i in from)
        if (!(name[i] in honest) || name[i] == back) {
            next_use[i] = first[from[i]]
            first[from[i]] = i
        }
}

# Numbers the files as they are met from f on (Tarjan 1972); those from which
# a way leads back to f, and forth, are of the same circle as f.
function meet(f,    i, g) {
    low[f] = number[f] = ++met
    stack[++depth] = f
    for (i = first[f]; i; i = next_use[i]) {
        g = to[i]
        if (!(g in number))
            meet(g)
        if (!(g in circle) && low[g] < low[f])
            low[f] = low[g]
    }
    if (low[f] < number[f])
        return
    do {
        g = stack[depth--]
        circle[g] = f
    } while (g != f)
}

# Puts each file into circle[]; one that is in none is alone there.
function part(    f) {
    split("", number)
    split("", low)
    split("", circle)
    met = depth = 0
    for (f in files)
        if (!(f in number))
            meet(f)
}

function is_within(i) {
    return circle[from[i]] == circle[to[i]]
}

END {
    choose("")
    part()
    for (i = 1; i <= NR; i++)
        if (i in from && is_within(i) && !(name[i] in honest))
            print from[i] ": uses " name[i] " of " to[i] ", in a circle"
    for (n in honest) {
        choose(n)
        part()
        closes = 0
        for (i in from)
            closes = closes || (name[i] == n && is_within(i))
        if (!closes)
            print "tests/lint.except: " n " closes no circle"
    }
}
