# pack.awk: text files, named on the command line in sorted order, to a C file
# with the table of pack_table.h. One string literal a line of text.
BEGIN {
    print "/* Written by compiler/base/pack.awk. */"
    print "#include \"base/pack_table.h\"\n\n#include <stddef.h>"
    print "\nconst PackFile pack_table[] = {"
    for (i = 1; i < ARGC; i++) {
        printf "    {\"%s\", \"\"", ARGV[i]
        while ((status = (getline line < ARGV[i])) > 0) {
            gsub(/\\/, "&&", line)
            gsub(/"/, "\\\"", line)
            gsub(/\?/, "\\?", line)
            printf "\n     \"%s\\n\"", line
        }
        if (status < 0) {
            print "pack.awk: cannot read " ARGV[i] > "/dev/stderr"
            exit 1
        }
        close(ARGV[i])
        print "},"
    }
    print "    {NULL, NULL},\n};"
}
