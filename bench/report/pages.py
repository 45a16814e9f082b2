#!/usr/bin/env python3
"""Makes the tables of docs/performance.md and README.md, and the plots, from the newest run in
bench/results/.

    bench/report/pages.py            writes them
    bench/report/pages.py --check    status 1 where they are not what the run says

A table stands between <!-- bench NAME --> and <!-- end of bench NAME -->; the words around it are
written by hand.
"""

import pathlib
import re
import sys

import aims
import plots
from aims import number, spread_text
from machine import ROOT
from result import NotMeasured, Result, Spread

PAGES = [ROOT / "docs" / "performance.md", ROOT / "README.md"]
PLOTS = ROOT / "docs" / "performance"
SHAPES = {
    "disjoint": "a tool each",
    "keyed": "one tool, an account each",
    "unkeyed": "one tool, each about every call",
    "mixed": "mixed",
}
SIZES = [10, 100, 1000, 10_000]
OURS = "writ"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def with_spread(spread):
    middle = spread_text(spread)
    return number(spread.median) + (f" ({middle})" if middle else "")


# ---- Tables, by name. Each is a function of a run to text.


def aims_table(result):
    rows = [(what, median or "–", spread, aim, aims.REACHED[reached])
            for what, median, spread, aim, reached in aims.rows(result)]
    return table(["", "measured", "spread", "aim", ""], rows)


def machine_table(result):
    of = result.machine
    rows = [
        ("CPU", f"{of['cpu']}, {of['cores']} cores, {of['memory_GB']} GB"),
        ("governor", of["governor"] or "cannot be read"),
        ("load average", f"{of['load']['before']:.2f} before, {of['load']['after']:.2f} after"),
        ("kernel", of["kernel"]),
        ("compiler", f"{of['compiler']}, `{of['flags']}`"),
        ("commit", f"`{of['commit']}`"),
        ("date", of["date"]),
    ]
    return table(["", ""], rows) + disturbed_note(result)


def disturbed_note(result):
    if not result.was_disturbed():
        return ""
    return ("\n\nOthers were at work on the machine during this run. Times that are taken of the core bear "
            "that; what is timed by\nthe clock (starts, round trips, files) is worse than it would be alone.")


def peers_table(task, way):
    def make(result):
        rows = [(row["title"], row["language"], number(row["ns"]["median"]),
                 with_spread(Spread.of(row["ratio"]))) for row in result.peer_rows(task, way)]
        peers = result.task("peers")
        rows += [(peer["name"], peer["language"], "–", peer["cannot"][task])
                 for peer in peers["peers"] if task in peer["cannot"]]
        rows += [(rival["name"], rival["language"], "–", rival["why"]) for rival in peers["skipped"]]
        return table(["", "language", "ns", "times as long as writ"], rows)

    return make


def versions_table(result):
    return table(["", "version"], [(peer["name"], peer["version"])
                                   for peer in result.task("peers")["peers"]])


def contest_table(task, names):
    """Rows (title, rival, the one it is compared with)."""

    def make(result):
        rows = [(title, number(result.ns(task, rival).median),
                 with_spread(result.ratio(task, rival, other)))
                for title, rival, other in names]
        return table(["", "ns", "ratio"], rows)

    return make


def instructions_table(result):
    rows = [(case, of["writ"], of.get("twin", "–"), of.get("ratio", "–"))
            for case, of in result.task("instructions").items()]
    return table(["", "writ", "C++ by hand", "ratio"], rows)


def growth_points(result, shape, way):
    return [(rules, result.ns("growth", f"{shape} of {rules}/{way}").median) for rules in SIZES]


def growth_table(way):
    def make(result):
        rows = []
        for shape, title in SHAPES.items():
            points = growth_points(result, shape, way)
            rows.append((title, *(number(ns) for _, ns in points), f"{plots.slope(points):.2f}"))
        return table(["ns by the number of rules", *(f"{size:,}" for size in SIZES), "slope"], rows)

    return make


def steps_table(result):
    steps = result.task("growth")
    rows = [(title, *(number(steps[f"{shape} of {size}, steps"]) for size in SIZES))
            for shape, title in SHAPES.items()]
    return table(["instructions by the number of rules", *(f"{size:,}" for size in SIZES)], rows)


def argument_table(result):
    task, rows = result.task("argument"), []
    for content in ("plain", "code", "UTF-8"):
        size = task[f"{content}, bytes"]
        writ, memchr = (result.ns("argument", f"{content}/{rival}") for rival in (OURS, "memchr"))
        share = result.ratio("argument", f"{content}/{OURS}", f"{content}/memchr").inverse()
        rows.append((content, number(size / writ.median), number(size / memchr.median),
                     with_spread(share)))
    return table(["what the argument is", "writ, GB/s", "memchr, GB/s", "ratio"], rows)


def load_table(result):
    rows = [(f"{point['rules']:,}", number(point["ms"]["load"]), number(point["ms"]["floor"]),
             number(point["ms"]["compile"]), number(point["bytes"] / point["rules"]))
            for point in result.task("load")["curve"]]
    return table(["rules", "load, ms", "read and hash alone, ms", "compile, ms", "bytes a rule"], rows)


def start_table(result):
    starts = result.task("load")["start"]
    rows = [(name, with_spread(Spread.of(of))) for name, of in starts["ms"].items()]
    ratios = [(name, with_spread(Spread.of(of))) for name, of in starts["ratio"].items()]
    return table(["milliseconds", ""], rows) + "\n\n" + table(["ratio", ""], ratios)


