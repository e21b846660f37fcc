def read_lines(path, flow, prep):
    text = whole_text(path, flow.settings.get("encoding"))
    rows = text.split("\n")
    if rows[-1] == "":
        rows.pop()
    if prep.cut is None:
        rows = [x.strip(" \t\r") for x in rows]
        while rows and not rows[-1]:
            rows.pop()
    return Table(len(rows), 1, texts=[[x.rstrip("\r")] for x in rows])
