#!/usr/bin/env python3
"""The ready-made policies against the tools that real servers list: `writ check --tools` finds no
error, and of each no more warnings than stand below.

    check_recorded.py --writ PATH [unittest's options]
"""

import pathlib
import sys

from harness import CommandTest, main

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "referees"))
from needs import SOURCE, shared  # noqa: E402

POLICIES = SOURCE / "policies"
LISTS = shared("tools")  # where there are none, it ends here

# What is said of a policy, and right: by the code.
SAID = {
    "github": ["unknown-tool"] * 3 + ["glob-matches-nothing"],  # of the server's other versions
    "notion": ["unguarded-optional"],  # a rule denies edits without it, and means to
}


class CheckRecorded(CommandTest):
    def test_policies(self):
        checked = 0
        for listing in sorted(LISTS.glob("*.json")):
            policy = POLICIES / f"{listing.stem}.yaml"
            if not policy.exists():
                continue
            checked += 1
            with self.subTest(listing.stem):
                done = self.run_writ("check", "--json", str(policy), "--tools", str(listing))
                self.expect(done, 0)
                codes = [finding["code"] for finding in done.json()["findings"]]
                self.assertEqual(codes, SAID.get(listing.stem, []), done.out)
        self.assertGreater(checked, 5)


if __name__ == "__main__":
    main()
