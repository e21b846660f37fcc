# pack.awk: text files, named on the command line in sorted order, to a C file
# with the table behind pack.h. One string literal a line of text.
BEGIN {
    print "/* Written by compiler/base/pack.awk. */"
    print "#include \"base/pack.h\"\n\n#include <stddef.h>\n#include <string.h>"
    print "\nstatic const struct {\n    const char *path, *text;\n} files[] = {"
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
    print "\nconst char *pack_path(int i)\n{"
    print "    return files[i].path;\n}"
    print "\nconst char *pack_find(const char *path)\n{"
    print "    for (int i = 0; files[i].path; i++)"
    print "        if (strcmp(files[i].path, path) == 0)"
    print "            return files[i].text;"
    print "    return NULL;\n}"
}
