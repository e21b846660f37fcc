#!/bin/sh
# operators.sh FILE.md: prints the file with the table between `<!-- operators`
# and `<!-- end of operators` written anew from compiler/ir/ops.def: every
# operator that has a name in the language. `make docs` puts it in place.
set -eu
here=$(dirname "$0")
table=$(${CC:-cc} -E -P -x c -I"$here/../compiler" - <<'END' |
#define OP(id, name, class, kernel, n, attrs, shape, grad, lower, flops, check, \
           flags, scalar, vector, attr, doc) @ name @ n @ attrs @ doc
#include "ir/ops.def"
END
    awk -f "$here/operators.awk")
export table
awk '/<!-- operators/ { print; print "\n" ENVIRON["table"] "\n"; skip = 1 }
    /<!-- end of operators/ { skip = 0 }
    !skip' "$1"