def pipe_table(result):
    pipe, rows = result.task("pipe"), []
    for route, trips in pipe["round_trip_ns"].items():
        added = pipe["added_ns"].get(route)
        for percentile, trip in trips.items():
            more = with_spread(Spread.of(added[percentile]).times(1e-3)) if added else "–"
            rows.append((route, percentile, with_spread(Spread.of(trip).times(1e-3)), more))
    return table(["", "", "round trip, µs", "added, µs"], rows)


def memory_table(result):
    rows = [(program, *(number(of[when][what] / 1024) for when in ("first", "later")
                        for what in ("resident_kB", "private_kB")))
            for program, of in result.task("memory")["held"].items()]
    calls = result.task("memory")["calls"]
    return table(["MB", "resident", "private", f"resident after {calls:,} calls", "private"], rows)


def losses(result):
    """Where others are faster, and aims that are missed."""
    rows = []
    for (task, way), title in TASKS.items():
        rows += [(f"{title}: {row['title']}", with_spread(Spread.of(row["ratio"])) + " of writ's time")
                 for row in result.peer_rows(task, way) if row["ratio"]["median"] < 1]
    simdjson = result.ratio("line", "line/simdjson", "line/writ")
    if simdjson.median < 1:
        rows.append(("line to decision: simdjson's DOM with hand-written checks",
                     with_spread(simdjson) + " of writ's time"))
    rows += [(what, f"{median}, aim {aim}") for what, median, _, aim, reached in aims.rows(result)
             if reached is False]
    return table(["writ is behind in", ""], rows)


TASKS = {
    ("line", "line"): "five rules, line to decision",
    ("call", "line"): "E2, line to decision",
    ("line", "evaluation"): "five rules, evaluation alone",
    ("call", "evaluation"): "E2, evaluation alone",
    ("flights", "evaluation"): "E1, evaluation alone",
}

README_ROWS = [
    "line to decision : C++ by hand on the same scanner",
    "the same, in instructions",
    "evaluation of E2 : C++ by hand, instructions",
    "cel-go with its JSON decoder : writ, line to decision",
    "cel-go : writ, evaluation of E2",
    "expr : writ, evaluation of E2",
    "10,000 rules : 10 rules, a tool each",
    "round trip, writ adds : a pass-through in C adds, p50",
    "resident memory, 1,000 rules as a bundle",
    "a bundle of 1,000 rules",
    "start of writ eval : a C program that reads a line",
]


def readme_table(result):
    units = {aim.what: aim.unit for aim in aims.AIMS}
    by_name = {what: (median or "not measured", spread)
               for what, median, spread, _, reached in aims.rows(result)}
    rows = [(what, f"{by_name[what][0]} {units[what]}".strip(), by_name[what][1])
            for what in README_ROWS]
    return table(["", "median", "spread"], rows) + disturbed_note(result)


TABLES = {
    "aims": aims_table,
    "machine": machine_table,
    "versions": versions_table,
    "losses": losses,
    "line": contest_table("line", [
        ("writ : C++ by hand", "line/writ", "line/twin"),
        ("simdjson's DOM, checks by hand : writ", "line/simdjson", "line/writ"),
        ("with a regular expression, writ : C++ by hand", "pattern/writ", "pattern/twin"),
        ("evaluation alone, writ : C++ by hand", "evaluation/writ", "evaluation/twin"),
    ]),
    "instructions": instructions_table,
    "growth": growth_table("evaluation"),
    "growth steps": steps_table,
    "growth from the line": growth_table("line"),
    "growth from many lines": growth_table("many"),
    "argument": argument_table,
    "load": load_table,
    "start": start_table,
    "pipe": pipe_table,
    "memory": memory_table,
    "state": contest_table("state", [
        (f"one limit, {kind} : the bare transaction", f"writ/{kind}", "bare")
        for kind in ("aligned", "sliding", "keyed")
    ]),
    "readme": readme_table,
    **{f"peers {task} {way}": peers_table(task, way) for task, way in TASKS},
}


# ---- Plots, by file.


def growth_plot(result):
    curves = {title: growth_points(result, shape, "evaluation") for shape, title in SHAPES.items()}
    return plots.growth("What a decision costs as the policy grows, ns", "rules", curves)


def line_plot(result):
    rows = [(row["title"], row["ns"]["median"],
             f"{number(row['ns']['median'])} ns, {number(row['ratio']['median'])}×",
             row["peer"] == OURS)
            for row in result.peer_rows("line", "line")]
    return plots.bars("From a line to its decision, ns (logarithmic)",
                      sorted(rows, key=lambda row: row[1]))


PLOT_FILES = {"growth.svg": growth_plot, "line.svg": line_plot}


# ---- Files.

BLOCK = re.compile(r"(<!-- bench ([\w ]+) -->\n).*?(<!-- end of bench \2 -->)", re.DOTALL)


def page_text(page, result):
    def fill(block):
        try:
            made = TABLES[block.group(2)](result)
        except NotMeasured as why:
            made = f"Not measured: {why}."
        except KeyError as name:
            sys.exit(f"{page}: no table is called {name}")
        return f"{block.group(1)}\n{made}\n\n{block.group(3)}"

    return BLOCK.sub(fill, page.read_text())


def files(result):
    for page in PAGES:
        yield page, page_text(page, result)
    for name, plot in PLOT_FILES.items():
        yield PLOTS / name, plot(result)


def main():
    stale = []
    for path, wanted in files(Result.newest()):
        if "--check" not in sys.argv[1:]:
            path.parent.mkdir(exist_ok=True)
            path.write_text(wanted)
        elif not path.exists() or path.read_text() != wanted:
            stale.append(str(path.relative_to(ROOT)))
    if stale:
        sys.exit(f"{', '.join(stale)}: not what the newest run of bench/results says; "
                 "bench/report/pages.py writes them anew")


if __name__ == "__main__":
    main()
