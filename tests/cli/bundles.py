#!/usr/bin/env python3
"""What writ inspect and writ disasm show of bundles.

    bundles.py --writ PATH [unittest's options]
"""

import hashlib
import json
import os
import pty
import subprocess

from harness import PATIENCE, CommandTest, main

POLICY = """\
writ: 1
name: shop
default: deny
allow: [pay, list, "get_*"]
hide: [drop, "admin_*"]
labels: [env]
data:
  known: { from_file: known.txt }
rules:
  - name: known customers
    tools: pay
    require: args.customer in data.known && args.amount <= 12.5
    message: "${args.customer} is not known"
  - name: a hundred a day
    tools: pay
    quota: { max: 100, per: day, by: args.customer }
  - name: watch size
    mode: shadow
    tools: [pay, list]
    forbid: size(args.note) > 10 && labels.env == "prod"
  - name: no passwords
    tools: "*"
    forbid: args.path.contains("passwd")
"""

MANY = "writ: 1\nname: many\ndefault: allow\nrules:\n" + "".join(
    f'  - {{ name: rule {i}, tools: tool_{i}, forbid: "args.n > {i}" }}\n' for i in range(50))

INTERCEPT = """\
version: "1"
tools: {pay: {rules: [{name: slow, rate_limit: 5/hour}]}}
"""


class BundleTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", POLICY)
        self.write("known.txt", "ann\n")
        self.root = self.compile("p.yaml", "p.writ")

    def compile(self, *words):
        """The root hash of what the last word names."""
        result = self.run_writ("compile", *words[:-1], "-o", words[-1], "--json")
        self.assertEqual(result.status, 0, result)
        return result.json()["program"]

    def inspect(self, *files):
        result = self.run_writ("inspect", "--json", *files)
        self.expect(result, 0, err="")
        self.assertEqual(result.out.count("\n"), 1)
        return result.json()

    def shown(self, *files):
        result = self.run_writ("inspect", *files)
        self.expect(result, 0, err="")
        self.assertNotIn("\x1b", result.out)
        return result.out


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Json(BundleTest):
    def test_a_bundle(self):
        holds = self.inspect("p.writ")
        self.assertEqual(holds["program"], self.root)
        self.assertEqual(holds["files"], [{"file": "p.writ", "kind": "bundle", "program": self.root,
                                           "signature": None}])
        self.assertEqual(holds["policies"], [{"language": "writ 1", "name": "shop", "named": True,
                                              "file": "p.yaml", "sha256": sha256(POLICY)}])
        self.assertEqual(holds["lists"], [{"file": "known.txt", "sha256": sha256("ann\n")}])
        tools = {tool["name"]: tool for tool in holds["tools"]}
        self.assertEqual({name: tool["rules"] for name, tool in tools.items()},
                         {"drop": 0, "list": 2, "pay": 4})
        self.assertEqual(holds["other_tools"]["rules"], 1)
        self.assertEqual(tools["drop"]["cost"], 1)
        self.assertGreater(tools["pay"]["cost"], tools["list"]["cost"])
        self.assertGreater(tools["list"]["cost"], holds["other_tools"]["cost"])
        rules = [(rule["name"], rule["shadow"], rule["tools"], rule["other_tools"], rule["every_tool"],
                  rule["file"], rule["line"], rule["column"]) for rule in holds["rules"]]
        self.assertEqual(rules, [
            ("known customers", False, ["pay"], False, False, "p.yaml", 10, 11),
            ("a hundred a day", False, ["pay"], False, False, "p.yaml", 14, 11),
            ("watch size", True, ["list", "pay"], False, False, "p.yaml", 17, 11),
            # A call of what is hidden does not get as far.
            ("no passwords", False, ["list", "pay"], True, False, "p.yaml", 21, 11)])
        self.assertEqual(holds["quotas"], [
            {"counter": "quota of a hundred a day", "rule": "a hundred a day", "shadow": False,
             "window": "day", "limit": 100, "amount": 1, "by_key": True}])
        self.assertEqual(holds["labels"], ["env"])
        self.assertEqual(holds["hidden"], {"all": False, "tools": ["drop"], "globs": ["admin_*"]})
        functions = {function["name"]: function["calls"] for function in holds["functions"]}
        self.assertIn("contains", functions)
        self.assertTrue(all(calls > 0 for calls in functions.values()))

    def test_loops(self):
        loop = 'args.paths.exists(p, p == "/etc/passwd")'
        texts = {"require": f"require: {loop}",
                 "quota": f"quota: {{ max: 10, per: day, by: '{loop}' }}",
                 "message": 'require: args.n > 1\n    message: "${[args.paths].map(p, size(p))}"'}
        for name, rule in texts.items():
            with self.subTest(name):
                self.write("l.yaml", "writ: 1\nname: l\ndefault: allow\nrules:\n"
                                     f"  - name: one\n    tools: read\n    {rule}\n"
                                     "  - { name: two, tools: pay, require: args.n > 1 }\n")
                self.compile("l.yaml", "l.writ")
                holds = self.inspect("l.writ")
                self.assertEqual({tool["name"]: tool["has_loops"] for tool in holds["tools"]},
                                 {"pay": False, "read": True})
                self.assertFalse(holds["other_tools"]["has_loops"])
                shown = self.shown("l.writ")
                self.assertRegex(shown, r"(?m)^  read +1 +[0-9]+ \+ loops$")
                self.assertRegex(shown, r"(?m)^  pay +1 +[0-9]+$")
                self.assertIn("until the call has cost 10000000 in all and is denied\n", shown)
        self.assertNotIn("loops", self.shown("p.writ"))

    def test_its_size(self):
        bundle = self.inspect("p.writ")["bundle"]
        size = (self.folder / "p.writ").stat().st_size
        self.assertEqual((bundle["bytes"], bundle["format"], bundle["instruction_set"]), (size, 1, 2))
        self.assertFalse(bundle["stripped"])
        sections = bundle["sections"]
        # A header, a hash, a row of 56 bytes for each, and less than 8 between two of them.
        rest = size - sum(section["bytes"] for section in sections) - 64 - 56 * len(sections)
        self.assertTrue(0 <= rest < 8 * len(sections), rest)
        self.assertEqual([section["name"] for section in sections if section["debug"]],
                         ["debug_text", "source", "position", "rule_position", "slot_name"])

    def test_a_stripped_bundle(self):
        root = self.compile("p.yaml", "--strip", "s.writ")
        self.assertNotEqual(root, self.root)
        holds = self.inspect("s.writ")
        self.assertEqual(holds["program"], root)
        self.assertTrue(holds["bundle"]["stripped"])
        self.assertFalse(any(section["debug"] for section in holds["bundle"]["sections"]))
        self.assertEqual(holds["policies"], [{"language": "writ 1", "name": "shop", "named": True,
                                              "file": None, "sha256": None}])
        self.assertEqual(holds["rules"][0]["name"], "known customers")
        self.assertEqual((holds["rules"][0]["file"], holds["rules"][0]["line"]), (None, None))
        of_policy = self.inspect("p.writ")
        for member in ("tools", "other_tools", "quotas", "labels", "hidden", "functions"):
            self.assertEqual(holds[member], of_policy[member])

    def test_a_policy_as_its_bundle(self):
        of_bundle, of_policy = self.inspect("p.writ"), self.inspect("p.yaml")
        self.assertEqual(of_policy.pop("files"),
                         [{"file": "p.yaml", "kind": "policy", "sha256": sha256(POLICY)}])
        of_bundle.pop("files")
        self.assertEqual(of_policy, of_bundle)

    def test_several_policies(self):
        self.write("c.yaml", INTERCEPT)
        root = self.compile("p.yaml", "c.yaml", "both.writ")
        of_bundle, of_policies = self.inspect("both.writ"), self.inspect("p.yaml", "c.yaml")
        self.assertEqual([file["file"] for file in of_policies.pop("files")], ["p.yaml", "c.yaml"])
        self.assertEqual(of_bundle.pop("files")[0]["program"], root)
        self.assertEqual(of_policies, of_bundle)
        self.assertEqual([(policy["language"], policy["name"], policy["named"], policy["file"])
                          for policy in of_bundle["policies"]],
                         [("writ 1", "shop", True, "p.yaml"), ("version 1", "c", False, "c.yaml")])
        self.assertEqual(of_bundle["quotas"][-1]["limit"], 5)
        self.assertEqual(of_bundle["quotas"][-1]["window"], "hour")

    def test_what_is_computed(self):
        self.write("q.yaml", "writ: 1\nname: q\ndefault: allow\nrules:\n"
                             "  - name: spend\n    tools: pay\n    quota: { max: '12.5', per: session, "
                             "of: args.amount, scale: 2 }\n")
        result = self.run_writ("inspect", "--json", "q.yaml")
        self.assertEqual(result.status, 0, result)
        quota = result.json()["quotas"][0]
        self.assertEqual((quota["window"], quota["amount"], quota["by_key"]), ("session", None, False))

    def test_a_signature_beside_it(self):
        key = "ab" * 32
        self.write("p.writ.sig", f"writ-signature-1 {key} {'cd' * 64}\n")
        self.assertEqual(self.inspect("p.writ")["files"][0]["signature"],
                         {"file": "p.writ.sig", "key": key})
        self.assertIn(f"p.writ.sig names the key {key}; not verified here\n", self.shown("p.writ"))
        self.write("p.writ.sig", "hello\n")
        self.assertEqual(self.inspect("p.writ")["files"][0]["signature"],
                         {"file": "p.writ.sig", "key": None})
        self.assertIn("p.writ.sig holds no signature\n", self.shown("p.writ"))


