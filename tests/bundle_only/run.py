#!/usr/bin/env python3
"""Bundles need no parser: a program in which there is none decides as writ does.

    run.py --writ PATH --runner PATH

Every policy that comes with writ is compiled, and calls of each tool it names are decided by the
runner from the bundle and by `writ eval` from the policy. Neither the reader of YAML nor the grammar
nor the compiler may be in the runner; writ, in which they are, shows that they would be seen.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds for one run

# Of the folders that a bundle is to be run without, and of what they are made with.
FORBIDDEN = {
    "yaml-cpp": re.compile(r"\bYAML::"),
    "PEGTL": re.compile(r"\btao::"),
    "the grammar, the checker and the lowering": re.compile(r"\bwrit::cel::"),
    "the reader of YAML": re.compile(r"\bwrit::yaml::"),
    "the compiler": re.compile(r"\bwrit::(LoadProgram|LoadPolicy|CompileTexts|Diagnostics::)"),
}

ARGUMENTS = [{}, {"path": "/etc/passwd"}, {"path": "/srv/project/a.txt", "content": "x"},
             {"query": "SELECT 1", "sql": "DROP TABLE users"}, {"url": "https://example.com/"},
             {"amount": 1000000, "currency": "usd"}, {"owner": "a", "repo": "b", "branch": "main"},
             {"path": 1.5, "amount": "much"}, {"command": "rm -rf /", "count": 9007199254740993}]

COUNTING = """\
writ: 1
name: counting
default: allow
rules:
  - { name: at most ten, tools: pay, quota: { max: 10, per: day, of: args.amount, scale: 2 } }
  - { name: no passwords, tools: "*", forbid: "args.path.contains('passwd')", message: "not ${args.path}" }
"""


def run(*words, given="", status=(0,)):
    done = subprocess.run([str(word) for word in words], input=given.encode(), timeout=PATIENCE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in status:
        sys.exit(f"FAILED: {words} ended with status {done.returncode}\n{done.stderr.decode()}")
    return done.stdout.decode()


def parts_in(binary):
    """Which of FORBIDDEN are in it, as code or as libraries."""
    symbols = run("nm", "-C", binary) + run("nm", "-C", "-D", binary)
    libraries = run("readelf", "-d", binary)
    found = {name for name, pattern in FORBIDDEN.items() if pattern.search(symbols)}
    if "yaml" in libraries:
        found.add("yaml-cpp")
    return found


def check_parts(writ, runner):
    if missed := set(FORBIDDEN) - parts_in(writ):
        sys.exit(f"FAILED: not seen in writ, in which it is: {missed}")
    if found := parts_in(runner):
        sys.exit(f"FAILED: {runner} is made of {found} too")


def same(writ, runner, policy, scratch):
    """How many calls of that policy were decided alike, and how many were not allowed."""
    bundle = scratch / "policy.writ"
    # What an error's message says of the expression is debug data.
    stripped = policy.name.startswith("s")
    compared = ["verdict", "code", "rule"] + ([] if stripped else ["message"])
    run(writ, "compile", policy, "-o", bundle, *(["--strip"] if stripped else []))
    holds = json.loads(run(writ, "inspect", "--json", bundle))
    if holds["labels"]:
        return 0, 0
    tools = [tool["name"] for tool in holds["tools"]] + ["a_tool_of_no_policy"]
    calls = [{"name": tool, "arguments": arguments} for tool in tools[:8] for arguments in ARGUMENTS]
    lines = [json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call})
             for call in calls]
    decided = run(runner, bundle, given="\n".join(lines) + "\n").splitlines()
    if len(decided) != len(calls):
        sys.exit(f"FAILED: {policy}: {len(decided)} decisions of {len(calls)} calls")
    denied = 0
    for call, line in zip(calls, decided):
        got = json.loads(line)
        expected = json.loads(run(writ, "eval", "-c", policy, given=json.dumps(call), status=(0, 1)))
        denied += got.get("verdict") != "allow"
        expected["rule"] = expected["rule"] and expected["rule"]["name"]
        if any(got.get(key) != expected[key] for key in compared):
            sys.exit(f"FAILED: {policy}: {call}\n  {line}\n  {expected}")
    return len(calls), denied


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--writ", required=True, type=pathlib.Path)
    parser.add_argument("--runner", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    writ, runner = arguments.writ.absolute(), arguments.runner.absolute()
    check_parts(writ, runner)
    calls = denied = 0
    with tempfile.TemporaryDirectory(prefix="writ-bundle-only-") as folder:
        scratch = pathlib.Path(folder)
        counting = scratch / "counting.yaml"
        counting.write_text(COUNTING)
        policies = [path for path in sorted((SOURCE / "policies").glob("*.yaml"))
                    if not path.name.endswith(".test.yaml")]
        os.environ["TZ"] = "UTC"
        for policy in [counting, *policies]:
            of_policy = same(writ, runner, policy, scratch)
            calls, denied = calls + of_policy[0], denied + of_policy[1]
    print(f"{calls} calls decided alike, {denied} of them not allowed")
    if calls < 500 or not 50 < denied < calls - 50:
        sys.exit("FAILED: that shows too little")
    return 0


if __name__ == "__main__":
    sys.exit(main())
