PAD, START, STOP, OTHER = range(4)
WORDS = 4

# Codes from..to of blanks and of signs that are not ASCII.
BLANKS = ((0x85, 0x85), (0xa0, 0xa0), (0x1680, 0x1680), (0x2000, 0x200a),
          (0x2028, 0x2029), (0x202f, 0x202f), (0x205f, 0x205f), (0x3000, 0x3000))
SIGNS = ((0xa1, 0xa9), (0xab, 0xb1), (0xb4, 0xb4), (0xb6, 0xb8), (0xbb, 0xbb),
         (0xbf, 0xbf), (0xd7, 0xd7), (0xf7, 0xf7), (0x37e, 0x37e), (0x387, 0x387),
         (0x55a, 0x55f), (0x589, 0x58a), (0x5be, 0x5be), (0x60c, 0x60d),
         (0x61b, 0x61b), (0x61e, 0x61f), (0x66a, 0x66d), (0x6d4, 0x6d4),
         (0x964, 0x965), (0x2010, 0x2027), (0x2030, 0x205e), (0x20a0, 0x20c0),
         (0x2190, 0x23ff), (0x2500, 0x27bf), (0x2e00, 0x2e5d), (0x3001, 0x3003),
         (0x3008, 0x301f), (0x30fb, 0x30fb), (0xff01, 0xff0f), (0xff1a, 0xff20),
         (0xff3b, 0xff40), (0xff5b, 0xff65))


def ranges(pairs):
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in pairs)


BLANK = rf"\t-\r {ranges(BLANKS)}"
SIGN = rf"!-/:-@\[-^`{{-~{ranges(SIGNS)}"
WORD = re.compile(
    rf"(?:[^{BLANK}{SIGN}]|(?<=[^{BLANK}{SIGN}0-9])['\u2019-](?=[^{BLANK}{SIGN}0-9])"
    rf"|(?<=[0-9])[.,:](?=[0-9]))+|[{SIGN}]")
KEPT = re.compile(rf"[^{BLANK}]+")
ONE_SIGN = re.compile(rf"[{SIGN}]")


def small(text):
    return "".join(c.lower()[0] for c in text)


def cut_text(prep, text):
    """A text as tokens."""
    how = prep.then[prep.cut]
    if prep.cut == "characters":
        tokens = list(text)
    elif prep.cut == "ids":
        tokens = [re.sub(rf"^[{BLANK}]+|[\t-\r ]+$", "", text)]
        tokens = [x for x in tokens if x]
    else:
        hashed = prep.cut == "letter_trigrams"
        labels = "category" in prep.then
        mode = how.get("punctuation", "keep" if labels else "split")
        mode = "drop" if hashed else mode
        tokens = (KEPT if mode == "keep" else WORD).findall(text)
        if mode == "drop":
            tokens = [x for x in tokens if not ONE_SIGN.fullmatch(x)]
        return [small(x) for x in tokens] if hashed or how.get("lower") else tokens
    return [small(x) for x in tokens] if how.get("lower") else tokens


def row_tokens(prep, table, i):
    """Of windows rows are tokens already."""
    return table.texts[i] if hasattr(table, "learned") \
        else cut_text(prep, table.texts[i][0])


def settings_of(prep):
    return prep.then.get("characters") or prep.then.get("ids") or {}


def learn_words(prep, table, training):
    """Words by falling counts; labels sorted; ids of both."""
    if prep.cut == "letter_trigrams":
        return {}
    seen = Counter()
    for i in np.flatnonzero(training):
        seen.update(table.learned[i] if hasattr(table, "learned")
                    else row_tokens(prep, table, i))
    if "category" in prep.then:
        return {x: i + 1 for i, x in enumerate(sorted_labels(seen))}
    least = settings_of(prep).get("min_count", 1)
    order = sorted((x for x in seen if seen[x] >= least),
                   key=lambda x: (-seen[x], x))
    return {x: i + WORDS for i, x in enumerate(order[:prep.classes - WORDS])}


def spell(prep, tokens):
    """Tokens of a row as ids, cut or filled up to its length."""
    how, words = settings_of(prep), prep.vocabulary
    labels = prep.then.get("category")
    other = OTHER if labels is None else len(words) + 1
    ids = [START] if how.get("start") else []
    for x in tokens[:prep.values - len(ids)]:
        if labels is not None and not labels.get("other") and x not in words:
            raise SystemExit(f"the label {x} does not occur in the training rows")
        ids.append(words.get(x, other))
    if how.get("stop") and len(ids) < prep.values:
        ids.append(STOP)
    shift = prep.then.get("shift")
    if shift is not None and ids:
        ids = [shift.get("start", 1), *ids[:-1]]
    rest = [PAD] * (prep.values - len(ids))
    return rest + ids if how.get("pad") == "left" else ids + rest


def fnv(text):
    h = 0xcbf29ce484222325
    for byte in text.encode():
        h = (h ^ byte) * 0x100000001b3 & 0xFFFFFFFFFFFFFFFF
    return h ^ h >> 29


def trigram_place(c, n):
    if all(x == "#" or "a" <= x <= "z" for x in c):
        code = [0 if x == "#" else ord(x) - 96 for x in c]
        return (code[0] * 729 + code[1] * 27 + code[2]) % n
    h = 0
    for x in c:
        h = h * 31 + fnv(x) & 0xFFFFFFFFFFFFFFFF
    return h % n


def trigrams(prep, tokens):
    counts = np.zeros(prep.values, np.float32)
    for token in tokens:
        framed = f"#{token}#"
        for i in range(len(framed) - 2):
            counts[trigram_place(framed[i:i + 3], prep.values)] += 1
    return counts


def spell_rows(prep, table):
    row = trigrams if prep.cut == "letter_trigrams" else spell
    return np.array([row(prep, row_tokens(prep, table, i))
                     for i in range(table.rows)])


def fill_vectors(model, data, folder):
    """Rows of embeddings from files of words and their numbers."""
    state = model.state_dict()
    for name, feed, path in VECTORS:
        ids = next(p for p in data.preps if p.name == feed).vocabulary
        for line in whole_text(os.path.join(folder, path)).split("\n"):
            field = line.split()
            if len(field) == state[name].shape[1] + 1 and field[0] in ids:
                state[name][ids[field[0]]] = torch.tensor(
                    [float(x) for x in field[1:]])
