#!/usr/bin/env python3
"""Policies of the referees' compat suites, migrated to writ: 1, decide as before.

    migrate.py --runner PATH

The runner (migrate_compat.cc) says which suites cannot be migrated, and why. Controls come first: a
runner that compares nothing would agree to everything.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

from needs import shared

PATIENCE = 240  # seconds

SUITE = """\
policy:
  version: "1"
  tools:
    t: {rules: [{name: r, conditions: [{path: %s, op: lte, value: 5}]}]}
    login: {rules: [{name: l, rate_limit: 9/day}]}
cases:
  - {name: control, call: %s, args: {n: 5}, expect: allow}
"""
CONTROLS = [
    (SUITE % ("args.n", "t"), "1 cases agree, 0 differ, 0 suites refused"),
    (SUITE % ("state.login._rate_day", "login"), "1 cases agree, 0 differ, 1 suites refused"),
]


def run(runner, *suites):
    done = subprocess.run([runner, *map(str, suites)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, timeout=PATIENCE)
    return done.returncode, done.stdout.decode("utf-8", "backslashreplace")


def controls_hold(runner):
    for suite, last_line in CONTROLS:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "control.yaml")
            path.write_text(suite)
            status, output = run(runner, path)
            if status != 0 or output.splitlines()[-1] != last_line:
                print(f"FAILED: the control ended with status {status}:\n{output}")
                return False
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runner", required=True)
    runner = parser.parse_args().runner
    suites = sorted(shared("compat").glob("*.yaml"))
    if not controls_hold(runner):
        return 1
    status, output = run(runner, *suites)
    print(output, end="")
    refused = {line.split(":")[0] for line in output.splitlines() if line.startswith("refused ")}
    if len(refused) * 3 > len(suites):
        print(f"FAILED: {len(refused)} of {len(suites)} suites cannot be migrated")
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
