#!/usr/bin/env python3
"""A round trip through writ, through a pass-through of a few lines of C, and through neither.

The driver pins every process to one core, so that a round trip costs what its processes cost and
not what the scheduler makes of them. A round runs each route once, in rotating order. What a route
adds is its percentile minus that of the direct route in the same round, and a ratio is taken within
a round too, so that a machine that slows down slows both of its sides.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from rounds import build_c, spread  # noqa: E402

RELEASE = HERE.parents[1] / "build" / "release"
PERCENTILES = ("p50", "p99")
AUDITED = "writ, audited"


def percentiles(driver, calls, route):
    """Nanoseconds of the round trips along a route."""
    run = subprocess.run(
        [driver, str(calls), *route],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=300,
    )
    if run.returncode != 0:
        sys.exit(f"{sys.argv[0]}: the driver failed with {' '.join(route)}")
    measured = json.loads(run.stdout)
    return {p: measured[f"{p}_ns"] for p in PERCENTILES}


def measure(driver, calls, rounds, routes):
    """A list of rounds, each the percentiles of each route."""
    names = list(routes)
    result = []
    for number in range(rounds):
        turn = number % len(names)
        order = names[turn:] + names[:turn]
        result.append({name: percentiles(driver, calls, routes[name]) for name in order})
        print(f"   round {number + 1} of {rounds}", file=sys.stderr)
    return result


def summarise(rounds):
    """Over all rounds: round trips, added times, and writ's added time over the pass-through's."""

    def added(one, route, p):
        return one[route][p] - one["direct"][p]

    def ratio(one, route, other, p):
        return added(one, route, p) / added(one, other, p)

    hops = ("pass-through", "writ", AUDITED)
    return {
        "rounds": len(rounds),
        "round_trip_ns": {
            route: {p: spread(one[route][p] for one in rounds) for p in PERCENTILES}
            for route in ("direct", *hops)
        },
        "added_ns": {
            route: {p: spread(added(one, route, p) for one in rounds) for p in PERCENTILES}
            for route in hops
        },
        "ratio": {
            p: spread(ratio(one, "writ", "pass-through", p) for one in rounds) for p in PERCENTILES
        },
        "audit_ratio": {
            p: spread(ratio(one, AUDITED, "writ", p) for one in rounds) for p in PERCENTILES
        },
    }


def print_table(summary):
    def microseconds(numbers):
        return "{median:6.2f} ({lower:.2f} to {upper:.2f})".format(
            **{key: value / 1000 for key, value in numbers.items()}
        )

    print(f"{'microseconds':13} {'':4} {'round trip':25} added over direct")
    for route, numbers in summary["round_trip_ns"].items():
        for p in PERCENTILES:
            more = summary["added_ns"].get(route)
            added = microseconds(more[p]) if more else ""
            print(f"{route:13} {p:4} {microseconds(numbers[p]):25} {added}".rstrip())
    for p, numbers in summary["ratio"].items():
        print("{p}: writ adds {median:.2f} times what the pass-through adds"
              " ({lower:.2f} to {upper:.2f})".format(p=p, **numbers))
    for p, numbers in summary["audit_ratio"].items():
        print("{p}: with its audit log it adds {median:.2f} times what it adds without"
              " ({lower:.2f} to {upper:.2f})".format(p=p, **numbers))
    print(f"medians of {summary['rounds']} rounds, in parentheses their middle half")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writ", default=RELEASE / "writ", help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=15, help="default: %(default)s")
    parser.add_argument("--calls", type=int, default=10000, help="a round, default: %(default)s")
    parser.add_argument("--json", action="store_true", help="for a program to read")
    options = parser.parse_args()

    policy = str(HERE / "policy.yaml")
    driver, echo, pass_through = (
        build_c(HERE / f"{name}.c", RELEASE / "bench") for name in ("driver", "echo", "pass_through")
    )
    with tempfile.TemporaryDirectory(prefix="writ-bench-") as folder:
        writ = [str(options.writ), "run", "--insecure-permissions", "-c", policy,
                "--log-level", "warn", "--state-dir", folder]
        routes = {
            "direct": [echo],
            "pass-through": [pass_through, echo],
            "writ": [*writ, "--audit", "none", "--", echo],
            AUDITED: [*writ, "--", echo],
        }
        summary = summarise(measure(driver, options.calls, options.rounds, routes))
    if options.json:
        print(json.dumps(summary, indent=2))
    else:
        print_table(summary)


if __name__ == "__main__":
    main()
