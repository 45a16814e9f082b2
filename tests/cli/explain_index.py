#!/usr/bin/env python3
"""writ check --explain-index: how rules are found when a call comes in.

    explain_index.py --writ PATH [unittest's options]
"""

import json

from harness import CommandTest, main

RULES = "".join(
    f'  - name: cap of a{i}\n    tools: pay\n    when: args.account == "a{i}"\n'
    f"    require: args.amount <= {100 + i}\n" for i in range(9))

POLICY = f"""\
writ: 1
default: allow
rules:
{RULES}  - name: daily
    tools: pay
    quota: {{max: 5, per: day}}
  - name: large
    tools: pay
    when: args.amount > 1000
    forbid: args.note == ""
"""


class ExplainIndex(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", POLICY)

    def test_a_table_and_what_to_do(self):
        result = self.run_writ("check", "--explain-index", "p.yaml")
        self.expect(result, 0, err="")
        lines = result.out.splitlines()
        self.assertEqual(lines[0].split(), ["rule", "tools", "looked", "at", "for", "shares", "place"])
        self.assertRegex(lines[1], r"^  cap of a0 +pay +its args\.account \(one of 9 rules\) +p\.yaml:4$")
        self.assertRegex(lines[10], r"^  daily +pay +each call +p\.yaml:40$")
        self.assertIn("for each call daily: it has no when, and counts every call\n  hint: ", result.out)
        self.assertIn("for each call large: its when may be true whatever any one argument is\n",
                      result.out)
        self.assertTrue(result.out.endswith("instructions\n"), result.out)

    def test_following_the_hint_helps(self):
        self.write("p.yaml", POLICY.replace("when: args.amount > 1000",
                                            'when: args.account == "a9" && args.amount > 1000'))
        rows = json.loads(self.run_writ("check", "--explain-index", "--json", "p.yaml").out)["index"]
        self.assertEqual(rows[-1]["by"], "args.account")
        self.assertEqual(rows[-1]["among"], 10)
        self.assertIsNone(rows[-1]["why_not"])

    def test_json(self):
        rows = json.loads(self.run_writ("check", "--explain-index", "--json", "p.yaml").out)["index"]
        self.assertEqual(len(rows), 11)
        self.assertEqual(rows[0], {"rule": "cap of a0", "file": "p.yaml", "line": 4, "tools": "pay",
                                   "by": "args.account", "among": 9, "shares": [],
                                   "why_not": None, "hint": None})
        self.assertIsNone(rows[9]["by"])
        self.assertIn("counts every call", rows[9]["why_not"])
        self.assertNotIn("index", json.loads(self.run_writ("check", "--json", "p.yaml").out))

    def test_bundles_do_not_say_why(self):
        self.expect(self.run_writ("compile", "p.yaml", "-o", "p.writ"), 0)
        result = self.run_writ("check", "--explain-index", "p.writ")
        self.expect(result, 0)
        self.assertIn("is a bundle, which does not say why", result.err)

    def test_not_with_formats_that_have_no_room_for_it(self):
        for form in ("--sarif", "--github"):
            self.expect(self.run_writ("check", "--explain-index", form, "p.yaml"), 2)

    def test_a_bundle_with_an_index_decides_the_same(self):
        self.expect(self.run_writ("compile", "p.yaml", "-o", "p.writ"), 0)
        for amount, status in ((100, 0), (105, 1)):
            call = json.dumps({"name": "pay", "arguments": {"account": "a3", "amount": amount}})
            for policy in ("p.yaml", "p.writ"):
                self.assertEqual(self.run_writ("eval", "-c", policy, given=call).status, status)


if __name__ == "__main__":
    main()
