# operators.awk: from the rows of compiler/ir/ops.def as the preprocessor
# leaves them (`@ "name" @ inputs @ "arguments" @ "documentation"`), a table
# in Markdown of those that have a name in the language.
BEGIN {
    FS = "@"
    print "| operator | inputs | arguments | what it gives |"
    print "| --- | --- | --- | --- |"
}

function plain(s) {
    gsub(/^[ "]+|[ "]+$/, "", s)
    gsub(/\|/, "\\|", s)
    return s
}

NF == 5 && $2 !~ /NULL/ {
    inputs = plain($3)
    attrs = plain($4)
    gsub(/:[a-z]+/, "", attrs)
    gsub(/=/, ": ", attrs)
    gsub(/: none/, "", attrs)
    printf "| `%s` | %s | %s | %s |\n", plain($2),
        inputs == "-1" ? "any" : inputs, attrs == "" ? "" : "`" attrs "`",
        plain($5)
}
