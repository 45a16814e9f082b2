#!/usr/bin/env python3
"""Tests `writ explain`.

    explain.py --writ PATH
"""

import json

from harness import CommandTest, main

POLICY = """\
writ: 1
default: deny
allow: [pay]
labels: [env]
rules:
  - name: small
    tools: pay
    require: args.n < 10 || labels.env == "dev"
  - name: few
    tools: pay
    quota: { max: 2, per: hour }
"""


class Explain(CommandTest):

    def setUp(self):
        super().setUp()
        self.write("policy.yaml", POLICY)

    def explain(self, call, *words):
        return self.run_writ("explain", "-c", "policy.yaml", "--label", "env=prod", *words,
                             given=json.dumps(call))

    def test_exits_as_eval_does(self):
        for call, status in (({"name": "pay", "arguments": {"n": 1}}, 0),
                             ({"name": "pay", "arguments": {"n": 10}}, 1),
                             ({"name": "pay", "arguments": {}}, 1),
                             ({"name": "get"}, 1),
                             ({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, 2)):
            decided = self.run_writ("eval", "-c", "policy.yaml", "--label", "env=prod",
                                    given=json.dumps(call))
            explained = self.explain(call)
            self.assertEqual(explained.status, status, explained)
            self.assertEqual(decided.status, status, decided)

    def test_says_why(self):
        result = self.explain({"call": "pay", "args": {"n": 12}})
        self.assertIn('denied: rule "small" (policy.yaml:6:11) requires args.n < 10 || '
                      'labels.env == "dev", but', result.out)
        self.assertIn("args.n is 12", result.out)
        self.assertIn('labels.env is "prod"', result.out)
        self.assertIn('  8 |     require: args.n < 10 || labels.env == "dev"\n', result.out)
        self.assertIn("[WRIT POLICY DENIED] ", result.out)
        self.assertNotIn("\x1b", result.out)

    def test_json(self):
        result = self.explain({"name": "pay", "arguments": {"n": 1}}, "--json")
        explained = result.json()
        self.assertEqual(explained["decision"]["verdict"], "allow")
        self.assertEqual([rule["state"] for rule in explained["rules"]], ["passes", "passes"])
        parts = explained["rules"][0]["checks"][0]["parts"]
        self.assertEqual(parts[0]["outcome"], "true")
        self.assertEqual([part["value"] for part in parts if part["text"] == "args.n"], ["1"])
        self.assertEqual(explained["quotas"][0]["remains"], "1")
        self.assertIsNone(explained["answer"])

    def test_a_bundle_says_what_it_lacks(self):
        self.assertEqual(self.run_writ("compile", "policy.yaml", "-o", "policy.writ").status, 0)
        self.assertEqual(self.run_writ("compile", "policy.yaml", "--strip", "-o", "bare.writ").status, 0)
        for bundle, read in (("policy.writ", "args.n  = 12"), ("bare.writ", "(its name was left out)  = 12")):
            result = self.run_writ("explain", "-c", bundle, "--label", "env=prod",
                                   given='{"name":"pay","arguments":{"n":12}}')
            self.assertEqual(result.status, 1, result)
            self.assertIn('rule "small"', result.out)
            self.assertIn(read, result.out)
            self.assertIn("note: of a bundle's rules", result.out)

    def test_a_bundle_beside_a_policy(self):
        self.write("other.yaml", "writ: 1\ndefault: allow\nrules:\n"
                                 "  - { name: even, tools: pay, require: args.n % 2 == 0 }\n")
        self.assertEqual(self.run_writ("compile", "policy.yaml", "-o", "policy.writ").status, 0)
        for order in (("policy.writ", "other.yaml"), ("other.yaml", "policy.writ")):
            words = [word for path in order for word in ("-c", path)]
            result = self.run_writ("explain", *words, "--label", "env=prod",
                                   given='{"name":"pay","arguments":{"n":3}}')
            self.assertEqual(result.status, 1, result)
            self.assertIn("requires args.n % 2 == 0, but", result.out)
            self.assertIn("args.n % 2 is 1", result.out)

    def test_counts_of_a_file_that_is_not_there(self):
        result = self.explain({"name": "pay", "arguments": {"n": 1}}, "--state", "sqlite")
        self.assertEqual(result.status, 0, result)
        self.assertIn("used 0 of 2; this call takes 1; 1 is left after it", result.out)
        self.assertFalse((self.folder / "state").exists())

    def test_bad_usage(self):
        self.assertEqual(self.run_writ("explain").status, 2)
        self.assertEqual(self.run_writ("explain", "-c", "policy.yaml", "--label", "env=a", given="{").status, 2)
        self.assertEqual(self.run_writ("explain", "-c", "none.yaml").status, 2)
        help_text = self.run_writ("explain", "--help")
        self.assertEqual(help_text.status, 0)
        self.assertIn("writ explain -c policy.yaml", help_text.out)


if __name__ == "__main__":
    main()
