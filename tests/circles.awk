# circles.awk: finds circles among files. In go lines `FROM TO NAME`, where FROM
# uses NAME of TO, behind lines `NAME circle:`, whose uses are left out; out
# come the uses that remain when files which use or serve nobody are taken
# away, one after the other, and such names as no circle needs.

$2 == "circle:" { honest[$1] = 1; next }
{ from[NR] = $1; to[NR] = $2; name[NR] = $3 }

# Leaves in alive[] the uses of circles; `back` is honest this time no more.
function peel(back,    i, gone, uses, serves) {
    for (i in from)
        alive[i] = !(name[i] in honest) || name[i] == back
    do {
        gone = 0
        split("", uses)
        split("", serves)
        for (i in from)
            if (alive[i])
                uses[from[i]] = serves[to[i]] = 1
        for (i in from)
            if (alive[i] && !(to[i] in uses && from[i] in serves)) {
                alive[i] = 0
                gone++
            }
    } while (gone)
}

function any(    i) {
    for (i in from)
        if (alive[i])
            return 1
    return 0
}

END {
    peel("")
    for (i = 1; i <= NR; i++)
        if (i in alive && alive[i])
            print from[i] ": uses " name[i] " of " to[i] ", in a circle"
    for (n in honest) {
        peel(n)
        if (!any())
            print "tests/lint.except: " n " closes no circle"
    }
}
