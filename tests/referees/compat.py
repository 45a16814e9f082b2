#!/usr/bin/env python3
"""Runs the referees' cases for version "1" policies.

    compat.py --writ PATH [--through-bundles] [PATTERN]

Each suite of the compat folder goes through `writ test` and must pass; each policy of its
invalid.json goes through `writ check`, which must refuse it with a diagnostic on the right line
that holds the right word. PATTERN, a regular expression, picks cases by name. Controls come first,
since a command that always says yes, or always no, would pass half of all this.

With --through-bundles each policy is compiled to a bundle first, every second one stripped, and the
suite is run with that.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from needs import shared

PATIENCE = 120  # seconds for one run of writ

CONTROL_SUITE = """\
policy: { version: "1" }
cases:
  - { name: control, call: any_tool, args: {}, expect: %s }
"""


def run(*command):
    """The exit status and everything written, as text."""
    try:
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return None, "", f"writ was still running after {PATIENCE} s"
    return (done.returncode, done.stdout.decode("utf-8", "backslashreplace"),
            done.stderr.decode("utf-8", "backslashreplace"))


def expect_status(result, *statuses):
    """None, or what went wrong with the full output."""
    status, out, err = result
    if status in statuses:
        return None
    wanted = " or ".join(map(str, statuses))
    return f"exit status {status}, expected {wanted}\n{out}{err}"


# A suite's policy: with the policy itself, over some lines, or with a path.
POLICY = re.compile(r"^policy:[ \t]*(.*\n(?:(?:[ \t].*)?\r?\n)*)", re.MULTILINE)


def bundle_of(writ, suite, scratch, strip):
    """(the suite with a bundle for its policy, None) or (None, the problem)."""
    text = suite.read_bytes().decode("utf-8")
    found = POLICY.search(text)
    if not found:
        return None, "the suite has no policy that would be found"
    policy = suite.parent / found[1].strip()
    if "\n" in found[1].strip() or found[1].lstrip().startswith("{"):
        policy = scratch / "policy.yaml"
        policy.write_bytes(found[1].encode())
    bundle = scratch / "policy.writ"
    bundle.unlink(missing_ok=True)
    words = ["compile", policy, "-o", bundle] + (["--strip"] if strip else [])
    if problem := expect_status(run(writ, *words), 0):
        return None, problem
    rewritten = scratch / "bundled.test.yaml"
    rewritten.write_bytes((text[:found.start()] + f"policy: {bundle}\n" + text[found.end():]).encode())
    return rewritten, None


class Suites:
    """Runs suites, as they are or through bundles."""

    def __init__(self, writ, scratch, through_bundles):
        self.writ, self.scratch, self.through_bundles = writ, scratch, through_bundles
        self.count = 0

    def check(self, suite, status=0):
        if self.through_bundles:
            self.count += 1
            suite, problem = bundle_of(self.writ, suite, self.scratch, strip=self.count % 2 == 0)
            if problem:
                return problem
        return expect_status(run(self.writ, "test", suite), status)


def diagnostics(path, text):
    """[(line, message)] of the compiler-style diagnostics on a file."""
    pattern = re.compile(r"%s:(\d+):\d+: error: (.*)" % re.escape(str(path)))
    return [(int(m[1]), m[2]) for m in map(pattern.fullmatch, text.splitlines()) if m]


def check_invalid(writ, path, entry):
    """Writes the policy to `path` and has it refused."""
    path.write_bytes(entry["policy"].encode(entry.get("encoding", "utf-8")))
    result = run(writ, "check", path)
    if problem := expect_status(result, 1, 2):
        return problem
    said = diagnostics(path, result[2])
    if any(line == entry["line"] and entry["contains"] in text.lower() for line, text in said):
        return None
    return (f"no diagnostic on line {entry['line']} that contains \"{entry['contains']}\"\n"
            f"{result[1]}{result[2]}")


def controls(writ, scratch, suites):
    """(name, problem) of the cases that show that writ can say both yes and no."""
    suite = scratch / "control.yaml"
    suite.write_text(CONTROL_SUITE % "allow")
    yield "control: a suite that holds", suites.check(suite)
    suite.write_text(CONTROL_SUITE % "deny")
    yield "control: a suite that does not hold", suites.check(suite, status=1)
    policy = scratch / "control-policy.yaml"
    policy.write_text('version: "1"\n')
    yield "control: a policy without fault", expect_status(run(writ, "check", policy), 0)


def cases(writ, scratch, wanted, through_bundles):
    folder = shared("compat")
    suites = Suites(writ, scratch, through_bundles)
    yield from controls(writ, scratch, suites)
    for suite in sorted(folder.glob("*.yaml")):
        if wanted.search(suite.name):
            yield suite.name, suites.check(suite)
    if through_bundles:
        return  # none is made of what is invalid: tests/cli/compile.py
    for number, entry in enumerate(json.loads((folder / "invalid.json").read_text("utf-8")), 1):
        if wanted.search(entry["name"]):
            path = scratch / f"invalid-{number}.yaml"
            yield f"invalid: {entry['name']}", check_invalid(writ, path, entry)


def main():
    parser = argparse.ArgumentParser(description='the cases for version "1" policies')
    parser.add_argument("--writ", required=True, type=pathlib.Path)
    parser.add_argument("--through-bundles", action="store_true")
    parser.add_argument("pattern", nargs="?", default="", type=re.compile)
    arguments = parser.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="writ-compat-") as scratch:
        writ = arguments.writ.absolute()
        for name, problem in cases(writ, pathlib.Path(scratch), arguments.pattern,
                                   arguments.through_bundles):
            if problem:
                print(f"FAIL {name}: " + problem.rstrip().replace("\n", "\n     "), flush=True)
                failed += 1
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