class Tables(BundleTest):
    def test_a_bundle(self):
        shown = self.shown("p.writ")
        size = (self.folder / "p.writ").stat().st_size
        for line in (f"  bundle      {size} bytes, format 1, instruction set 2, with debug data",
                     f"  root hash   {self.root}", "  signature   none beside it",
                     "RULES  1 of 4 in shadow mode",
                     "  a hundred a day  denies  pay                     p.yaml:14:11",
                     "  labels      env", "  hidden      drop, admin_*"):
            self.assertIn(line + "\n", shown)
        self.assertRegex(shown, rf"(?m)^  writ: 1 +shop +by itself +{sha256(POLICY)} +p\.yaml$")
        self.assertRegex(shown, r"(?m)^  pay +4 +\d+$")
        self.assertRegex(shown, r"(?m)^  other tools +1 +\d+$")
        self.assertRegex(shown, r"(?m)^  code +\d+ +\d+ +\d+\.\d$")
        self.assertRegex(shown, rf"(?m)^  all +{size} +\d+\.\d$")

    def test_a_stripped_bundle(self):
        self.compile("p.yaml", "--strip", "s.writ")
        shown = self.shown("s.writ")
        self.assertIn("instruction set 2, stripped\n", shown)
        self.assertNotIn("p.yaml", shown)

    def test_a_policy(self):
        shown = self.shown("p.yaml")
        self.assertIn("  as a bundle ", shown)
        self.assertIn(f"  root hash   {self.root}\n", shown)

    def test_long_lists_are_cut(self):
        self.write("many.yaml", MANY)
        shown = self.shown("many.yaml")
        self.assertEqual(shown.count("  … and 30 more: --json has them\n"), 2, shown)
        self.assertRegex(shown, r"(?m)^  tool_26 ")
        self.assertNotRegex(shown, r"(?m)^  tool_27 ")
        self.assertIn("  rule 19 ", shown)
        self.assertNotIn("  rule 20 ", shown)
        self.assertEqual(len(self.inspect("many.yaml")["rules"]), 50)

    def test_colour_is_for_terminals(self):
        for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            terminal, end = pty.openpty()
            env = {**self.environment, "TERM": "xterm", **environment}
            if "NO_COLOR" not in environment:
                env.pop("NO_COLOR", None)
            subprocess.run([self.writ, "inspect", "p.writ"], cwd=self.folder, env=env, check=True,
                           timeout=PATIENCE, stdin=subprocess.DEVNULL, stdout=end)
            os.close(end)
            shown = os.read(terminal, 1 << 16)
            os.close(terminal)
            self.assertEqual(b"\x1b[1m" in shown, coloured, shown)

    def test_a_name_cannot_drive_the_terminal(self):
        self.write("evil.yaml", 'writ: 1\nname: evil\ndefault: allow\nrules:\n'
                                '  - { name: "a\\x1b[2J\\nb", tools: "t\\x1b[2J", '
                                'forbid: "args[\'p\\x1b[2J\'] == 1" }\n')
        for words in (["inspect", "evil.yaml"], ["inspect", "--json", "evil.yaml"],
                      ["disasm", "evil.yaml"]):
            result = self.run_writ(*words)
            if result.status != 0:
                self.skipTest(f"no policy has such names: {result}")
            self.assertNotIn("\x1b", result.out)
            self.assertNotRegex(result.out, r"(?m)^b\b(?!lock)")

    def test_faults(self):
        self.write("faulty.yaml", 'version: "1"\ndefault: never\n')
        result = self.run_writ("inspect", "faulty.yaml")
        self.expect(result, 2, out="")
        self.assertIn("faulty.yaml:2:10: error: default must be", result.err)
        self.expect(self.run_writ("inspect"), 2, out="",
                    err="writ: error: no bundle was given\n  hint: writ inspect policy.writ\n")


