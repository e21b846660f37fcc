#!/bin/sh
# session.sh: libraries with a model: the sample of docs/embedding.md in C and
# C++; what they export; and what tests/e2e/session.c asks of one.
. tests/lib.sh
fresh session
cp tests/session.nn tests/vans.csv examples/iris/iris.* "$OUT"
strict='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror'
cd "$OUT" || exit 2

# The sample and its commands, as they stand in the documentation.
awk '/^```c$/ { on = 1; next } /^```/ { on = 0 } on' "$TREE/docs/embedding.md" \
    >flowers.c
awk '/^```sh$/ { on = 1; next } /^```/ { on = 0 } on' "$TREE/docs/embedding.md" |
    sed "s|^nnc|$NNC|; s|^cc|$GCC -std=c11 $strict|
        s|^\./|$UNDER ./|; s|^\(.*nnc train.*\)|\1 --quiet|" >commands
sh -e commands >sample.out 2>sample.log &&
    tail -n 1 sample.out | grep -q '^virginica 0.9[0-9], loss 0.0'
verdict "the sample" "$(tail -n 1 sample.out; tail -n 2 sample.log)"
# shellcheck disable=SC2086
"${CXX:-c++}" -x c++ -std=c++17 -Wall -Wextra -pedantic -Werror flowers.c \
    -x none -I. -L. -liris -Wl,-rpath,. -o flowers-cc 2>cc.log &&
    ./flowers-cc >cc.out 2>>cc.log && tail -n 1 sample.out | cmp -s - cc.out
verdict "the sample in C++" "$(head -n 3 cc.log)"

{
    grep -o '\<nn_[a-z_]*(' nn_session.h | grep -v '^nn_session' | tr -d '('
    echo iris_program
} | sort >declared
nm -D --defined-only libiris.so | sed 's/.* //' | sort >exported
cmp -s declared exported
verdict "the face alone is exported" "$(diff declared exported | head -n 3)"

# A trainer's run from other weights on, which sessions repeat.
{
    "$NNC" build session.nn && "$NNC" build session.nn --shared &&
        ./vans-train --epochs 1 --seed 7 --quiet --out start.safetensors &&
        ./vans-train --init start.safetensors --quiet --out wanted.safetensors
} >vans.log 2>&1
verdict "a library is built" "$(tail -n 1 vans.log)"
head -c 300 wanted.safetensors >short
cp iris.safetensors other
# shellcheck disable=SC2086
if $GCC -std=c11 -D_POSIX_C_SOURCE=200809L -g $SANITIZE $strict -I. \
    -I"$TREE/runtime" -o sessions "$TREE/tests/e2e/session.c" -L. -lvans \
    -Wl,-rpath,. "$ABS/libnnrt.a" -lm -lpthread 2>sessions.log; then
    $UNDER ./sessions start.safetensors wanted.safetensors 2>got
    verdict "sessions end well" "$(head -n 1 got)"
else
    not_ok "sessions" "$(head -n 1 sessions.log)"
fi

# What the program gives of the same rows: the same bits, but that a session's
# costs are floats in their unit, too.
cut -d, -f1-4 vans.csv >rows.csv
./vans-infer --weights wanted.safetensors --csv rows.csv >sort 2>infer.log &&
    ./vans-infer --weights wanted.safetensors --csv --output cost rows.csv \
        >cost && cut -d, -f1-3 got | cmp -s sort - &&
    paste -d, cost got | awk -F, '{ d = $1 - $5; d = d < 0 ? -d : d
        bad = bad || d > 6e-8 * $1 } END { exit bad || NR != 30 }'
verdict "outputs are those of the program" \
    "$(head -n 1 infer.log; paste -d, sort cost | diff - got | head -n 2)"

# The module of Python: its sample, and what it makes of mistakes.
PYTHON=${PYTHON:-python3}
if "$PYTHON" -c 'import numpy' 2>python.log; then
    awk '/^```python$/ { on = 1; next } /^```/ { on = 0 } on' \
        "$TREE/docs/embedding.md" >sample.py
    "$NNC" build iris.nn --python >python.log 2>&1 &&
        "$PYTHON" sample.py >sample.out 2>>python.log &&
        grep -q "\['setosa', 'virginica'\]" sample.out
    verdict "the sample in Python" "$(tail -n 1 python.log)"
    "$NNC" build session.nn --python >python.log 2>&1 &&
        "$PYTHON" "$TREE/tests/e2e/session.py" 2>>python.log
    verdict "Python ends well" "$(tail -n 1 python.log)"
else
    skip Python "there is no numpy: $PYTHON -m pip install numpy"
fi

# The same program with all in it, from what `make install` puts somewhere.
root=$OUT/root
unset MAKEFLAGS MFLAGS
install() {
    make -C "$TREE" "$1" B="$B" CFLAGS="${CFLAGS:--O2 -g}" DESTDIR="$root" \
        PREFIX=/usr >install.log 2>&1
}
install install && [ -s "$root/usr/include/nnc/nn_session.h" ]
verdict "make install" "$(tail -n 1 install.log)"
if command -v pkg-config >/dev/null; then
    awk '/^```sh installed$/ { on = 1; next } /^```/ { on = 0 } on' \
        "$TREE/docs/embedding.md" |
        sed "s|^nnc|$NNC|; s|^cc|$GCC $SANITIZE|" >commands
    (
        export PKG_CONFIG_PATH="$root/usr/lib/pkgconfig"
        export PKG_CONFIG_SYSROOT_DIR="$root"
        mkdir alone && cp iris.* flowers.c alone && cd alone && rm -f ./*.so &&
            sh -e ../commands && rm -f ./*.so && ./alone
    ) >alone.out 2>&1 && tail -n 1 alone.out | grep -q '^virginica 0.9'
    verdict "a program with all in it" "$(tail -n 2 alone.out)"
else
    skip "a program with all in it" "install pkg-config"
fi
install uninstall && [ -z "$(find "$root" -type f)" ]
verdict "make uninstall" "$(find "$root" -type f | head -n 3)"

# refuses NAME STATUS TEXT FLAG...
refuses() {
    name=$1 status=$2 text=$3
    shift 3
    "$NNC" build "$@" >refused.log 2>&1
    [ $? -eq "$status" ] && grep -q -e "$text" refused.log
    verdict "$name" "$(head -n 2 refused.log)"
}
refuses "sources of a library" 2 'leave out --shared' \
    iris.nn --shared --keep kept
refuses "weights in a library" 2 'leave out --weights' \
    iris.nn --shared --weights iris.safetensors
refuses "weights in a module" 2 'leave out --weights' \
    iris.nn --python --weights iris.safetensors
sed 's/model iris/model numpy/' iris.nn >numpy.nn
refuses "a name that Python has" 1 'give the model another name' \
    numpy.nn --python
refuses "a library for a firmware" 2 'nnc compile --target=cortex-m' \
    iris.nn --shared --target cortex-m
refuses "a library for pages" 2 'say --html' iris.nn --shared --target wasm
refuses "a library in a file's place" 1 'cannot make the folder iris.csv' \
    iris.nn --shared -o iris.csv
refuses "a module of a model that is not there" 1 'no model `rose` in iris.nn' \
    iris.nn --python --model rose
