"""Prints scores.def for nn_scorer_test.c; needs sacrebleu. Chunks are counted
here as conlleval's rules say, by listing those of both sides, and F1 of
classes by its formula, as sklearn.metrics.f1_score has it."""
import random

import sacrebleu
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a


def c(text):
    """A string of C; bytes that are not ASCII one by one."""
    return '"' + "".join(
        chr(b) if 32 <= b < 127 and b not in b'"\\?' else f"\\{b:03o}"
        for b in text.encode()) + '"'


def chunks(tags):
    """(type, first, last) of each chunk."""
    found, before = [], ("O", "")
    for i, tag in enumerate(tags):
        mark, _, kind = tag.partition("-")
        if mark not in "BI":
            mark, kind = "O", ""
        if mark == "B" or (mark == "I" and before[1] != kind):
            found.append([kind, i, i])
        elif mark == "I":
            found[-1][2] = i
        before = mark, kind
    return {tuple(f) for f in found}


TAGS = ["O", "B-a", "I-a", "B-b", "I-b", "B-a-b", "I-a-b"]
HAND = [
    ("O", "O"), ("", ""), ("B-a", "I-a"), ("I-a I-a", "B-a I-a"),
    ("B-a B-a", "B-a I-a"), ("B-a I-a I-b", "B-a I-a I-a"),
    ("I-a I-b", "I-a I-b"), ("B-a I-b I-b", "B-a B-b I-b"),
    ("O I-a O", "O B-a O"), ("B-a I-a", "B-a O"), ("B-a O", "B-a I-a"),
    ("B-a I-a O B-a", "B-a I-a B-a I-a"), ("B-a-b I-a-b", "B-a-b I-a-b"),
    ("B-a <pad> I-a", "B-a O I-a"), ("<start> B-a <stop>", "<other> B-a O"),
    ("B-a I-a I-a", "B-a B-a I-a"), ("B-b I-a", "B-b I-b"),
    ("B-a <other> <other> O", "B-a O O <other>"), ("B-a <other>", "B-a I-a"),
    ("<other> B-b", "<other> B-b"),
]


def chunk_lines():
    random.seed(5)
    lines = HAND[:]
    for _ in range(60):
        n = random.randint(1, 13)
        kind = [random.choice(TAGS) for _ in range(n)]
        chosen = [t if random.random() < 0.7 else random.choice(TAGS)
                  for t in kind]
        lines.append((" ".join(kind), " ".join(chosen)))
    right = true = all_found = 0
    print("static const struct {\n    const char *kind, *chosen;\n"
          "    double counts[3];\n} chunk_lines[] = {")
    for kind, chosen in lines:
        # A label that training does not know is true all the same.
        true_tags = kind.replace("<other>", "I-<other>").split()
        a, b = chunks(true_tags), chunks(chosen.split())
        right, true = right + len(a & b), true + len(a)
        all_found += len(b)
        print(f"    {{{c(kind)},\n     {c(chosen)},\n"
              f"     {{{len(a & b)}, {len(a)}, {len(b)}}}}},")
    precision, recall = right / all_found, right / true
    f1 = 2 * precision * recall / (precision + recall)
    print(f"}};\n#define CHUNKS_F1 {f1:.17g}\n")


def f1_of(kind, chosen, which):
    tp = sum(k == which == p for k, p in zip(kind, chosen))
    fp = sum(k != which == p for k, p in zip(kind, chosen))
    fn = sum(k == which != p for k, p in zip(kind, chosen))
    return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0


def class_lines():
    random.seed(6)
    print("static const struct {\n    const char *labels, *kind, *chosen;\n"
          "    double f1;\n} class_lines[] = {")
    for labels in ("n y", "n y", "n y", "a b c d e", "a b c d e", "a b c"):
        of = labels.split()
        draw = of[:1] if labels == "n y" and not random.getrandbits(1) else \
            [t for t in of if t != "d"]
        kind = [random.choice(draw) for _ in range(20)]
        chosen = [k if random.random() < 0.6 else random.choice(draw)
                  for k in kind]
        if len(of) == 2:
            f1 = f1_of(kind, chosen, of[1])
        else:
            occur = sorted({*kind, *chosen})
            f1 = sum(f1_of(kind, chosen, t) for t in occur) / len(occur)
        print(f"    {{{c(labels)},\n     {c(' '.join(kind))},\n"
              f"     {c(' '.join(chosen))},\n     {f1:.17g}}},")
    print("};\n")


LINES = [
    "", " ", "It's 3.50, no -- 4,000.5 or 1-2!", "a.b,c .. ,. 1. 2, x",
    "\"Hello\" (world) [x] {y} <z> a/b a:b;c?d@e#f$g%h&i*j+k=l^m_n`o|p~q",
    "&quot;x&quot; &amp;lt; &lt;b&gt; &amp", "<skipped>a-\nb\nc",
    "caf\u00e9. na\u00efve,\u00fcber -5 5- 5-5 \u4e2d\u6587\u3002 \u00a0x\u3000y",
    "1.2.3,4-5-6.", "don't stop. .5 5. $1,234.56", "a\\b \\", "..a,,b--c",
]
SETS = [
    [("the cat sat on the mat", "the cat sat on the mat")],
    [("the the the the the", "the cat is on the mat")],
    [("a quick brown fox", "the quick brown fox jumps"),
     ("hello there, general.", "hello there general")],
    [("no match here at all", "something completely different instead of it")],
    [("x y z", "x y z")], [("", "a b c d e")], [("a b c d e", "")],
    [("a b c d", "a b d c"), ("p q", "p q r s t u v")],
    [("short", "a much longer reference line"), ("one two three four five",
                                                 "one two three four five")],
    [("a b a b a b a b", "a b a b"), ("It costs $5.00.", "It costs $ 5.00 .")],
]


def bleu():
    tokens = Tokenizer13a()
    print("static const char *const token_lines[][2] = {")
    for line in LINES:
        print(f"    {{{c(line)},\n     "
              f"{c(''.join(t + ' ' for t in tokens(line).split()))}}},")
    print("};\nstatic const struct {\n    double bleu;\n"
          "    const char *lines[3][2];\n} bleu_sets[] = {")
    for lines in SETS:
        score = sacrebleu.corpus_bleu([a for a, _ in lines],
                                      [[b for _, b in lines]]).score
        print(f"    {{{score:.17g},\n     {{")
        for a, b in lines:
            print(f"         {{{c(a)},\n          {c(b)}}},")
        print("     }},")
    print("};")


print("/* scores.def: made by scores.py. */\n/* clang-format off */")
chunk_lines()
class_lines()
bleu()
print("/* clang-format on */")
