#!/usr/bin/env python3
"""How much memory the running proxy holds, with a policy of 1,000 rules and without.

`writ run` stands before a server in C. It is looked at after its first call, and again after
thousands of calls of tools spread over all rules. What it is measured against is a pass-through in
C before the same server. `resident` (VmRSS) counts what is mapped from files too, the program itself
among it, which processes share; `private` is what this process alone has written.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import rounds  # noqa: E402

RELEASE = HERE.parents[1] / "build" / "release"
BINARIES = RELEASE / "bench"
SMALL_POLICY = "writ: 1\ndefault: allow\nrules: []\n"


def kilobytes(pid, file, field):
    for line in pathlib.Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    sys.exit(f"{sys.argv[0]}: /proc/{pid}/{file} does not tell of {field}")


def held_by(pid):
    return {
        "resident_kB": kilobytes(pid, "status", "VmRSS"),
        "private_kB": kilobytes(pid, "smaps_rollup", "Private_Dirty"),
    }


def call_number(call, number, rules):
    message = json.loads(call)
    message["id"] = number + 1
    message["params"]["name"] = f"tool_{number % rules}"
    return json.dumps(message, separators=(",", ":")) + "\n"


def look_at(command, call, rules, calls):
    """What the first process holds after one call, and after all."""
    proxy = subprocess.Popen(
        list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def ask(number):
        proxy.stdin.write(call_number(call, number, rules))
        proxy.stdin.flush()
        if not proxy.stdout.readline():
            sys.exit(f"{sys.argv[0]}: no answer from {' '.join(map(str, command))}")

    ask(0)
    first = held_by(proxy.pid)
    for number in range(1, calls):
        ask(number)
    later = held_by(proxy.pid)
    proxy.stdin.close()
    proxy.wait()
    return {"first": first, "later": later}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writ", default=RELEASE / "writ", help="default: %(default)s")
    parser.add_argument("--calls", type=int, default=10_000, help="default: %(default)s")
    parser.add_argument("--json", action="store_true", help="for a program to read")
    options = parser.parse_args()

    echo = rounds.build_c(HERE.parent / "pipe" / "echo.c", BINARIES)
    pass_through = rounds.build_c(HERE.parent / "pipe" / "pass_through.c", BINARIES)
    with tempfile.TemporaryDirectory(prefix="writ-bench-") as name:
        folder = pathlib.Path(name)
        subprocess.run([BINARIES / "load_bench", f"--write={folder}"], check=True)
        (folder / "small.yaml").write_text(SMALL_POLICY)
        call = (folder / "call.json").read_text()

        def writ(policy, *more):
            return [options.writ, "run", "--insecure-permissions", "--log-level", "error",
                    "--state-dir", folder / "state", *more, "-c", folder / policy, "--", echo]

        programs = {
            "C, pass-through": [pass_through, echo],
            "no rules": writ("small.yaml", "--audit", "none"),
            "bundle, 1,000 rules": writ("policy.writ", "--audit", "none"),
            "bundle, 1,000 rules, audited": writ("policy.writ"),
            "YAML, 1,000 rules": writ("policy.yaml", "--audit", "none"),
        }
        held = {name: look_at(command, call, 1000, options.calls)
                for name, command in programs.items()}
    if options.json:
        print(json.dumps({"calls": options.calls, "held": held}, indent=2))
        return
    print(f"{'megabytes':30} {'first call':>20} {f'after {options.calls:,} calls':>22}")
    print(f"{'':30} {'resident':>10} {'private':>9} {'resident':>12} {'private':>9}")
    for program, of in held.items():
        numbers = [of[when][what] / 1024 for when in of for what in of[when]]
        print("{:30} {:10.1f} {:9.1f} {:12.1f} {:9.1f}".format(program, *numbers))


if __name__ == "__main__":
    main()
