#!/usr/bin/env python3
"""Policies that writ learn drafts from the referees' recordings, of each alone and of all together:
they load without a word, their suites pass, and they allow every call they were drafted from.

    learn.py --writ PATH
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from needs import shared

PATIENCE = 60  # seconds for one run of writ


def run(writ, folder, *words):
    return subprocess.run([writ, *words], cwd=folder, timeout=PATIENCE, capture_output=True, text=True)


def faults_of(writ, traffic, least):
    """What is wrong with the draft; the number of calls it was drafted from."""
    with tempfile.TemporaryDirectory(prefix="writ-learn-") as folder:
        learned = run(writ, folder, "learn", "--traffic", str(traffic), "--min-seen", least, "-o", "p.yaml")
        if learned.returncode == 2 and "no call to decide" in learned.stderr:
            return [], 0
        if learned.returncode != 0:
            return [learned.stderr], 0
        faults = []
        checked = run(writ, folder, "check", "p.yaml")
        if checked.returncode != 0 or checked.stderr:
            faults.append(checked.stderr)
        tested = run(writ, folder, "test", "p.test.yaml")
        if tested.returncode != 0:
            faults.append(tested.stderr)
        replayed = run(writ, folder, "replay", "--json", "-c", "p.yaml", str(traffic))
        calls = [json.loads(line) for line in replayed.stdout.splitlines()]
        faults += [f"denied: {call}" for call in calls if call["decision"]["verdict"] != "allow"]
        if replayed.returncode != 0 or not calls:
            faults.append(replayed.stderr)
        return faults, len(calls)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--writ", required=True, type=pathlib.Path)
    writ = str(parser.parse_args().writ.absolute())
    traffic = shared("traffic")
    drafts = failed = calls = 0
    for recording in [*sorted(traffic.glob("*.jsonl")), traffic]:
        for least in ("1", "5"):
            faults, count = faults_of(writ, recording, least)
            drafts += 1
            calls += count
            failed += 1 if faults else 0
            for fault in faults:
                print(f"{recording.name}, --min-seen {least}: {fault}")
    print(f"{drafts} drafts of {calls} calls, {failed} failed")
    return 1 if failed or calls == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
