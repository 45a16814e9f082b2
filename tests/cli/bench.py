#!/usr/bin/env python3
"""writ bench: what it prints and whether its sums are right. No time is looked at.

    bench.py --writ PATH [unittest's options]
"""

import json
import os
import pathlib
import pty
import subprocess
import unittest
import xml.etree.ElementTree

from harness import PATIENCE, CommandTest, main

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"

POLICY = """\
writ: 1
name: shop
default: deny
allow: [pay, get_*]
rules:
  - name: known customers
    tools: pay
    require: args.customer in ["ann", "bob"]
  - name: small amounts
    tools: [pay, get_refund]
    require: args.amount > 0 && args.amount <= 100
  - name: a few an hour
    tools: pay
    quota: { max: 5, per: hour, by: args.customer }
"""

FAST = ("--seconds", "0.02", "--calls", "60")


def call(tool, **arguments):
    params = {"name": tool, "arguments": arguments}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}) + "\n"


class BenchTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", POLICY)

    def bench(self, *words, status=0, given=b""):
        result = self.run_writ("bench", *words, given=given)
        self.assertEqual(result.status, status, result)
        return result

    def report(self, *words, status=0):
        return self.bench("-c", "p.yaml", *FAST, "--json", *words, status=status).json()

    def picture(self, name):
        root = xml.etree.ElementTree.parse(self.folder / name).getroot()
        self.assertEqual(root.tag, SVG + "svg")
        self.assertTrue(root.find(SVG + "title").text)
        return root


def instructions(report):
    """All of a report that does not depend on time."""
    return {
        "calls": [report[key] for key in ("calls", "allowed", "denied", "errors", "instructions")],
        "tools": [[tool["tool"], tool["calls"], tool["allowed"], tool["instructions"]] for tool in report["tools"]],
        "rules": sorted([rule["rule"] or "", rule["calls"], rule["instructions"], rule["instructions_of_all_calls"]]
                        for rule in report["rules"]),
    }


