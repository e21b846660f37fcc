"""A thousand characters, each drawn from what two layers of 256 LSTM cells say
behind the one before; states are carried."""
from race import Race

LETTERS, VOCAB, WIDTH, CELLS = 1000, 96, 64, 256


def pytorch():
    import torch
    table = torch.nn.Embedding(VOCAB, WIDTH)
    layers = torch.nn.LSTM(WIDTH, CELLS, num_layers=2, batch_first=True)
    choose = torch.nn.Linear(CELLS, VOCAB)

    def call():
        with torch.inference_mode():
            letter, states = torch.zeros(1, 1, dtype=torch.long), None
            for _ in range(LETTERS):
                y, states = layers(table(letter), states)
                shares = torch.softmax(choose(y[:, -1]), -1)
                letter = torch.multinomial(shares, 1)
                letter.item()
    return call


Race("write 1000 characters", 5, "writer_bench write 1", pytorch=pytorch)
