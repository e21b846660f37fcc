# operators.awk: from the rows of compiler/front/surface.def as the
# preprocessor leaves them (`@ "name" @ least @ most @ "arguments" @ "doc"`), a
# table in Markdown.
BEGIN {
    FS = "@"
    print "| operator | inputs | arguments | what it gives |"
    print "| --- | --- | --- | --- |"
}

function plain(s) {
    gsub(/^ *"?|"? *$/, "", s)
    gsub(/\\"/, "\"", s)
    gsub(/\|/, "\\|", s)
    return s
}

NF == 6 {
    least = plain($3)
    most = plain($4)
    inputs = most == -1 ? "any" : least == most ? most : least " or " most
    attrs = plain($5)
    gsub(/:[a-z0-9]+/, "", attrs)
    gsub(/=/, ": ", attrs)
    gsub(/: none/, "", attrs)
    printf "| `%s` | %s | %s | %s |\n", plain($2),
        inputs, attrs == "" ? "" : "`" attrs "`", plain($6)
}
