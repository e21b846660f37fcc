#!/bin/sh
# memory.sh: when memory runs out, at whichever request, nnc says so in one
# line, ends with status 1 and leaves no file that is not whole.
. tests/lib.sh
fresh memory
# shellcheck disable=SC2086
cc ${CFLAGS:-} -std=c11 -D_POSIX_C_SOURCE=200809L -o "$OUT/nnc" tests/memory.c \
    "$B/compiler/main.o" "$B/libnnc.a" -lprotobuf-c -lm -pthread \
    -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc || exit 2
cd "$OUT" || exit 2
XDG_CACHE_HOME=$OUT/cache
export XDG_CACHE_HOME

cat >net.nn <<'END'
cell loop(n) { state h: f32[n]; h' = tanh(in + h); out = h'; }
model net(n = 3) {
  input  x: f32[4, 3];
  target y: f32[1];
  h = x -> loop(3) -> flatten -> dense(n) as hidden -> tanh -> dense(1);
  output h;
  loss   squared_error(h, y);
}
END
{
    echo 'model deep { input x: f32[4]; output y = '
    awk 'BEGIN { for (i = 0; i < 150; i++) printf "("; printf "x -> dense(1)"
        for (i = 0; i < 150; i++) printf ")" }'
    echo '; }'
} >deep.nn

# Whether what lies there is what a run with enough memory writes.
whole() {
    for f in made.*; do
        [ ! -e "$f" ] || cmp -s "$f" "want/$f" || return 1
    done
    rm -f made.*
}

# runs_out NAME COMMAND...: once for each request, until all are granted.
runs_out() {
    name=$1 k=0 status=1
    shift
    rm -rf made.* want && mkdir want
    NNC_FAIL=1000000 ./nnc "$@" >/dev/null 2>&1
    mv made.* want 2>/dev/null
    while [ $status -ne 0 ]; do
        k=$((k + 1))
        NNC_FAIL=$k ./nnc "$@" >out 2>err
        status=$?
        if [ $status -eq 0 ]; then
            break
        elif [ $status -ne 1 ] || [ "$(wc -l <err)" -ne 1 ] ||
            ! grep -q memory err || ! whole; then
            not_ok "$name" "request $k: status $status: $(head -n 2 err)"
            return
        fi
    done
    [ $k -gt 2 ]
    verdict "$name, each of $k requests" "it asks for no memory"
}

runs_out check check net.nn
runs_out "check of deep brackets" check deep.nn
runs_out compile compile net.nn -o made.c
runs_out "compile, plain" compile --plain net.nn -o made.c
runs_out fmt fmt --check net.nn
runs_out graph graph net.nn -o made.dot
