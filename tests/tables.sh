#!/bin/sh
# tables.sh: files of text from training to inference. Models that hand their
# inputs on show which columns were read, and what stands where one is missing.
. tests/lib.sh
fresh tables
cd "$OUT" || exit 2

# Overlapping columns, by names and by numbers, of another notation.
cat >gaps.nn <<'END'
model gaps {
  input  x: f32[2];
  input  z: f32[2];
  target y: f32[1];
  param  g: f32[2], init: ones;
  all = (x * g, z * g) -> concat;
  output all;
  loss   squared_error(sum(all), y);
  data {
    x = csv("g.csv", columns: "a".."b", separator: ";", decimal: ",", missing: drop);
    z = csv("g.csv", columns: 2..3, separator: ";", decimal: ",", missing: mean);
    y = csv("g.csv", column: "y", separator: ";", decimal: ",", missing: 0);
  }
  train { optimizer sgd(rate: 1e-30); batch 4; epochs 1; }
}
END
printf 'a ; b; "c";y\n1,5;2;3;4\n?;1;2;3\n4;5;NA;6\n0;1;7;\n' >g.csv
# A header of numbers, and windows of one column in the middle.
cat >series.nn <<'END'
model series {
  input  past: f32[3, 1];
  target next: f32[1];
  param  g: f32[1], init: ones;
  o = past * g;
  output o;
  loss   squared_error(sum(o), next);
  data { past, next = tsv("s.tsv", column: 2, header: true) -> windows(3); }
  train { optimizer sgd(rate: 1e-30); batch 4; epochs 1; }
}
END
printf '%s\t%s\t%s\n' 100 0 200 101 1 201 102 2 202 103 3 203 104 4 204 >s.tsv

for m in gaps series; do
    "$NNC" build --plain $m.nn >$m.build 2>&1 && $UNDER ./$m-train >$m.log 2>&1
    verdict "$m trains" "$(tail -n 1 $m.build $m.log | tr '\n' ' ')"
done
grep -q '^1 row left out' gaps.log && grep -q '^gaps: 3 training' gaps.log
verdict "what is dropped is told" "$(head -n 1 gaps.log)"

mkdir short && head -n 3 s.tsv >short/s.tsv
$UNDER ./series-train --data short >short.log 2>&1
[ $? -eq 1 ] && grep -q 's.tsv has 2 rows in all, .* takes 4 rows' short.log
verdict "a series shorter than its window" "$(cat short.log)"

# gives NAME MODEL WANTED [FLAG...]: the rows of standard input make WANTED,
# which may be a piece of a message where the status is 1.
gives() {
    name=$1 m=$2 wanted=$3
    shift 3
    got=$($UNDER "./$m-infer" "$@" 2>err)
    case $? in
    0) got=$(echo "$got" | tr '\n' ' ') ;;
    1) got=$(grep -o -- "$wanted" err) ;;
    *) got=crash ;;
    esac
    [ "$got" = "$wanted" ]
    verdict "$name" "$got $(head -n 1 err)"
}
gives "the training file" gaps '1.5,2,2,3 nan,nan,nan,nan 4,5,5,5 0,1,1,7 ' \
    --csv g.csv
grep -q '^g.csv:3: a value is missing' err
verdict "a row without a result is told" "$(head -n 1 err)"
grep -q '"missing\\":\[2.6666666666666665,5\]' gaps.safetensors
verdict "means are kept with the weights" "they are not in the file"
printf 'y;b;c;a\n1;2;;3\n' |
    gives "names win" gaps '3,2,2,5 ' --csv
printf 'q;b;c;A\n1;2;;3\n' |
    gives "a name is missing" gaps 'no column "a"; did you mean "A"?'
printf 'a;b;c;b\n1;2;3;4\n' |
    gives "a name stands twice" gaps '"b" stands twice'
printf '1;2;3;4\n' |
    gives "no header for names" gaps 'it has no header'
printf '1;2;3;4;5\n' |
    gives "another width" gaps 'has 5 columns; the training file had 4'
gives "the header of the text" series '1,2,3 2,3,4 ' --csv s.tsv
printf '0\n1\n2\n3\n' |
    gives "just the values" series '1,2,3 ' --csv
printf '0\n1\n?\n3\n' |
    gives "a missing value" series 'standard input:3: column 1 (0) is'
./series-infer --help | grep -q 'in one of two forms'
verdict "--help says which form is read" "it does not"
