#!/usr/bin/env python3
"""Writes what a fuzz target starts from into its corpus folder: seeds.py TARGET FOLDER.

Expressions come from the referees' conformance cases where these are there, policies from our own
and from those of the tests, bundles are policies that build/fuzz/tests/fuzz/bundle_seeds compiles.
A seed that is there already is left alone.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("WRIT_SHARED", SOURCE.parent / "shared"))
COMPILER = SOURCE / "build/fuzz/tests/fuzz/bundle_seeds"

# For where there are no cases.
EXPRESSIONS = ["a.b[0].c(1u) + -2.5e3 ? [1, ?x] : {'k': b'\\xff'}", "[1, 2].all(x, x > 0 || !y)",
               "cel.bind(x, args.?a.orValue(''), x in ['a', r'b'])", "has(a.`b-c`) && 1 / 0 == 0"]


def expressions():
    yield from EXPRESSIONS
    for path in sorted((SHARED / "cel").glob("*.json")):
        for case in json.loads(path.read_text()):
            yield case["expr"]


def policies():
    for folder in ("policies", "tests/policies", "tests/compiler/bundles"):
        for path in sorted((SOURCE / folder).rglob("*")):
            if path.suffix in (".yaml", ".txt"):
                yield path.read_text().split("\n--- expect")[0]


def bundles(folder):
    with tempfile.TemporaryDirectory() as made:
        names = []
        for number, text in enumerate(policies()):
            names.append(f"{made}/{number}.yaml")
            pathlib.Path(names[-1]).write_text(text)
        subprocess.run([COMPILER, folder, *names], check=True)


def main():
    target, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if target == "bundle":
        bundles(folder)
        return
    for text in policies() if target == "load_policy" else expressions():
        data = text.encode("utf-8")
        seed = folder / hashlib.sha1(data).hexdigest()
        if not seed.exists():
            seed.write_bytes(data)


if __name__ == "__main__":
    main()
