#!/usr/bin/env python3
"""Runs the end-to-end tests in tests/e2e/node as its package.json says.

    node.py --writ PATH
"""

import argparse
import json
import os
import pathlib

from needs import SOURCE, need

parser = argparse.ArgumentParser(description="the end-to-end tests in JavaScript")
parser.add_argument("--writ", required=True, type=pathlib.Path)
arguments = parser.parse_args()

folder = SOURCE / "tests" / "e2e" / "node"
need(folder / "node_modules", "scripts/deps installs it")
script = json.loads((folder / "package.json").read_text("utf-8"))["scripts"]["test"]
environment = {**os.environ, "WRIT": str(arguments.writ.absolute())}
os.chdir(folder)
os.execve("/bin/sh", ["sh", "-c", "exec " + script], environment)
