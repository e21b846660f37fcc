"""Reads a model's text into plain tuples, without looking at the compiler: the
part of the language that random models are written in.

An expression is a tuple whose first element names its kind: ("number", 3.0),
("name", "x"), ("call", "dense", args), ("pipe", first, [(stage, as), ...]) and
so on; args are pairs of a label (None where positional) and an expression. An
item of a body is one too: ("let", names, expression), ("param", name, sizes,
options). A block, cell or model is a Definition."""
import re
from dataclasses import dataclass, field

TOKEN = re.compile(r"""(?P<skip>\s+|\#[^\n]*)
    |(?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?%?)
    |(?P<name>[A-Za-z_]\w*'?)
    |(?P<sign>->|\.\.|==|!=|<=|>=|[-+*/<>=(){}\[\],:;.])""", re.X)


@dataclass
class Definition:
    kind: str  # model, block or cell
    name: str
    formals: list  # pairs of a name and its default, None without one
    items: list = field(default_factory=list)


def tokens(text):
    at, found = 0, []
    while at < len(text):
        m = TOKEN.match(text, at)
        if not m:
            raise SyntaxError(f"cannot read: {text[at:at + 30]!r}")
        at = m.end()
        if m.lastgroup != "skip":
            found.append((m.lastgroup, m.group()))
    return found + [("end", "")]


class Reader:
    def __init__(self, text):
        self.tokens, self.at = tokens(text), 0

    def peek(self, ahead=0):
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)][1]

    def take(self, wanted=None):
        token = self.peek()
        if wanted is not None and token != wanted:
            raise SyntaxError(f"`{wanted}` is wanted, not `{token}` before "
                              + " ".join(t for _, t in
                                         self.tokens[self.at:self.at + 9]))
        self.at += 1
        return token

    def taken(self, token):
        if self.peek() == token:
            self.at += 1
            return True
        return False

    def listed(self, close, one):
        """What `one` reads, with commas between, up to `close`."""
        found = []
        while not self.taken(close):
            if found:
                self.take(",")
            found.append(one())
        return found

    # Expressions, loosest first.

    def expression(self):
        if self.taken("if"):
            c = self.expression()
            self.take("then")
            a = self.expression()
            self.take("else")
            return ("if", c, a, self.expression())
        if self.taken("for"):
            name = self.take()
            self.take("in")
            over = self.expression()
            self.take(":")
            return ("for", name, over, self.expression())
        return self.pipe()

    def pipe(self):
        first, stages = self.comparison(), []
        while self.taken("->"):
            stage = self.postfix()
            stages.append((stage, self.take() if self.taken("as") else None))
        return ("pipe", first, stages) if stages else first

    def comparison(self):
        a = self.range()
        if self.peek() in ("==", "!=", "<", ">", "<=", ">="):
            return (self.take(), a, self.range())
        return a

    def range(self):
        a = self.sum()
        return ("range", a, self.sum()) if self.taken("..") else a

    def sum(self):
        a = self.term()
        while self.peek() in ("+", "-"):
            a = (self.take(), a, self.term())
        return a

    def term(self):
        a = self.unary()
        while self.peek() in ("*", "/"):
            a = (self.take(), a, self.unary())
        return a

    def unary(self):
        return ("neg", self.unary()) if self.taken("-") else self.postfix()

    def postfix(self):
        a = self.primary()
        while self.taken("."):
            a = ("field", a, self.take())
        return a

    def primary(self):
        kind, token = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return ("number", float(token.rstrip("%"))
                    / (100 if token.endswith("%") else 1))
        if token == "[":
            return ("list", self.listed("]", self.expression))
        if token == "(":
            inside = self.listed(")", self.expression)
            return inside[0] if len(inside) == 1 else ("tuple", inside)
        if kind != "name":
            raise SyntaxError(f"an expression cannot begin with `{token}`")
        if token in ("true", "false"):
            return ("bool", token == "true")
        if self.taken("("):
            return ("call", token, self.listed(")", self.argument))
        return ("name", token)

    def argument(self):
        label = self.take() if self.peek(1) == ":" else None
        if label:
            self.take(":")
        return (label, self.expression())

    # Items.

    def type(self):
        """Its sizes and, for ids, how many there are."""
        classes, sizes = None, []
        if self.take() in ("class", "token"):
            self.take("(")
            classes = self.expression()
            self.take(")")
        if self.taken("["):
            sizes = self.listed("]", self.expression)
        return sizes, classes

    def declarations(self, kind):
        found = []
        while True:
            name = self.take()
            self.take(":")
            sizes, classes = self.type()
            first = self.expression() if self.taken("=") else None
            found.append((kind, name, sizes, classes, first))
            if self.taken(";"):
                return found
            self.take(",")

    def parameter(self):
        name = self.take()
        self.take(":")
        sizes, _ = self.type()
        options = []
        while self.taken(","):
            options.append(self.argument())
        self.take(";")
        return ("param", name, sizes, options)

    def settings(self):
        """The train block: pairs of a name and its arguments."""
        found = {}
        self.take("{")
        while not self.taken("}"):
            name = self.take()
            word = self.take() if self.tokens[self.at][0] == "name" else None
            args = self.listed(")", self.argument) if self.taken("(") else \
                [] if self.peek() == ";" else [(None, self.expression())]
            found[name] = (word, args)
            self.take(";")
        return found

    def let(self):
        names = [self.take()]
        while self.taken(","):
            names.append(self.take())
        self.take("=")
        return ("let", names, self.expression())

    def item(self):
        word = self.peek()
        if self.peek(1) in ("=", ","):
            found = self.let()
        elif word in ("input", "target", "state"):
            return self.declarations(self.take())
        elif self.taken("param"):
            return [self.parameter()]
        elif self.taken("train"):
            return [("train", self.settings())]
        elif self.taken("layer"):
            name = self.take()
            self.take("=")
            found = ("layer", name, self.expression())
        elif self.taken("output"):
            if self.peek(1) == "=":
                self.at += 2
            found = ("output", self.expression())
        elif word in ("loss", "metric"):
            self.take()
            found = (word, self.expression())
        else:
            raise SyntaxError(f"an item cannot begin with `{word}`")
        self.take(";")
        return [found]

    def formal(self):
        name = self.take()
        return (name, self.expression() if self.taken("=") else None)

    def definition(self):
        d = Definition(self.take(), self.take(), [])
        if self.taken("("):
            d.formals = self.listed(")", self.formal)
        self.take("{")
        while not self.taken("}"):
            d.items += self.item()
        return d


def read(text):
    """All definitions of the text by name."""
    reader, found = Reader(text), {}
    while reader.peek():
        d = reader.definition()
        found[d.name] = d
    return found
