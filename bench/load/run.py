#!/usr/bin/env python3
"""How long a policy takes until it decides: loading by its number of rules, and a process's start.

Loading is measured within one process (load_bench). A start is measured from outside, from the
process's start to the first line that it prints (start.c): a decision of `writ eval`, and the answer
of a server behind `writ run`. What they are measured against is in C: a program that reads a line and
prints one, a server that answers, a pass-through before that server.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from rounds import build_c, ratio, spread  # noqa: E402

RELEASE = HERE.parents[1] / "build" / "release"
BINARIES = RELEASE / "bench"
STEPS = {"read": "r", "hash": "h", "rows": "o", "verify": "v"}
PLOT_WIDTH = 60


def output_of(*command):
    run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if run.returncode != 0:
        sys.exit(f"{sys.argv[0]}: failed: {' '.join(map(str, command))}")
    return run.stdout


def curve(sizes):
    printed = output_of(BINARIES / "load_bench", *map(str, sizes))
    return [json.loads(line) for line in printed.splitlines()]


def starts(writ, rounds):
    """By program the times of all rounds in milliseconds."""
    start = build_c(HERE / "start.c", BINARIES)
    line = build_c(HERE / "line.c", BINARIES)
    echo = build_c(HERE.parent / "pipe" / "echo.c", BINARIES)
    pass_through = build_c(HERE.parent / "pipe" / "pass_through.c", BINARIES)
    with tempfile.TemporaryDirectory(prefix="writ-bench-") as name:
        folder = pathlib.Path(name)
        policy, bundle, call = folder / "policy.yaml", folder / "policy.writ", folder / "call.json"
        output_of(BINARIES / "load_bench", f"--write={folder}")
        run = [writ, "run", "--insecure-permissions", "--log-level", "error", "--state", "memory",
               "--audit", "none"]
        programs = {
            "C, one line": [line],
            "eval, bundle": [writ, "eval", "-c", bundle, call],
            "eval, YAML": [writ, "eval", "-c", policy, call],
            "C, server": [echo],
            "C, pass-through": [pass_through, echo],
            "run, bundle": [*run, "-c", bundle, "---", echo],
            "run, YAML": [*run, "-c", policy, "---", echo],
        }
        command = [start, str(rounds), call.read_text().strip()]
        for program in programs.values():
            command += ["--", *map(str, program)]
        measured = [json.loads(row) for row in output_of(*command).splitlines()]
    return {
        name: [row[i] / 1e6 for row in measured] for i, name in enumerate(programs)
    }


def summarise(measured):
    pairs = [
        ("eval, bundle", "C, one line"),
        ("eval, YAML", "eval, bundle"),
        ("run, bundle", "C, pass-through"),
        ("run, bundle", "C, server"),
        ("run, YAML", "run, bundle"),
    ]
    return {
        "ms": {name: spread(times) for name, times in measured.items()},
        "ratio": {f"{above} : {below}": ratio(measured[above], measured[below]) for above, below in pairs},
    }


def each(point, step):
    """Nanoseconds a rule."""
    return point["ms"][step] * 1e6 / point["rules"]


def print_curve(points):
    print(f"{'':>9} {'milliseconds':44} nanoseconds a rule")
    print(f"{'rules':>9} {'read':>8} {'hash':>8} {'rows':>8} {'verify':>8} {'load':>8}"
          f" {'load':>8} {'floor':>7} {'compile':>8}   compile : load")
    for point in points:
        ms = point["ms"]
        steps = " ".join(f"{ms[step]:8.3f}" for step in (*STEPS, "load"))
        print(f"{point['rules']:>9,} {steps} {each(point, 'load'):8.0f} {each(point, 'floor'):7.0f}"
              f" {each(point, 'compile'):8.0f}   {ms['compile'] / ms['load']:.1f}")
    most = max(each(point, "load") for point in points)
    print("\nload, nanoseconds a rule: " + ", ".join(f"{sign} {step}" for step, sign in STEPS.items()))
    for point in points:
        bar, end = "", 0.0
        for step, sign in STEPS.items():
            end += each(point, step) * PLOT_WIDTH / most
            bar += sign * (round(end) - len(bar))
        print(f"{point['rules']:>9,} |{bar:{PLOT_WIDTH}}| {each(point, 'load'):.0f}")
    print("\ncompile, microseconds a rule")
    most = max(each(point, "compile") for point in points)
    for point in points:
        bar = "c" * round(each(point, "compile") * PLOT_WIDTH / most)
        print(f"{point['rules']:>9,} |{bar:{PLOT_WIDTH}}| {each(point, 'compile') / 1000:.1f}")


def print_sections(points):
    print("\nbytes a rule, without debug data")
    names = sorted({name for point in points for name in point["sections"]},
                   key=lambda name: -points[0]["sections"].get(name, 0))
    print(f"{'rules':>13} " + " ".join(f"{point['rules']:>9,}" for point in points))
    rows = [(name, [point["sections"].get(name, 0) for point in points]) for name in names]
    rows.append(("the whole file", [point["bytes"] for point in points]))
    for name, sizes in rows:
        of_each = [size / point["rules"] for size, point in zip(sizes, points)]
        if max(of_each) >= 0.05:
            print(f"{name:>14}" + " ".join(f"{size:9.1f}" for size in of_each))


def print_starts(summary):
    print("\nmilliseconds from a process's start to the first line it prints, 1,000 rules")
    for name, times in summary["ms"].items():
        print("{name:>16} {median:7.2f} ({lower:.2f} to {upper:.2f})".format(name=name, **times))
    for name, ratio in summary["ratio"].items():
        print("{name:>29} {median:6.2f} ({lower:.2f} to {upper:.2f})".format(name=name, **ratio))
    print("medians over rounds in which each is started once, in parentheses their middle half")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writ", default=RELEASE / "writ", help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=200, help="of starts, default: %(default)s")
    parser.add_argument("--rules", type=int, nargs="*", default=[1000, 10_000, 100_000],
                        metavar="N", help="default: 1000 10000 100000")
    parser.add_argument("--json", action="store_true", help="for a program to read")
    options = parser.parse_args()

    points = curve(options.rules) if options.rules else []
    if points and not options.json:
        print_curve(points)
        print_sections(points)
    summary = summarise(starts(options.writ, options.rounds))
    if options.json:
        print(json.dumps({"curve": points, "start": summary}, indent=2))
    else:
        print_starts(summary)


if __name__ == "__main__":
    main()
