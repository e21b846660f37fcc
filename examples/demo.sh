#!/bin/sh
# demo.sh: builds the digits example, trains it on the images beside it,
# classifies images that it has not seen, and says where everything is.
# `make demo` runs this; B names the folder where nnc was built.
set -eu
cd "$(dirname "$0")/.."
B=${B:-build}
D=$B/demo
mkdir -p "$D"

"$B/nnc" build examples/digits/digits.nn -o "$D"
"$D/digits-train" --data examples/digits --out "$D/digits.safetensors" \
    --log "$D/digits.csv"

# The column of the log that holds the accuracy on the test file.
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
    { share = $column["test_accuracy"] }
    END { printf "\nheld-out accuracy: %.1f %%\n", 100 * share
          exit share < 0.97 }' "$D/digits.csv"

echo "six of the images that were held out, row by row:"
head -n 6 examples/digits/digits-test.csv | cut -d, -f1-64 |
    "$D/digits-infer" --weights "$D/digits.safetensors" --top 2
echo "their labels: $(head -n 6 examples/digits/digits-test.csv |
    cut -d, -f65 | tr '\n' ' ')"

cat <<END

the generated C: $D/digits-train.c and $D/digits-infer.c
the programs:    $D/digits-train and $D/digits-infer (--help tells more)
the weights:     $D/digits.safetensors
the curve:       $D/digits.svg (figures: $D/digits.csv)
END
