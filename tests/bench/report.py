"""Prints the table and draws the curves of what measure.py kept: report.py [FOLDER].

Numbers are medians over the rounds of each round's median, with the smallest and the largest of
these in brackets. "Over the hash" is the difference to crypt() alone in the same round. Each target
of the design is marked met or missed.
"""

import json
import math
import os
import statistics
import sys

STACKS = ("unix", "composite", "gdpop")
TITLE = {"unix": "pam_unix", "composite": "pam_faillock + pam_unix + pam_access + pam_time",
         "gdpop": "pam_gdpop"}
COLOUR = {"unix": "#888888", "composite": "#c05020", "gdpop": "#1060b0"}


class Words(dict):
    """Numbers of accounts for people."""

    def __missing__(self, number):
        return str(number)


WORDS = Words({1000: "1k", 10000: "10k", 100000: "100k", 1000000: "1M"})


class Figures:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.lines = [json.loads(line) for line in file]

    def select(self, what, **wanted):
        return [x for x in self.lines if x["what"] == what
                and all(x.get(k) == v for k, v in wanted.items())]

    def by_round(self, what, field="us", **wanted):
        """Median of each round, in microseconds."""
        return {x["round"]: x[field]["p50"] for x in self.select(what, **wanted)}

    def sizes(self, what):
        return sorted({x["size"] for x in self.select(what)})


class Value:
    """A median of rounds with its spread; nothing when there was no round."""

    def __init__(self, rounds, divisor=1.0):
        self.list = [x / divisor for x in rounds]

    def __bool__(self):
        return bool(self.list)

    @property
    def median(self):
        return statistics.median(self.list)

    def __str__(self):
        if not self.list:
            return "-"
        return f"{number(self.median)} [{number(min(self.list))}..{number(max(self.list))}]"


def number(x):
    if x == 0:
        return "0"
    digits = max(0, 2 - int(math.floor(math.log10(abs(x)))))
    return f"{x:.{min(digits, 3)}f}"


def ms(figures, what, field="us", **wanted):
    return Value(figures.by_round(what, field, **wanted).values(), 1000.0)


def over_hash(figures, what, stack, size, kind, field="us"):
    """What a login costs beyond one crypt(), paired within each round, in ms."""
    login = figures.by_round(what, field, size=size, hash=kind, stack=stack)
    alone = figures.by_round("login", field, size=size, hash=kind, stack="hash")
    return Value([login[k] - alone[k] for k in login if k in alone], 1000.0)


def ratio(figures, what, above, below, field="us"):
    a, b = figures.by_round(what, field, **above), figures.by_round(what, field, **below)
    return Value([a[k] / b[k] for k in a if k in b])


