#!/usr/bin/env python3
"""writ scan of servers that list what real servers were seen to list.

    scan.py --writ PATH

Every recorded listing, in both eras of the protocol, must make a policy that loads and names each
tool once.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))

# pylint: disable=wrong-import-position
from harness import main  # noqa: E402
from needs import shared  # noqa: E402
from scan_harness import ScanTest  # noqa: E402

LISTINGS = sorted(shared("tools").glob("*.json"))


class RecordedListings(ScanTest):
    def test_there_are_some(self):
        self.assertGreater(len(LISTINGS), 0)

    def test_every_one(self):
        for path in LISTINGS:
            tools = json.loads(path.read_text("utf-8"))["tools"]
            half = len(tools) // 2
            for era in ["handshake", "stateless"]:
                with self.subTest(path.name, era=era):
                    policy = self.policy_of(tools[:half], tools[half:], era=era)
                    shown = [line for line in policy.splitlines()
                             if line.startswith(("  - ", "  # - "))]
                    self.assertEqual(len(shown), len({entry["name"] for entry in tools}))


if __name__ == "__main__":
    main()
