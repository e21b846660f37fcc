#!/bin/sh
# operators.sh FILE.md: prints the file with the table between `<!-- operators`
# and `<!-- end of operators` written anew from compiler/front/surface.def:
# every function and layer that is not in the prelude. `make docs` puts it in place.
set -eu
here=$(dirname "$0")
table=$(${CC:-cc} -E -P -x c -I"$here/../compiler" - <<'END' |
#define FORM(name, builder, op, padding, least, most, attrs, doc) \
    @ name @ least @ most @ attrs @ doc
#include "front/surface.def"
END
    awk -f "$here/operators.awk")
export table
awk '/<!-- operators/ { print; print "\n" ENVIRON["table"] "\n"; skip = 1 }
    /<!-- end of operators/ { skip = 0 }
    !skip' "$1"
