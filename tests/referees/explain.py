#!/usr/bin/env python3
"""Explains every call of the referees' data and of the project's own suites.

    explain.py --runner PATH

PATH is explain_corpora, which says what it holds explanations to. It is given the suites of the
compat folder and of policies/, the hostile lines and the recorded traffic that are tools/call, with
the hostile lines' policy and all of policies/, and random policies of its own making.
"""

import argparse
import base64
import json
import pathlib
import subprocess
import sys
import tempfile

from needs import SOURCE, shared

PATIENCE = 200  # seconds for one run
RANDOM_POLICIES = 1000


def lines_of(folder, pattern, read):
    for path in sorted(folder.glob(pattern)):
        for text in path.read_bytes().splitlines():
            line = read(json.loads(text))
            if line is not None and b"\n" not in line and b"tools/call" in line:
                yield line


def hostile(entry):
    if "line" in entry:
        return base64.b64decode(entry["line"])
    return b"".join(base64.b64decode(piece["b64"]) * piece["times"] for piece in entry["gen"])


def recorded(entry):
    if entry.get("dir") != "c2s":
        return None
    return entry["line"].encode("utf-8", "surrogatepass")


def main():
    parser = argparse.ArgumentParser(description="explains every call there is")
    parser.add_argument("--runner", required=True, type=pathlib.Path)
    runner = parser.parse_args().runner.absolute()
    folders = {name: shared(name) for name in ("compat", "hostile", "traffic")}
    own = sorted((SOURCE / "policies").glob("*.test.yaml"))
    policies = [path for path in sorted((SOURCE / "policies").glob("*.yaml")) if path not in own]

    def run(*words):
        done = subprocess.run([runner, *words], capture_output=True, timeout=PATIENCE, text=True,
                              errors="backslashreplace")
        print(done.stdout[-20000:] + done.stderr[-2000:], end="", flush=True)
        return done.returncode == 0

    good = run("--random", str(RANDOM_POLICIES))
    good = run("--suites", *own) and good
    good = run("--suites", *sorted(folders["compat"].glob("*.yaml"))) and good
    with tempfile.TemporaryDirectory(prefix="writ-explain-") as scratch:
        for name, read in (("hostile", hostile), ("traffic", recorded)):
            lines = pathlib.Path(scratch) / name
            lines.write_bytes(b"\n".join(lines_of(folders[name], "*.jsonl", read)) + b"\n")
            for policy in [folders["hostile"] / "policy.yaml", *policies]:
                good = run("--lines", policy, lines) and good
    print("passed" if good else "FAILED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