class Policies(BenchTest):
    def test_sums_are_those_of_their_parts(self):
        report = self.report()
        self.assertLessEqual(report["calls"], 60)
        self.assertEqual(report["calls"], report["allowed"] + report["denied"] + report["errors"])
        for key in ("calls", "allowed", "denied", "errors"):
            self.assertEqual(report[key], sum(tool[key] for tool in report["tools"]), key)
        self.assertEqual(report["instructions"]["samples"], report["calls"])
        self.assertEqual(report["ns"]["samples"], report["calls"] * report["rounds"])
        self.assertEqual(report["ns"]["samples"], sum(tool["ns"]["samples"] for tool in report["tools"]))
        for rule in report["rules"]:
            self.assertEqual(rule["instructions"]["samples"], rule["calls"])
            self.assertEqual(rule["estimated_ns"]["samples"], rule["calls"])
        for shares in [report["ns"], *(tool["ns"] for tool in report["tools"])]:
            ordered = [shares[key] for key in ("least", "p50", "p90", "p99", "p99_9", "most")]
            self.assertEqual(ordered, sorted(ordered))
            self.assertGreater(shares["least"], 0)

    def test_each_rule_is_told_once_with_its_place(self):
        report = self.report()
        rules = {rule["rule"]: rule for rule in report["rules"]}
        self.assertEqual(len(rules), len(report["rules"]))
        self.assertLessEqual({"known customers", "small amounts", "a few an hour"}, set(rules))
        small = rules["small amounts"]
        self.assertEqual((small["file"], small["line"], small["column"]), ("p.yaml", 9, 11))
        self.assertEqual(small["dearest_line"], 11)
        self.assertEqual(small["dearest_source"], "require: args.amount > 0 && args.amount <= 100")
        dear = [rule["instructions_of_all_calls"] for rule in report["rules"]]
        self.assertEqual(dear, sorted(dear, reverse=True))

    def test_the_same_seed_makes_the_same_calls(self):
        self.assertEqual(instructions(self.report()), instructions(self.report()))
        self.assertNotEqual(instructions(self.report()), instructions(self.report("--seed", "2")))

    def test_a_bundle_executes_what_its_policy_does(self):
        self.expect(self.run_writ("compile", "p.yaml", "-o", "p.writ"), 0)
        of_bundle = self.bench("-c", "p.writ", *FAST, "--json").json()
        of_policy = self.report()
        self.assertEqual(instructions(of_bundle), instructions(of_policy))
        self.assertEqual(of_bundle["program"], of_policy["program"])
        self.assertFalse(of_bundle["load"]["compiles"])
        self.assertTrue(of_policy["load"]["compiles"])
        self.assertEqual(of_bundle["load"]["bundle"]["bytes"], (self.folder / "p.writ").stat().st_size)
        # The policy lies beside it.
        self.assertIn("require: args.amount > 0 && args.amount <= 100",
                      [rule["dearest_source"] for rule in of_bundle["rules"]])

    def test_what_a_rule_takes_in_a_bundle(self):
        self.expect(self.run_writ("compile", "p.yaml", "--strip", "-o", "s.writ"), 0)
        load = self.report()["load"]
        self.assertEqual(load["rules"], 3)
        self.assertEqual(load["bundle"]["stripped_bytes"], (self.folder / "s.writ").stat().st_size)
        self.assertAlmostEqual(load["bundle"]["bytes_a_rule"], load["bundle"]["stripped_bytes"] / 3, delta=0.06)
        stripped = self.bench("-c", "s.writ", *FAST, "--json").json()
        self.assertEqual({rule["line"] for rule in stripped["rules"]}, {0})

    def test_linked_programs_have_no_bundle(self):
        self.expect(self.run_writ("compile", "p.yaml", "-o", "p.writ"), 0)
        self.write("q.yaml", "writ: 1\nname: q\ndefault: allow\nrules: [{ name: no x, tools: pay, forbid: has(args.x) }]\n")
        report = self.bench("-c", "p.writ", "-c", "q.yaml", *FAST, "--json").json()
        self.assertIsNone(report["load"]["bundle"])
        self.assertIn("no x", [rule["rule"] for rule in report["rules"]])
        self.assertIn("no bundle", self.bench("-c", "p.writ", "-c", "q.yaml", *FAST).out)

    def test_tables_say_it_for_people(self):
        out = self.bench("-c", "p.yaml", *FAST).out
        for words in ("A DECISION", "HOW LONG", "TOOLS", "RULES", "THE DEAREST", "LOADING", "P99.9",
                      "p.yaml:11  small amounts", "require: args.amount > 0 && args.amount <= 100"):
            self.assertIn(words, out)
        self.assertNotIn("\x1b", out)

    def test_colour_and_progress_on_a_terminal_only(self):
        ours, theirs = pty.openpty()
        done = subprocess.Popen([self.writ, "bench", "-c", "p.yaml", "--seconds", "1.5", "--calls", "8"],
                                cwd=self.folder, env={**self.environment, "TERM": "xterm", "NO_COLOR": ""},
                                stdout=theirs, stderr=theirs)
        os.close(theirs)
        text = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            text += piece
        os.close(ours)
        self.assertEqual(done.wait(PATIENCE), 0)
        self.assertIn(b"\x1b[1m", text)
        self.assertIn("measuring █".encode(), text)
        self.assertEqual(self.bench("-c", "p.yaml", *FAST).err, "")

    def test_labels(self):
        self.write("l.yaml", "writ: 1\ndefault: allow\nlabels: [env]\nrules:\n"
                             "  - { name: prod, tools: pay, require: 'labels.env == \"prod\"' }\n")
        report = self.bench("-c", "l.yaml", *FAST, "--label", "env=prod", "--json").json()
        self.assertEqual(report["allowed"], report["calls"])
        self.assertIn("env", self.bench("-c", "l.yaml", *FAST, status=2).err)
        self.assertIn("no policy asks for", self.bench("-c", "p.yaml", *FAST, "--label", "env=x", status=2).err)

    def test_tools_that_a_server_lists(self):
        self.write("tools.json", json.dumps({"tools": [{"name": "get_page", "inputSchema": {
            "type": "object", "properties": {"size": {"enum": ["small", "large"]}}}}]}))
        report = self.report("--tools", "tools.json")
        self.assertIn("get_page", [tool["tool"] for tool in report["tools"]])
        self.write("tools.json", "{}")
        self.bench("-c", "p.yaml", *FAST, "--tools", "tools.json", status=2)

    def test_ready_made_policies(self):
        for policy in ("filesystem", "stripe", "everything"):
            report = self.bench("-c", str(SOURCE / "policies" / f"{policy}.yaml"), *FAST, "--json").json()
            self.assertGreater(report["allowed"], 0, policy)
            self.assertGreater(report["denied"], 0, policy)


