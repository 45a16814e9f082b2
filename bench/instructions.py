#!/usr/bin/env python3
"""Counts instructions with callgrind: they repeat where times do not.

    bench/instructions.py                 writ and its twins, with their ratios
    bench/instructions.py --compare       writ against bench/instructions.json: status 1 where a case
                                          takes over 2 % more, or less, than it did
    bench/instructions.py --renew         writes that file anew

The binaries are those of the preset release. What a count must not depend on is the CPU: the
scanner's kernel is chosen when writ is built, and glibc and OpenSSL are told not to choose another
for their searching, comparing and hashing than every x86-64 CPU has.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

BINARIES = pathlib.Path("build/release/bench")
WRIT = pathlib.Path("build/release/writ")
BASELINE = pathlib.Path("bench/instructions.json")
TOLERANCE = 0.02

# Binary, case, and over how many inputs its count is taken: whole rounds through them all.
CASES = [
    ("line_bench", "line", 1024),
    ("line_bench", "pattern", 512),
    ("line_bench", "evaluation", 1024),
    ("expr_bench", "flights", 1024),
    ("expr_bench", "call", 1024),
    ("expr_bench", "request", 1024),
    ("expr_bench", "all of 10", 128),
    ("expr_bench", "all of 1000", 16),
    ("expr_bench", "matches", 256),
    ("expr_bench", "map of 1000", 16),
    ("load_bench", "load", 2),
]
# A process from its start to its end, in which one call is decided by a bundle of 1,000 rules.
START = "start"
# Told with the others, but not compared: an index's hashes are drawn anew for each process.
TOLD = [
    ("expr_bench", "filter of 1000", 16),
    ("expr_bench", "in 10", 1024),
    ("expr_bench", "in 1000", 1024),
    ("expr_bench", "in 100000", 1024),
]

PLAIN_CPU = "glibc.cpu.hwcaps=" + ",".join(
    "-" + feature
    for feature in (
        "AVX2 AVX AVX512F AVX512VL AVX512BW AVX_Fast_Unaligned_Load ERMS FSRM BMI1 BMI2 LZCNT "
        "MOVBE RTM SSE4_1 SSE4_2 SSSE3 Fast_Unaligned_Load Fast_Unaligned_Copy"
    ).split()
)


def collected(*command):
    command = [str(word) for word in command]
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
        env={**os.environ, "GLIBC_TUNABLES": PLAIN_CPU, "OPENSSL_ia32cap": "0:0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or found is None:
        sys.exit(f"{' '.join(command)} failed:\n{run.stdout}{run.stderr}")
    return int(found.group(1))


def instructions(binary, rival, inputs):
    """Of one input, free of what the start costs: n and 4 n inputs, the difference by 3 n."""
    of_binary = (BINARIES / binary, f"--only={rival}")
    few = collected(*of_binary, f"--iterations={inputs}")
    many = collected(*of_binary, f"--iterations={4 * inputs}")
    return round((many - few) / (3 * inputs))


def start():
    with tempfile.TemporaryDirectory(prefix="writ-bench-") as folder:
        subprocess.run([BINARIES / "load_bench", f"--write={folder}"], check=True)
        return collected(WRIT, "eval", "-c", f"{folder}/policy.writ", f"{folder}/call.json")


def tell(as_json):
    ratios = {}
    for binary, case, inputs in CASES + TOLD:
        writ = instructions(binary, f"{case}/writ", inputs)
        twin = instructions(binary, f"{case}/twin", inputs)
        ratios[case] = {"writ": writ, "twin": twin, "ratio": round(writ / twin, 3)}
        print(f"{case:<16} writ {writ:>9}   twin {twin:>9}   ratio {writ / twin:.3f}", flush=True,
              file=sys.stderr if as_json else sys.stdout)
    ratios[START] = {"writ": start()}
    if as_json:
        print(json.dumps(ratios))
    else:
        print(f"{START:<16} writ {ratios[START]['writ']:>9}")


def count():
    counts = {case: instructions(binary, f"{case}/writ", inputs) for binary, case, inputs in CASES}
    return {**counts, START: start()}


def compare():
    wanted = json.loads(BASELINE.read_text())
    given = count()
    off = 0
    for case in sorted(wanted.keys() | given.keys()):
        if case not in wanted or case not in given:
            print(f"{case:<16} stands in only one of the two")
            off += 1
            continue
        change = given[case] / wanted[case] - 1
        beyond = abs(change) > TOLERANCE
        off += beyond
        print(
            f"{case:<16} {wanted[case]:>9} -> {given[case]:>9}  {change:+7.2%}"
            + ("  beyond 2 %" if beyond else "")
        )
    if off:
        sys.exit(
            f"{off} of {len(given)} cases are not as fast as they were, or faster; if that is meant, "
            "write the new counts with scripts/bench --instructions --renew"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--renew", action="store_true")
    arguments = parser.parse_args()
    if arguments.renew:
        BASELINE.write_text(json.dumps(count(), indent=2) + "\n")
    elif arguments.compare:
        compare()
    else:
        tell(arguments.json)


if __name__ == "__main__":
    main()
