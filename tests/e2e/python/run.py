#!/usr/bin/env python3
"""Runs the tests of this folder with the Python of its virtual environment.

    run.py --writ PATH [unittest option...]

They drive writ with the official Python SDK and with LangGraph's MCP adapter, in front of a server
built on the SDK. No model is involved and nothing leaves the machine.
"""

import argparse
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "referees"))
from needs import need  # noqa: E402

parser = argparse.ArgumentParser(description="the end-to-end tests in Python")
parser.add_argument("--writ", required=True, type=pathlib.Path)
arguments, options = parser.parse_known_args()

python = need(HERE / ".venv" / "bin" / "python", "scripts/deps makes it")
environment = {**os.environ, "WRIT": str(arguments.writ.absolute()), "LANGSMITH_TRACING": "false"}
os.chdir(HERE)
os.execve(python, [str(python), "-W", "ignore::DeprecationWarning", "-m", "unittest",
                   *(options or ["-v"])], environment)
