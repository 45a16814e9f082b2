#!/usr/bin/env python3
"""Sends the referees' hostile and odd lines through writ with their own checker.

    hostile.py --writ PATH [OPTION...]

Further options go to the checker (--only, --class, --verbose, --fail-list, --keep), whose output
and exit status are this script's.
"""

import argparse
import os
import pathlib
import sys

from needs import shared

parser = argparse.ArgumentParser(description="sends hostile lines through writ")
parser.add_argument("--writ", required=True, type=pathlib.Path)
arguments, options = parser.parse_known_args()

folder = shared("hostile")
os.execv(sys.executable, [
    sys.executable, str(folder / "check_hostile.py"),
    str(folder / "public.jsonl"), str(folder / "jsontestsuite.jsonl"),
    "--policy", str(folder / "policy.yaml"), *options,
    "--", str(arguments.writ.absolute()), "run", "--state", "memory",
    "--audit", "none", "--insecure-permissions", "-c", "{policy}",
    "--", "{upstream}",
])