def table(title, head, rows, out):
    out.append(f"\n### {title}\n")
    out.append("| " + " | ".join(head) + " |")
    out.append("|" + "---|" * len(head))
    out.extend("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)


# --- tables -----------------------------------------------------------------------------------

def login_tables(f, out):
    for kind, name in (("cheap", "$5$ with 1000 rounds"), ("real", "yescrypt, Debian's default")):
        rows = []
        for size in f.sizes("login"):
            cells = [ms(f, "login", size=size, hash=kind, stack=s) for s in ("hash", *STACKS)]
            paired = [ratio(f, "login", dict(size=size, hash=kind, stack=s),
                            dict(size=size, hash=kind, stack="gdpop"))
                      for s in ("unix", "composite")]
            rows.append([WORDS[size], *cells, *paired])
        table(f"Login, auth + account, ms: {name}",
              ["accounts", "crypt() alone", "pam_unix", "composite", "gdpop",
               "pam_unix / gdpop", "composite / gdpop"], rows, out)
    rows = []
    for size in f.sizes("login"):
        rows.append([WORDS[size]] + [over_hash(f, "login", s, size, "cheap") for s in
                                     ("unix", "composite", "gdpop", "gdpop in sshd",
                                      "gdpop, loaded", "gdpop, disk not awaited")])
    table("Login over one crypt(), ms, cheap hash",
          ["accounts", "pam_unix", "composite", "gdpop", "gdpop, libcrypto there (sshd)",
           "gdpop, libraries there", "gdpop, disk not awaited"], rows, out)
    rows = []
    for size in f.sizes("login"):
        rows.append([WORDS[size]] + [over_hash(f, "login", s, size, "cheap", "cpu_us") for s in
                                     ("unix", "composite", "gdpop", "gdpop in sshd",
                                      "gdpop, loaded")])
    table("Processor time of a login over that of one crypt(), ms, cheap hash",
          ["accounts", "pam_unix", "composite", "gdpop", "gdpop, libcrypto there (sshd)",
           "gdpop, libraries there"], rows, out)
    rows = []
    for size in f.sizes("login"):
        for stack in STACKS:
            rows.append([WORDS[size], TITLE[stack]] + [
                ms(f, "login", field, size=size, hash="cheap", stack=stack)
                for field in ("start_us", "auth_us", "account_us")])
    table("The phases of a login, ms, cheap hash",
          ["accounts", "stack", "pam_start (loading)", "auth", "account"], rows, out)


def other_tables(f, out):
    for what, title in (("session", "Whole login with session and its end, ms, cheap hash"),
                        ("fail", "Failed login, ms, cheap hash")):
        table(title, ["accounts", "pam_unix", "composite", "gdpop"],
              [[WORDS[n]] + [ms(f, what, size=n, stack=s) for s in STACKS]
               for n in f.sizes(what)], out)
    for kind in ("cheap", "real"):
        table(f"Change of an expired password, authentication included, ms, {kind} hash",
              ["accounts", "pam_unix", "pam_pwquality + pam_pwhistory + pam_unix", "gdpop"],
              [[WORDS[n]] + [ms(f, "change", size=n, hash=kind, stack=s) for s in STACKS]
               for n in f.sizes("change")], out)
    rows = []
    for n in f.sizes("parallel"):
        for jobs in (1, 2, 4, 16):
            rows.append([WORDS[n], jobs] + [
                Value([x["operations"] / x["seconds"]
                       for x in f.select("parallel", size=n, jobs=jobs, stack=s)]) for s in STACKS])
    table("Logins per second, cheap hash", ["accounts", "processes", "pam_unix", "composite",
                                            "gdpop"], rows, out)
    rows = []
    for n in f.sizes("names"):
        for field, title in (("name", "getpwnam"), ("uid", "getpwuid"), ("groups", "getgrouplist")):
            rows.append([WORDS[n], title] + [
                Value(f.by_round("names", f"{field}_{how}", size=n, source=source).values())
                for source in ("files", "sss", "gdpop") for how in ("steady", "fresh")])
    table("Names, us", ["accounts", "question", "files", "files, fresh process", "SSSD, cached",
                        "SSSD, cached, fresh process", "gdpop", "gdpop, fresh process"], rows, out)


def store_tables(f, out):
    rows = []
    for n in f.sizes("load"):
        load = f.select("load", size=n)[0]
        shots = f.select("snapshot", size=n)
        memory = max((x["maxrss_kib"] for x in f.select("login", size=n, stack="gdpop",
                                                         hash="cheap")), default=0)
        rows.append([WORDS[n], f"{n / load['seconds']:.0f}", f"{load['file_bytes'] / n:.0f}",
                     f"{shots[0]['bytes'] / n:.0f}", Value([x["seconds"] for x in shots]),
                     f"{max(x['maxrss_kib'] for x in shots) / 1024:.0f}", f"{memory / 1024:.1f}"])
    table("Store and snapshot", ["accounts", "loaded per second", "store, bytes per account",
                                 "snapshot, bytes per account", "snapshot made, s",
                                 "memory while made, MiB, mapped store included", "memory of a login, MiB"], rows, out)
    for x in f.select("import"):
        out.append(f"\ngdpop-admin account import: {x['accounts']} application forms in "
                   f"{x['seconds']:.1f} s, {x['accounts'] / x['seconds']:.0f} per second.")
    rows = [[WORDS[x["size"]], TITLE.get(x["stack"], "crypt() alone"), f"{x['count'] / 1e6:.2f}",
             f"{x['loaded'] / 1e6:.2f}" if "loaded" in x else "-"]
            for x in f.select("instructions")]
    table("Instructions of one login, millions, cheap hash (callgrind)",
          ["accounts", "stack", "first in a process", "each further"], rows, out)
    rows = [[WORDS[x["size"]], TITLE[x["stack"]], x["op"], x["syncs"], x["hashes"]]
            for x in f.select("count") if x["size"] == f.sizes("count")[0]]
    table("Waits for the disk (two for a commit of LMDB), crypt()", ["accounts", "stack", "act", "waits", "hashes"], rows, out)


# --- targets ----------------------------------------------------------------------------------

def targets(f):
    """(text, figure, limit): met when the figure is at most the limit."""
    small, large = f.sizes("login")[0], f.sizes("login")[-1]
    yield ("auth + account over one crypt(), disk not awaited, ms",
           over_hash(f, "login", "gdpop, disk not awaited", small, "cheap"), 0.6)
    yield ("auth + account over one crypt(), with both commits, ms",
           over_hash(f, "login", "gdpop", small, "cheap"), 2.5)
    yield ("the same where libcrypto is loaded already, as in sshd, ms",
           over_hash(f, "login", "gdpop in sshd", small, "cheap"), 2.5)
    yield ("the same with yescrypt, ms", over_hash(f, "login", "gdpop", small, "real"), 2.5)
    # A commit of LMDB flushes the data and then its meta page.
    for op, limit in (("login", 2), ("fail", 1), ("change", 3)):
        counts = f.select("count", stack="gdpop", op=op)
        yield f"commits, {op}", Value([max(x["syncs"] for x in counts) / 2]), limit
    for op, limit in (("login", 1), ("fail", 1), ("change", 3)):
        counts = f.select("count", stack="gdpop", op=op)
        yield f"hashes, {op}", Value([max(x["hashes"] for x in counts)]), limit
    for what in ("login", "change"):
        yield (f"{what} at {WORDS[large]} accounts / at {WORDS[small]}",
               ratio(f, what, dict(size=large, hash="cheap", stack="gdpop"),
                     dict(size=small, hash="cheap", stack="gdpop")), 1.2)
    yield (f"processor time of a login at {WORDS[large]} accounts / at {WORDS[small]}",
           ratio(f, "login", dict(size=large, hash="cheap", stack="gdpop"),
                 dict(size=small, hash="cheap", stack="gdpop"), "cpu_us"), 1.2)
    for how, limit in (("steady", 2.0), ("fresh", 100.0)):
        yield (f"getpwnam at {WORDS[large]} accounts, {how}, us",
               Value(f.by_round("names", f"name_{how}", size=large, source="gdpop").values()), limit)
    for size, limit in ((100000, 0.3), (1000000, 3.0)):
        shots = f.select("snapshot", size=size)
        if shots:
            yield (f"snapshot made anew at {WORDS[size]} accounts, s",
                   Value([x["seconds"] for x in shots]), limit)


def target_table(f, out):
    rows = []
    for text, value, limit in targets(f):
        if value:
            rows.append([text, value, number(limit), "met" if value.median <= limit else "MISSED"])
    table("Targets (DESIGN 9)", ["target", "measured", "at most", ""], rows, out)


# --- curves -----------------------------------------------------------------------------------

def ticks(low, high):
    first = math.floor(math.log10(low))
    last = max(first + 1, math.ceil(math.log10(high)))
    return [10.0 ** k for k in range(first, last + 1)]


def svg(title, unit, x_label, curves, x_words):
    """Curves over logarithmic axes: {name: (title, colour, [(x, y, low, high)])}."""
    curves = [c for c in curves if c[2]]
    wide, high, left, top, right = 640, 380 + 16 * max(0, len(curves) - 3), 70, 44, 20
    bottom = 96 + 16 * max(0, len(curves) - 3)
    points = [p for _, _, list_ in curves for p in list_]
    xs = sorted({p[0] for p in points})
    marks = ticks(min(p[2] for p in points), max(p[3] for p in points))
    x_at = lambda x: left + (wide - left - right) * (
        math.log(x / xs[0]) / math.log(xs[-1] / xs[0]) if len(xs) > 1 else .5)
    y_at = lambda y: high - bottom - (high - top - bottom) * (
        math.log(y / marks[0]) / math.log(marks[-1] / marks[0]))
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" '
           'font-family="sans-serif" font-size="13">',
           f'<rect width="{wide}" height="{high}" fill="#ffffff"/>',
           f'<text x="{left}" y="24" font-size="15">{title}</text>']
    for mark in marks:
        out.append(f'<path d="M{left} {y_at(mark):.1f}H{wide - right}" stroke="#dddddd"/>'
                   f'<text x="{left - 8}" y="{y_at(mark) + 4:.1f}" text-anchor="end">'
                   f'{mark:g} {unit}</text>')
    for x in xs:
        out.append(f'<text x="{x_at(x):.1f}" y="{high - bottom + 20}" text-anchor="middle">'
                   f'{x_words(x)}</text>')
    out.append(f'<text x="{(left + wide - right) / 2}" y="{high - bottom + 38}" '
               f'text-anchor="middle">{x_label}</text>')
    for row, (name, colour, list_) in enumerate(curves):
        path = "L".join(f"{x_at(x):.1f} {y_at(y):.1f}" for x, y, _, _ in list_)
        out.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y, low, up in list_:
            out.append(f'<path d="M{x_at(x):.1f} {y_at(low):.1f}V{y_at(up):.1f}" '
                       f'stroke="{colour}"/><circle cx="{x_at(x):.1f}" cy="{y_at(y):.1f}" r="3" '
                       f'fill="{colour}"/>')
        y = high - bottom + 56 + 16 * row
        out.append(f'<path d="M{left} {y - 4}h20" stroke="{colour}" stroke-width="2"/>'
                   f'<text x="{left + 26}" y="{y}" font-size="12">{name}</text>')
    return "\n".join(out + ["</svg>", ""])


