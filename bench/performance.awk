# performance.awk: tables of docs/performance.md from those of `nnc bench
# --csv`, in the order of files.

function digits(x) {
    return sprintf(x < 9.995 ? "%.2f" : x < 99.95 ? "%.1f" : "%.0f", x)
}

function scaled(x, unit, more) {
    if (x >= 999.5)
        return digits(x / 1000) " " more
    return digits(x) " " unit
}

function duration(us) {
    if (us < 1)
        return digits(us * 1000) " ns"
    return us < 999.5 ? digits(us) " us" : scaled(us / 1000, "ms", "s")
}

function bytes(n) {
    return n < 999500 ? digits(n / 1e3) " KB" : scaled(n / 1e6, "MB", "GB")
}

function bold(x) {
    return x < 1 ? "**" digits(x) "**" : digits(x)
}

function plain(s) {
    gsub(/^"|"$/, "", s)
    return s
}

# A piece of work, all of whose lines have been read.
function tell_work(   i, best, others, line) {
    if (!ours)
        return
    for (i = 1; i <= n; i++)
        if (!best || ratio[i] < ratio[best])
            best = i
    for (i = 1; i <= n; i++)
        if (i != best)
            others = others (others ? ", " : "") peer[i] " " bold(ratio[i])
    line = "| " title " | " duration(ours) " | " sprintf("%.0f %%", share) " | "
    if (best)
        line = line peer[best] " " duration(least[best]) " | " \
            bold(least[best] / ours) " | " bold(ratio[best]) " | " others " |"
    else
        line = line "| | | |"
    work[++works] = line
    n = ours = 0
}

BEGIN { FS = "," }
FNR == 1 { tell_work(); next }
{
    model = plain($1)
    sub(/_bench$/, "", model)
    name = model ", " ($4 == "step" ? "step" : "inference") " b" $5
    if ($6 > 1)
        name = name ", " $6 " threads"
    if ($2 == "nnc") {
        tell_work()
        title = name
        ours = $7
        share = $12
    } else if ($7) {
        peer[++n] = $2
        least[n] = $7
        ratio[n] = $14
    } else {
        why = $20
        for (i = 21; i <= NF; i++)
            why = why "," $i
        why = plain(why)
        if (why != "it does not train" && !said[$2, model, why]++)
            missing[++misses] = "- " $2 ", " model ": " why
    }
    if ($16 && !(($1, $2) in known)) {
        known[$1, $2] = 1
        if (model == "lenet5" || model == "vgg16")
            cost[++costs] = "| " model ", " $2 " | " duration($16 * 1000) " | " \
                bytes($17 * 1024) " | " bytes($18) " | " \
                ($19 > 0 ? duration($19 * 1e6) : "") " | " plain($3) " |"
    }
}

END {
    tell_work()
    print "| work | nnc | of peak | strongest peer | best | median | " \
        "the others' medians |"
    print "| --- | --- | --- | --- | --- | --- | --- |"
    for (i = 1; i <= works; i++)
        print work[i]
    print ""
    print "| process | start-up | memory | size | build | version |"
    print "| --- | --- | --- | --- | --- | --- |"
    for (i = 1; i <= costs; i++)
        print cost[i]
    if (misses)
        print "\nNot timed:\n"
    for (i = 1; i <= misses; i++)
        print missing[i]
}
