"""Compares an exported ONNX file with what the inference program says of rows
as they stand in a file.

    python3 raw.py TOLERANCE PARCEL.onnx ROWS.csv OUTPUTS.csv

Words, classes and missing numbers are those of tests/weights.nn: the names of
ids are the file's metadata. Prints `ok NAME` or `not ok NAME: why`."""
import csv
import sys

import numpy as np
import onnx
import onnxruntime

tolerance, path = float(sys.argv[1]), sys.argv[2]
names = {p.key: p.value.split("\n")
         for p in onnx.load(path).metadata_props}
rows = list(csv.DictReader(open(sys.argv[3])))
wanted = np.array([[float(x) for x in row]
                   for row in csv.reader(open(sys.argv[4]))])
notes = [[names["names.note"].index(w) for w in row["note"].lower().split()]
         for row in rows]
fed = {
    "note": np.array([(ids + [0] * 5)[:5] for ids in notes]),
    "size": np.array([[float(row[k] or "nan")
                       for k in ("width", "depth", "height")]
                      for row in rows], np.float32),
    "door": np.array([[names["names.door"].index(row["door"])]
                      for row in rows]),
}
y = np.concatenate(onnxruntime.InferenceSession(path).run(None, fed), 1)
worst = np.max(np.abs(y - wanted) / (np.abs(wanted) + 1))
print(f"ok raw rows {worst:.1e}" if worst <= tolerance
      else f"not ok raw rows: an error of {worst:.1e}")