def curve(title, colour, values):
    list_ = [(x, v.median, min(v.list), max(v.list)) for x, v in values if v]
    return (title, colour, list_)


def draw(f, folder):
    def save(name, *args):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(svg(*args))

    size_word = lambda n: WORDS[n]
    for kind, name in (("cheap", "a cheap hash"), ("real", "yescrypt")):
        curves = [curve(TITLE[s], COLOUR[s], [(n, ms(f, "login", size=n, hash=kind, stack=s))
                                             for n in f.sizes("login")]) for s in STACKS]
        save(f"login-{kind}.svg", f"Login (auth + account) with {name}", "ms", "accounts", curves,
             size_word)
    curves = [curve(TITLE[s].replace("pam_faillock + pam_unix + pam_access + pam_time",
                                     "pam_pwquality + pam_pwhistory + pam_unix"), COLOUR[s],
                    [(n, ms(f, "change", size=n, hash="cheap", stack=s))
                     for n in f.sizes("change")]) for s in STACKS]
    save("change.svg", "Change of an expired password, cheap hash", "ms", "accounts", curves,
         size_word)
    words = {"files": "files", "sss": "SSSD, cached", "gdpop": "gdpop"}
    curves = [curve(f"{words[source]}{', fresh process' if how == 'fresh' else ''}", colour,
                    [(n, Value(f.by_round("names", f"name_{how}", size=n, source=source).values()))
                     for n in f.sizes("names")])
              for source, how, colour in (("files", "steady", "#c05020"),
                                          ("sss", "fresh", "#a0c080"), ("sss", "steady", "#508020"),
                                          ("gdpop", "fresh", "#60a0e0"),
                                          ("gdpop", "steady", "#1060b0"))]
    save("getpwnam.svg", "getpwnam", "us", "accounts", curves, size_word)
    curves = [curve("gdpop", "#1060b0",
                    [(n, Value([x["seconds"] for x in f.select("snapshot", size=n)]))
                     for n in f.sizes("snapshot")])]
    save("snapshot.svg", "Snapshot for NSS made anew", "s", "accounts", curves, size_word)
    for n in f.sizes("parallel"):
        curves = [curve(TITLE[s], COLOUR[s],
                        [(jobs, Value([x["operations"] / x["seconds"] for x in
                                       f.select("parallel", size=n, jobs=jobs, stack=s)]))
                         for jobs in (1, 2, 4, 16)]) for s in STACKS]
        save(f"parallel-{size_word(n)}.svg",
             f"Logins per second at {size_word(n)} accounts, cheap hash", "/s", "processes",
             curves, str)


def main(folder):
    f = Figures(os.path.join(folder, "measured.jsonl"))
    out = ["Medians of paired rounds, [smallest..largest] of the rounds' medians."]
    target_table(f, out)
    login_tables(f, out)
    other_tables(f, out)
    store_tables(f, out)
    text = "\n".join(out) + "\n"
    with open(os.path.join(folder, "table.md"), "w", encoding="utf-8") as file:
        file.write(text)
    draw(f, folder)
    print(text)


if __name__ == "__main__":
    here = os.path.dirname(os.path.realpath(__file__))
    main(sys.argv[1] if len(sys.argv) > 1 else
         os.path.join(here, "..", "..", "build", "bench", "results"))
