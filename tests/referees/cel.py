#!/usr/bin/env python3
"""Runs the CEL conformance cases through every engine.

    cel.py --runner PATH

Every case of the referees' cel folder must pass. A control comes first, since a runner that passes
everything would pass them all.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from needs import shared

PATIENCE = 240  # seconds

# A case that is right, and one that is wrong.
CONTROLS = [({"int": "2"}, 0, "1 passed, 0 failed"), ({"uint": "2"}, 1, "0 passed, 1 failed")]


def run(runner, folder):
    done = subprocess.run([runner, folder], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          timeout=PATIENCE)
    return done.returncode, done.stdout.decode("utf-8", "backslashreplace")


def controls_hold(runner):
    for value, status, last_line in CONTROLS:
        with tempfile.TemporaryDirectory() as folder:
            case = {"file": "control", "section": "control", "name": "control", "expr": "1 + 1",
                    "expected": {"value": value}}
            pathlib.Path(folder, "control.json").write_text(json.dumps([case]))
            got, output = run(runner, folder)
            if got != status or output.splitlines()[-1] != last_line:
                print(f"FAILED: the control ended with status {got}:\n{output}")
                return False
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runner", required=True)
    runner = parser.parse_args().runner
    folder = shared("cel")
    if not controls_hold(runner):
        return 1
    status, output = run(runner, folder)
    print(output, end="")
    return status


if __name__ == "__main__":
    sys.exit(main())
