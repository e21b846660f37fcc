"""A thousand letters, each drawn from what two layers of 256 LSTM cells say
behind the one before; states are carried.

    python3 writing.py OURS

OURS is the program made of bench/writing.c. Both take turns, twelve times; the
best times, and the median of the ratios, are told."""
import statistics
import subprocess
import sys
import time

import torch

ROUNDS, LETTERS, VOCAB, WIDTH, CELLS = 12, 1000, 96, 64, 256


def pytorch():
    table = torch.nn.Embedding(VOCAB, WIDTH)
    layers = torch.nn.LSTM(WIDTH, CELLS, num_layers=2, batch_first=True)
    choose = torch.nn.Linear(CELLS, VOCAB)

    def seconds():
        start = time.process_time()
        with torch.inference_mode():
            letter, states = torch.zeros(1, 1, dtype=torch.long), None
            for _ in range(LETTERS):
                y, states = layers(table(letter), states)
                shares = torch.softmax(choose(y[:, -1]), -1)
                letter = torch.multinomial(shares, 1)
                letter.item()
        return time.process_time() - start
    return seconds


def ours(program):
    process = subprocess.Popen([program], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)

    def seconds():
        print(1, file=process.stdin, flush=True)
        return float(process.stdout.readline())
    return seconds


torch.set_num_threads(1)
mine, theirs = ours(sys.argv[1]), pytorch()
mine(), theirs()
rounds = [(mine(), theirs()) for _ in range(ROUNDS)]
print(f"{LETTERS} letters: PyTorch {torch.__version__} "
      f"{min(t for _, t in rounds) * 1e3:.0f} ms, nnc "
      f"{min(m for m, _ in rounds) * 1e3:.1f} ms; ratio "
      f"{statistics.median(t / m for m, t in rounds):.1f}")