class Traffic(BenchTest):
    def test_recorded_calls_are_taken_as_they_are(self):
        self.write("t.jsonl", call("pay", customer="ann", amount=3) * 5 + call("pay", customer="eve", amount=3)
                   + call("get_page") + "no JSON\n")
        report = self.report("--traffic", "t.jsonl")
        self.assertEqual(report["traffic"]["source"], "recorded")
        self.assertEqual((report["calls"], report["allowed"], report["denied"]), (7, 6, 1))
        self.assertEqual(report["traffic"]["calls"], 7)
        self.assertEqual(report["traffic"]["unreadable"] + report["traffic"]["refused"], 1)
        self.assertIn("left out: 1 ", self.bench("-c", "p.yaml", *FAST, "--traffic", "t.jsonl").out)

    def test_some_of_many(self):
        self.write("t.jsonl", "".join(call("pay", customer="ann", amount=i) for i in range(1, 200)))
        report = self.report("--traffic", "t.jsonl")
        self.assertEqual((report["calls"], report["traffic"]["calls"]), (60, 199))

    def test_nothing_to_measure(self):
        self.write("t.jsonl", '{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
        self.assertIn("no call to measure", self.bench("-c", "p.yaml", "--traffic", "t.jsonl", status=2).err)
        self.bench("-c", "p.yaml", "--traffic", "absent.jsonl", status=2)


class Comparisons(BenchTest):
    def compare(self, *words, status=0):
        return self.bench("-c", "p.yaml", "--compare", "old.yaml", *FAST, *words, status=status)

    def test_equal_policies_decide_alike_in_as_many_instructions(self):
        self.write("old.yaml", POLICY)
        report = self.compare("--json").json()
        self.assertTrue(report["decide_alike"])
        self.assertEqual((report["other_verdicts"], report["other_reasons"], report["examples"]), (0, 0, []))
        for cost in [report["all"], *report["tools"]]:
            self.assertEqual(cost["old_instructions"], cost["new_instructions"])
            self.assertEqual(cost["instruction_ratio"], 1)
            self.assertLessEqual(cost["ratio"]["p10"], cost["ratio"]["median"])
            self.assertLessEqual(cost["ratio"]["median"], cost["ratio"]["p90"])
        for key in ("calls", "old_instructions"):
            self.assertEqual(report["all"][key], sum(tool[key] for tool in report["tools"]))
        self.assertIn("alike", self.compare().out)

    def test_a_bundle_against_its_policy(self):
        self.expect(self.run_writ("compile", "p.yaml", "-o", "old.writ"), 0)
        report = self.bench("-c", "p.yaml", "--compare", "old.writ", *FAST, "--json").json()
        self.assertTrue(report["decide_alike"])
        self.assertEqual(report["all"]["instruction_ratio"], 1)

    def test_what_is_decided_otherwise_is_counted_first(self):
        self.write("old.yaml", POLICY.replace('"bob"', '"joe"'))
        report = self.compare("--json", status=1).json()
        self.assertFalse(report["decide_alike"])
        self.assertGreater(report["other_verdicts"], 0)
        self.assertEqual(report["other_verdicts"] + report["other_reasons"],
                         sum(tool["decided_otherwise"] for tool in report["tools"]))
        example = report["examples"][0]
        self.assertEqual(json.loads(example["line"])["params"]["name"], example["tool"])
        self.assertNotEqual(example["old"], example["new"])
        self.assertIn("have another verdict", self.compare(status=1).out.splitlines()[1])

    def test_a_picture(self):
        self.write("old.yaml", POLICY)
        self.compare("--svg", "c.svg")
        texts = {text.text for text in self.picture("c.svg").iter(SVG + "text")}
        self.assertLessEqual({"all", "pay"}, texts)


class GrowthCurves(BenchTest):
    def growth(self, *words):
        return self.bench("--growth", "--seconds", "0.1", "--counts", "1,10,30", *words)

    def test_curves(self):
        curves = self.growth("--json").json()["curves"]
        self.assertEqual([curve["shape"] for curve in curves], ["disjoint", "keyed", "unkeyed", "mixed"])
        for curve in curves:
            self.assertEqual([point["rules"] for point in curve["points"]], [1, 10, 30])
            first, last = curve["points"][0], curve["points"][-1]
            self.assertAlmostEqual(curve["instructions_a_rule"],
                                   (last["instructions"] - first["instructions"]) / 29, delta=0.01)
        by_shape = {curve["shape"]: curve for curve in curves}
        self.assertEqual(by_shape["disjoint"]["instructions_a_rule"], 0)
        self.assertGreaterEqual(by_shape["unkeyed"]["instructions_a_rule"], 1)

    def test_text_and_picture(self):
        out = self.growth("--svg", "g.svg").out
        for words in ("disjoint tools", "one tool, keyed", "one tool, unkeyed", "mixed", "NS A RULE", "●", "└──"):
            self.assertIn(words, out)
        self.assertEqual(len(list(self.picture("g.svg").iter(SVG + "polyline"))), 4)

    def test_one_count(self):
        self.assertEqual(self.bench("--growth", "--seconds", "0.01", "--counts", "5", "--json").json()["curves"][0]
                         ["ns_a_rule"], 0)


class Pictures(BenchTest):
    def test_names_are_escaped(self):
        self.write("a&<b>'.yaml", POLICY)
        self.bench("-c", "a&<b>'.yaml", *FAST, "--svg", "p.svg")
        self.assertIn("a&<b>'.yaml", self.picture("p.svg").find(SVG + "title").text)

    def test_a_picture_makes_way_for_the_next_one_and_nothing_else_does(self):
        self.bench("-c", "p.yaml", *FAST, "--svg", "p.svg")
        self.bench("-c", "p.yaml", *FAST, "--svg", "p.svg")
        self.write("other.svg", "<svg/>")
        self.bench("-c", "p.yaml", *FAST, "--svg", "other.svg", status=2)
        self.assertEqual((self.folder / "other.svg").read_text(), "<svg/>")
        self.bench("-c", "p.yaml", *FAST, "--svg", "other.svg", "--force")
        self.picture("other.svg")
        self.bench("-c", "p.yaml", *FAST, "--svg", "p.yaml", "--force", status=2)
        self.assertEqual((self.folder / "p.yaml").read_text(), POLICY)

    def test_on_stdout(self):
        out = self.bench("-c", "p.yaml", *FAST, "--svg", "-").out
        self.assertEqual(xml.etree.ElementTree.fromstring(out).tag, SVG + "svg")


class Usage(BenchTest):
    def test_flags_that_do_not_fit(self):
        for words, said in (((), "no policy was given"),
                            (("--growth", "-c", "p.yaml"), "--growth makes its own policies"),
                            (("--growth", "--counts", "10,5"), "are to rise"),
                            (("--growth", "--counts", "10,10"), "are to rise"),
                            (("-c", "p.yaml", "--counts", "5"), "without --growth"),
                            (("-c", "p.yaml", "--traffic", "a", "--tools", "b"), "--tools has no use"),
                            (("-c", "p.yaml", "--json", "--svg", "-"), "cannot both go to stdout"),
                            (("-c", "p.yaml", "--force"), "--force has no use"),
                            (("-c", "p.yaml", "--seconds", "0"), "--seconds"),
                            (("-c", "p.yaml", "--", "x"), "only run, scan"),
                            (("-c", "absent.yaml"), "cannot be read")):
            self.assertIn(said, self.bench(*words, status=2).err, words)

    def test_faults_of_policies(self):
        self.write("bad.yaml", "writ: 1\ndefault: never\n")
        self.bench("-c", "bad.yaml", status=2)
        self.bench("-c", "p.yaml", "--compare", "bad.yaml", status=2)


if __name__ == "__main__":
    main()
