#!/usr/bin/env python3
"""writ diff: calls that two policies decide differently."""

import json

from harness import CommandTest, main
from traffic_world import ALL, decision, lines, record

OLD = """\
writ: 1
default: deny
allow: [pay, read]
rules:
  - name: small
    tools: pay
    require: args.amount <= 100
"""
NEW = """\
writ: 1
default: deny
allow: [pay]
rules:
  - name: in euros
    tools: pay
    require: args.currency == "eur"
"""
CALLS = [("pay", {"amount": 5, "currency": "eur"}), ("pay", {"amount": 5, "currency": "usd"}), ("pay", {"amount": 6}),
         ("pay", {"amount": 500, "currency": "eur"}), ("read", {"path": "x"}), ("other", {})]


class Diff(CommandTest):
    def diff(self, *words, status):
        result = self.run_writ("diff", *words)
        self.assertEqual(result.status, status, result)
        return result

    def setUp(self):
        super().setUp()
        self.write("old.yaml", OLD)
        self.write("new.yaml", NEW)
        self.write("all.yaml", ALL)

    def test_changes_by_rule_with_their_first_call(self):
        record(self, "all.yaml", "log.jsonl", *CALLS)
        for traffic in ("log.jsonl", self.write("calls.jsonl", lines(*CALLS))):
            got = self.diff("--json", "old.yaml", "new.yaml", "--traffic", traffic, status=1).json()
            self.assertEqual((got["calls"], got["changed"]), (6, 4))
            denied = {one["rule"]["name"]: one for one in got["denied"]}
            self.assertEqual(set(denied), {"in euros", "(default deny)"})
            self.assertEqual((denied["in euros"]["calls"], denied["in euros"]["errors"]), (2, 1))
            self.assertEqual(denied["in euros"]["rule"], {"name": "in euros", "file": "new.yaml", "line": 5})
            first = denied["in euros"]["first"]
            self.assertEqual((first["file"], first["tool"], first["args"]), (traffic, "pay", CALLS[1][1]))
            self.assertEqual(denied["(default deny)"]["rule"]["file"], None)
            self.assertEqual([(one["rule"]["name"], one["calls"], one["first"]["args"]) for one in got["allowed"]],
                             [("small", 1, CALLS[3][1])])

    def test_tables_for_people(self):
        self.write("calls.jsonl", lines(*CALLS))
        text = self.diff("old.yaml", "new.yaml", "--traffic", "calls.jsonl", status=1).out
        self.assertIn("3 calls were allowed, and denied by the new policy", text)
        self.assertIn("1 call was denied, and allowed by the new policy", text)
        self.assertIn("new.yaml:5", text)
        self.assertIn('{"amount": 5, "currency": "usd"}', text)
        self.assertTrue(text.endswith("6 calls: 3 from allow to deny, 1 from deny to allow\n"), text)

    def test_white_space_of_a_line_is_none_of_its_example(self):
        line = lines(("other", {"a": 1})).replace('{"a": 1}', '{\t"a":\t"\\t\u202e"\t}')
        self.assertIn("\t", line)
        self.write("calls.jsonl", line)
        got = self.diff("--json", "all.yaml", "old.yaml", "--traffic", "calls.jsonl", status=1)
        self.assertEqual(got.json()["denied"][0]["first"]["args"], {"a": "\t\u202e"})
        self.assertNotIn("\u202e", got.out)

    def test_nothing_changes(self):
        self.write("calls.jsonl", lines(*CALLS))
        result = self.diff("old.yaml", "old.yaml", "--traffic", "calls.jsonl", status=0)
        self.assertEqual(result.out, "6 calls: 0 from allow to deny, 0 from deny to allow\n")
        self.assertEqual(self.diff("--json", "old.yaml", "old.yaml", "--traffic", "calls.jsonl", status=0).json(),
                         {"calls": 6, "changed": 0, "denied": [], "allowed": []})

    def test_bundles_and_several_policies_on_a_side(self):
        self.write("calls.jsonl", lines(*CALLS))
        self.expect(self.run_writ("compile", "new.yaml", "-o", "new.writ"), 0)
        self.diff("new.yaml", "new.writ", "--traffic", "calls.jsonl", status=0)
        both = self.diff("--json", "old.yaml", "old.yaml,new.writ", "--traffic", "calls.jsonl", status=1).json()
        self.assertEqual((both["changed"], both["allowed"]), (3, []))
        self.write("a,b.yaml", OLD)
        self.diff("old.yaml", "a,b.yaml", "--traffic", "calls.jsonl", status=0)

    def test_each_side_counts_for_itself(self):
        quota = "writ: 1\nname: same\ndefault: allow\nrules:\n  - name: q\n    quota: {{ max: {}, per: day }}\n"
        self.write("two.yaml", quota.format(2))
        self.write("three.yaml", quota.format(3))
        self.write("log.jsonl", "".join(decision("2026-03-02T09:30:00.000Z", "t", {"n": n}) for n in range(4)))
        got = self.diff("--json", "two.yaml", "three.yaml", "--traffic", "log.jsonl", status=1).json()
        self.assertEqual([(one["calls"], one["first"]["args"]) for one in got["allowed"]], [(1, {"n": 2})])
        self.assertEqual(got["allowed"][0]["first"]["time"], "2026-03-02T09:30:00.000Z")

    def test_labels_go_to_the_side_that_asks(self):
        self.write("calls.jsonl", lines(("t", {})))
        self.write("label.yaml", 'writ: 1\ndefault: allow\nlabels: [env]\nrules:\n  - name: r\n'
                                 '    require: labels.env == "dev"\n')
        self.diff("all.yaml", "label.yaml", "--traffic", "calls.jsonl", "--label", "env=dev", status=0)
        self.diff("all.yaml", "label.yaml", "--traffic", "calls.jsonl", "--label", "env=prod", status=1)
        self.assertIn("label", self.diff("all.yaml", "label.yaml", "--traffic", "calls.jsonl", status=2).err)
        self.assertIn("neither policy", self.diff("all.yaml", "all.yaml", "--traffic", "calls.jsonl", "--label", "env=x",
                                                  status=2).err)

    def test_usage(self):
        self.assertIn("two policies", self.diff("old.yaml", "--traffic", "x", status=2).err)
        self.assertIn("no recorded traffic", self.diff("old.yaml", "new.yaml", status=2).err)
        self.diff("old.yaml", "none.yaml", "--traffic", "x", status=2)
        self.write("empty.jsonl", "")
        self.assertIn("no call to decide", self.diff("old.yaml", "new.yaml", "--traffic", "empty.jsonl", status=2).err)


if __name__ == "__main__":
    main()
