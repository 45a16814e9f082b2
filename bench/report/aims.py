#!/usr/bin/env python3
"""What writ aims at, beside what a run measured.

    bench/report/aims.py FILE     prints it on one screen
"""

import dataclasses
import sys
from collections.abc import Callable

from result import NotMeasured, Result, Spread

MOST_RULES, FEWEST_RULES = 10_000, 10


@dataclasses.dataclass
class Aim:
    what: str
    measure: Callable[[Result], Spread]
    at_most: float | None = None
    at_least: float | None = None
    unit: str = ""

    def text(self):
        bound = f"≤ {self.at_most:g}" if self.at_most is not None else f"≥ {self.at_least:g}"
        return f"{bound} {self.unit}".strip()

    def is_reached(self, spread):
        if self.at_most is not None:
            return spread.median <= self.at_most
        return spread.median >= self.at_least


def instructions(case):
    return lambda result: Spread.exact(result.task("instructions")[case]["ratio"])


def ratio(task, above, below):
    return lambda result: result.ratio(task, above, below)


def peer(name, task, way):
    return lambda result: result.peer(name, task, way)


def growth(shape):
    return lambda result: result.ratio("growth", f"{shape} of {MOST_RULES}/evaluation",
                                       f"{shape} of {FEWEST_RULES}/evaluation")


def ns_a_rule(shape):
    def measure(result):
        many = result.ns("growth", f"{shape} of {MOST_RULES}/evaluation")
        few = result.ns("growth", f"{shape} of {FEWEST_RULES}/evaluation")
        more = MOST_RULES - FEWEST_RULES
        return Spread((many.median - few.median) / more, (many.low - few.high) / more,
                      (many.high - few.low) / more)

    return measure


def held(program, what):
    return lambda result: Spread.exact(
        result.task("memory")["held"][program]["first"][what] / 1024)


def bytes_a_rule(result):
    point = result.task("load")["curve"][0]
    return Spread.exact(point["bytes"] / point["rules"])


def start(above, below):
    return lambda result: Spread.of(result.task("load")["start"]["ratio"][f"{above} : {below}"])


def pipe(percentile):
    return lambda result: Spread.of(result.task("pipe")["ratio"][percentile])


AIMS = [
    Aim("line to decision : C++ by hand on the same scanner", ratio("line", "line/writ", "line/twin"),
        at_most=1.10),
    Aim("the same, in instructions", instructions("line"), at_most=1.10),
    Aim("evaluation of five rules : C++ by hand, instructions", instructions("evaluation"),
        at_most=2.0),
    Aim("evaluation of E1 : C++ by hand, instructions", instructions("flights"), at_most=2.0),
    Aim("evaluation of E2 : C++ by hand, instructions", instructions("call"), at_most=2.0),
    Aim("cel-go with its JSON decoder : writ, line to decision", peer("cel-go", "line", "line"),
        at_least=60),
    Aim("cel-go : writ, evaluation of E2", peer("cel-go", "call", "evaluation"), at_least=40),
    Aim("expr : writ, evaluation of E2", peer("expr", "call", "evaluation"), at_least=40),
    Aim("cel-go : writ, evaluation of E1", peer("cel-go", "flights", "evaluation"), at_least=25),
    Aim("expr : writ, evaluation of E1", peer("expr", "flights", "evaluation"), at_least=10),
    Aim("10,000 rules : 10 rules, a tool each", growth("disjoint"), at_most=1.1),
    Aim("10,000 rules : 10 rules, one tool, an account each", growth("keyed"), at_most=1.5),
    Aim("one tool, every rule about every call", ns_a_rule("unkeyed"), at_most=2,
        unit="ns a rule"),
    Aim("64 kB nobody reads, bytes a second : memchr",
        lambda result: result.ratio("argument", "plain/writ", "plain/memchr").inverse(),
        at_least=0.25),
    Aim("round trip, writ adds : a pass-through in C adds, p50", pipe("p50"), at_most=1.25),
    Aim("the same, p99", pipe("p99"), at_most=1.25),
    Aim("resident memory, 1,000 rules as a bundle", held("bundle, 1,000 rules", "resident_kB"),
        at_most=16, unit="MB"),
    Aim("the same, from YAML", held("YAML, 1,000 rules", "resident_kB"), at_most=16, unit="MB"),
    Aim("a bundle of 1,000 rules", bytes_a_rule, at_most=128, unit="bytes a rule"),
    Aim("start of writ eval : a C program that reads a line", start("eval, bundle", "C, one line"),
        at_most=3),
    Aim("a decision that counts in a file : the bare transaction",
        ratio("state", "writ/aligned", "bare"), at_most=1.5),
]


def number(value):
    """Three digits that say something."""
    size = abs(value)
    return f"{value:,.{0 if size >= 100 else 1 if size >= 10 else 2}f}"


def spread_text(spread):
    """Nothing for what is counted, not timed."""
    if spread.low == spread.high:
        return ""
    return f"{number(spread.low)} to {number(spread.high)}"


def rows(result):
    """Of each aim: its text, median, spread, aim, and whether it is reached (None: not measured)."""
    for aim in AIMS:
        try:
            spread = aim.measure(result)
        except NotMeasured as why:
            yield aim.what, "", str(why), aim.text(), None
        else:
            yield (aim.what, number(spread.median), spread_text(spread), aim.text(),
                   aim.is_reached(spread))


REACHED = {True: "reached", False: "not reached", None: "not measured"}


def print_screen(result):
    print(f"{'':58} {'measured':>8}  {'spread':16} {'aim':>16}")
    for what, median, spread, aim, reached in rows(result):
        if reached is None:
            print(f"{what:58} {'-':>8}  {'':16} {aim:>16}  not measured: {spread}")
        else:
            print(f"{what:58} {median:>8}  {spread:16} {aim:>16}  {REACHED[reached]}")
    for rival in result.tasks.get("peers", {}).get("skipped", []):
        print(f"skipped: {rival['name']} ({rival['language']}): {rival['why']}")
    load = result.machine["load"]
    print(f"{result.machine['cpu']}, {result.machine['cores']} cores, load {load['before']:.1f} to "
          f"{load['after']:.1f}, {result.machine['compiler']}, commit {result.machine['commit']}")


if __name__ == "__main__":
    print_screen(Result.read(sys.argv[1]))