class Disasm(BundleTest):
    def listing(self, *words):
        result = self.run_writ("disasm", *words)
        self.expect(result, 0, err="")
        return result.out

    def test_as_of_the_policy(self):
        self.assertEqual(self.listing("p.writ"), self.listing("p.yaml"))
        self.write("c.yaml", INTERCEPT)
        self.compile("c.yaml", "c.writ")
        self.assertEqual(self.listing("c.writ"), self.listing("c.yaml"))
        # But for the path of the file.
        self.assertEqual(self.listing("p.writ"),
                         self.listing(str(self.folder / "p.yaml")).replace(f"{self.folder}/", ""))

    def test_the_lines_of_the_policy(self):
        listing = self.listing("p.writ")
        rule = '        ; 21      - name: no passwords\n'
        line = '        ; 23        forbid: args.path.contains("passwd")\n'
        self.assertIn(rule, listing)
        self.assertEqual(listing.count(line), 1)
        self.assertLess(listing.index(rule), listing.index(line))
        self.assertRegex(listing, r'TestSlotContains +args\.path contains "passwd" .* p\.yaml:23:23\n')

    def test_the_policy_elsewhere(self):
        with_lines = self.listing("p.writ")
        (self.folder / "src").mkdir()
        (self.folder / "p.yaml").rename(self.folder / "src" / "p.yaml")
        without = self.listing("p.writ")
        self.assertNotIn("forbid:", without)
        # What debug data has of it stands behind the position.
        self.assertRegex(without, r'p\.yaml:23:23  ; args\.path\.contains\("passwd"\)\n')
        self.assertEqual(self.listing("--source", "src", "p.writ"), with_lines)

    def test_another_policy_beside_it(self):
        self.write("p.yaml", POLICY + "# changed\n")
        result = self.run_writ("disasm", "p.writ")
        self.expect(result, 0, err="writ: note: p.yaml is not what this was compiled from, so its lines "
                                   "are not shown\n")
        self.assertNotIn("forbid:", result.out)

    def test_a_stripped_bundle(self):
        self.compile("p.yaml", "--strip", "s.writ")
        stripped = self.listing("s.writ")
        self.assertNotIn("p.yaml", stripped)
        self.assertNotIn("; ", stripped)
        self.assertRegex(stripped, r'TestSlotContains +slot \d+ contains "passwd" ')
        # Else it is the same.
        plain = [line[:7] + line[8:24].strip() for line in self.listing("p.writ").splitlines()
                 if not line.startswith("        ;")]
        self.assertEqual(plain, [line[:7] + line[8:24].strip() for line in stripped.splitlines()])


if __name__ == "__main__":
    main()
