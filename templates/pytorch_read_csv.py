MISSING = {"", "?", "na", "n/a", "#n/a", "nan", "null", "none", "-", ".", "<na>"}
VALUES = {"inf", "infinity", "true", "false", "yes", "no"}


def records(text, separator, quotes):
    """RFC 4180, but for blanks around a field; a blank line is a row where
    there is one column, and not at the end."""
    blank = " " if separator == "\t" else " \t"
    text = re.sub(rf"\n[{blank}\r\n]*\Z", "\n", text)
    field = re.compile(rf'[{blank}]*("(?:[^"]|"")*"|[^{separator}\r\n]*)'
                       rf'[{blank}]*({re.escape(separator)}|\r*\n|\r*$)')
    plain = not (quotes and '"' in text)
    at, row, columns = 0, [], 0
    while at < len(text):
        if plain:
            end = text.find("\n", at)
            line = text[at:end if end >= 0 else len(text)].rstrip("\r")
            row = line.split() if separator == " " else \
                [x.strip(blank) for x in line.split(separator)]
            at, end = at + len(text) if end < 0 else end + 1, "\n"
        else:
            found = field.match(text, at)
            if not found:
                raise SystemExit("text after a closing quote")
            x, end, at = found[1], found[2], found.end()
            row.append(x[1:-1].replace('""', '"') if x[:1] == '"'
                       else x.strip(blank))
        if end == separator:
            continue
        if row not in ([], [""]) or columns == 1:
            columns = columns or len(row)
            yield row or [""]
        row = []


def is_word(x):
    lead = x[:1]
    letter = lead.isascii() and lead.isalpha() or lead == "_" or \
        lead and ord(lead) > 0xBF and not 0x2000 <= ord(lead) < 0x3000 \
        and not 0xF000 <= ord(lead) < 0x10000
    return bool(letter) and x.lower() not in MISSING | VALUES


def column_ranges(flow, count):
    """The columns that a flow takes by number, from 1; None: by name."""
    how = flow.settings.get("columns", flow.settings.get("column"))
    if how is None:
        return list(range(1, count + 1))
    how = how if isinstance(how, list) else [how]
    return None if any(isinstance(x, (str, tuple)) for x in how) else how


def has_header(first, path):
    """Judged once for all flows on the file."""
    says, named = None, False
    takes_text = {f.feed for f in FLOWS
                  if {"category", "words", "characters", "ids",
                      "letter_trigrams"} & f.then.keys()}
    for f in (f for f in FLOWS if f.path == path):
        if f.settings.get("header") is not None:
            return f.settings["header"]
        columns = column_ranges(f, len(first))
        named |= columns is None
        if columns is None or f.feed in takes_text or says is False:
            continue
        seen = [first[c - 1] for c in columns if c <= len(first)]
        if seen:
            says = all(is_word(x) for x in seen)
    return named or bool(says)


def pick_columns(flow, names, count):
    how = column_ranges(flow, count)
    if how is not None:
        return [c - 1 for c in how]
    how = flow.settings.get("columns", flow.settings.get("column"))
    picked = []
    for x in how if isinstance(how, list) else [how]:
        if isinstance(x, tuple):
            picked += range(names.index(x[0]), names.index(x[1]) + 1)
        else:
            picked.append(names.index(x) if isinstance(x, str) else x - 1)
    return picked


def read_csv(path, flow, prep, separator=",", quotes=True):
    s = flow.settings
    rows = list(records(whole_text(path, s.get("encoding")),
                        s.get("separator", separator), quotes))
    names = rows.pop(0) if has_header(rows[0], flow.path) else None
    columns = pick_columns(flow, names, len(names or rows[0]))
    missing, decimal = s.get("missing"), s.get("decimal", ".")
    cells = [[row[c] for c in columns] for row in rows]
    dropped = None
    if missing == "drop":
        dropped = np.array([any(x.lower() in MISSING for x in row)
                            for row in cells])
    if prep.takes_text:
        return Table(len(rows), len(columns), texts=cells, dropped=dropped)
    for row in cells:
        for j, x in enumerate(row):
            gap = missing is not None and x.lower() in MISSING
            row[j] = (math.nan if missing == "mean" else 0.0) if gap \
                else as_number(x.replace(decimal, "."))
    return Table(len(rows), len(columns), np.array(cells, np.float64),
                 dropped=dropped)


def read_tsv(path, flow, prep):
    return read_csv(path, flow, prep, "\t", False)
