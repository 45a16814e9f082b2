#!/usr/bin/env python3
"""`writ test` beyond passing and failing: coverage in all its forms, JUnit's XML, a choice of cases,
and what is told of a case that fails.

    coverage.py --writ PATH [unittest's options]
"""

import pty
import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree

from harness import PATIENCE, CommandTest, main

POLICY = """\
writ: 1
default: deny
hide: purge
allow: [read, write]
rules:
  - name: small
    tools: write
    require: args.size <= 10 || args.force
    message: Too large
  - name: two an hour
    tools: write
    quota: { max: 2, per: hour }
"""

CASES = """\
  - { name: small ones, call: write, args: { size: 1 }, expect: allow }
  - { name: large ones, call: write, args: { size: 11, force: false }, expect: deny, rule: small }
  - { name: forced ones, call: write, args: { size: 11, force: true }, expect: allow }
  - name: the third
    steps:
      - { call: write, args: { size: 1 }, repeat: 2, expect: allow }
      - { call: write, args: { size: 1 }, expect: deny, rule: two an hour }
  - { name: what is hidden, call: purge, expect: deny, rule: (hidden) }
  - { name: what nobody listed, call: other, expect: deny, rule: (default deny) }
"""


class CoverageTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", POLICY)

    def suite(self, cases=CASES, name="s.yaml", policy="p.yaml"):
        return self.write(name, f"policy: {policy}\ncases:\n{cases}")

    def coverage(self, *words):
        result = self.run_writ("test", "--json", "--coverage", *words)
        self.assertIn(result.status, (0, 1), result)
        return result.json()["coverage"]


class Figures(CoverageTest):
    def test_all_of_it(self):
        self.suite()
        result = self.run_writ("test", "--coverage", "--fail-under", "100", "s.yaml")
        self.expect(result, 0, err="", out="""\
ok   s.yaml: 6 of 6 cases passed
6 passed, 0 failed

  policy   rules         outcomes
  p.yaml  4 of 4  100 %    6 of 6  100 %
""")

    def test_gaps_are_shown_in_their_lines(self):
        self.suite("".join(CASES.splitlines(True)[:2]))
        result = self.run_writ("test", "--coverage", "s.yaml")
        self.expect(result, 0, err="", out="""\
ok   s.yaml: 2 of 2 cases passed
2 passed, 0 failed

p.yaml
 1   writ: 1
 2 - default: deny
     ^~~~~~~ never exercised
 3 - hide: purge
     ^~~~ never exercised
 4   allow: [read, write]
 5   rules:
 6 +   - name: small
 7       tools: write
 8 ~     require: args.size <= 10 || args.force
                                     ^~~~~~~~~~ never true
 9       message: Too large
10 +   - name: two an hour
11       tools: write
12 ~     quota: { max: 2, per: hour }
                ^ never full

  policy   rules          outcomes
  p.yaml  2 of 4  50.0 %    4 of 6  66.6 %
""")

    def test_each_case_of_it_counts(self):
        cases = re.findall(r"  - .*\n(?:    .*\n)*", CASES)
        self.assertEqual(len(cases), 6)
        for left_out in cases[1:]:
            self.suite("".join(case for case in cases if case != left_out))
            with self.subTest(without=left_out):
                result = self.run_writ("test", "--fail-under", "100", "s.yaml")
                self.expect(result, 1)
                self.assertEqual(result.err, "writ: error: less than 100 % covered: p.yaml\n")
        # "the third" writes small ones, too.
        self.suite("".join(cases[1:]))
        self.expect(self.run_writ("test", "--fail-under", "100", "s.yaml"), 0)

    def test_suites_of_one_policy_are_one_coverage(self):
        cases = re.findall(r"  - .*\n(?:    .*\n)*", CASES)
        self.suite("".join(cases[:3]), "one.yaml")
        self.suite("".join(cases[3:]), "two.yaml", policy="./p.yaml")
        one = self.coverage("one.yaml")
        self.assertLess(one["outcomes"]["percent"], 100)
        both = self.coverage("one.yaml", "two.yaml")
        self.assertEqual([policy["policy"] for policy in both["policies"]], ["p.yaml"])
        self.assertEqual(both["outcomes"], {"covered": 6, "total": 6, "percent": 100})
        self.assertEqual(both["rules"], {"covered": 4, "total": 4, "percent": 100})

    def test_each_policy_has_figures_of_its_own(self):
        self.suite()
        self.write("q.yaml", "writ: 1\ndefault: allow\nrules:\n"
                             "  - { name: r, require: args.a == 1 }\n")
        self.suite("  - { name: one, call: t, args: { a: 1 }, expect: allow }\n", "t.yaml", "q.yaml")
        result = self.run_writ("test", "--fail-under", "60", "s.yaml", "t.yaml")
        self.expect(result, 1, err="writ: error: less than 60 % covered: q.yaml\n")
        self.assertIn("  all of them  5 of 5  100 %    7 of 8  87.5 %\n", result.out)
        self.expect(self.run_writ("test", "--fail-under", "50", "s.yaml", "t.yaml"), 0)

    def test_what_is_left_out_is_said(self):
        self.write("p.yaml", "writ: 1\ndefault: allow\nrules:\n"
                             "  - { name: none, tools: t, forbid: true }\n"
                             "  - { name: behind, tools: t, require: args.a == 1 }\n")
        self.suite("  - { name: one, call: t, expect: deny }\n")
        result = self.run_writ("test", "-v", "--coverage", "s.yaml")
        self.expect(result, 0)
        self.assertIn("  left out: p.yaml:5:13: behind, no call gets here\n", result.out)
        self.assertIn("  p.yaml  1 of 1  100 %    0 of 0  100 %  1 left out\n", result.out)

    def test_a_policy_within_its_suite(self):
        self.write("s.yaml", "policy:\n  writ: 1\n  default: deny\n  allow: [a]\ncases:\n"
                             "  - { name: one, call: a, expect: allow }\n")
        result = self.run_writ("test", "--coverage", "s.yaml")
        self.expect(result, 0)
        self.assertIn("\ns.yaml\n1   policy:\n2     writ: 1\n3 -   default: deny\n"
                      "      ^~~~~~~ never exercised\n4     allow: [a]\n\n", result.out)

    def test_bundles_are_not_measured(self):
        self.expect(self.run_writ("compile", "p.yaml", "-o", "p.writ"), 0)
        self.suite(policy="p.writ")
        result = self.run_writ("test", "--coverage", "s.yaml")
        self.expect(result, 0)
        self.assertIn("p.writ  -  ", re.sub(" +", "  ", result.out))
        self.assertIn("not measured: a bundle has no source\n", result.out)
        self.assertEqual(self.coverage("s.yaml")["policies"],
                         [{"policy": "p.writ", "not_measured": "a bundle has no source"}])
        self.expect(self.run_writ("test", "--fail-under", "0", "s.yaml"), 1,
                    err="writ: error: less than 0 % covered: p.writ\n")

    def test_failing_cases_are_measured_too(self):
        self.suite("  - { name: one, call: write, args: { size: 1 }, expect: deny }\n")
        result = self.run_writ("test", "--json", "--coverage", "s.yaml")
        self.expect(result, 1)
        self.assertEqual(result.json()["coverage"]["rules"]["covered"], 2)

    def test_bad_usage(self):
        self.suite()
        for words, said in ((["--fail-under", "101"], "--fail-under"), (["--lcov", ""], "--lcov is empty"),
                            (["--lcov", "-"], "--lcov takes a file"),
                            (["--junit", "/dev/stdout"], "--junit takes a file")):
            result = self.run_writ("test", *words, "s.yaml")
            self.expect(result, 2, out="")
            self.assertIn(said, result.err)


class OtherForms(CoverageTest):
    def test_json_says_how_often(self):
        self.suite()
        (policy,) = self.coverage("s.yaml")["policies"]
        self.assertEqual(policy["each_rule"][2], {"name": "small", "line": 6, "column": 11, "length": 5,
                                                  "exercised": 6})
        self.assertEqual(policy["each_condition"][0],
                         {"kind": "condition", "in": "small", "text": "args.size <= 10", "line": 8,
                          "column": 14, "length": 15, "true": 4, "false": 2, "errors": 0})
        self.assertEqual(policy["each_condition"][2],
                         {"kind": "quota", "in": "two an hour", "text": None, "line": 12, "column": 12,
                          "length": 1, "passed": 4, "full": 1, "errors": 0})
        self.assertEqual(policy["left_out"], [])

    def test_lcov(self):
        self.suite("".join(CASES.splitlines(True)[:2]))
        self.expect(self.run_writ("test", "--lcov", "c.info", "s.yaml"), 0)
        self.assertEqual((self.folder / "c.info").read_text(), """\
TN:
SF:p.yaml
FN:3,(hidden)
FN:2,(default deny)
FN:6,small
FN:10,two an hour
FNDA:0,(hidden)
FNDA:0,(default deny)
FNDA:2,small
FNDA:1,two an hour
FNF:4
FNH:2
BRDA:8,0,0,1
BRDA:8,0,1,1
BRDA:8,1,0,0
BRDA:8,1,1,1
BRDA:12,2,0,1
BRDA:12,2,1,0
BRF:6
BRH:4
DA:2,0
DA:3,0
DA:6,2
DA:8,2
DA:10,1
DA:12,1
LF:6
LH:4
end_of_record
""")

    def test_files_are_written_again_but_never_over_what_is_read(self):
        self.suite()
        for _ in range(2):
            self.expect(self.run_writ("test", "--lcov", "c.info", "--junit", "j.xml", "s.yaml"), 0)
        self.write("notes.md", "notes")
        for words, said in ((["--lcov", "p.yaml"], "is there already"),
                            (["--junit", "p.yaml"], "is there already"),
                            (["--junit", "s.yaml"], "would be overwritten"),
                            (["--lcov", "notes.md"], "is there already"),
                            (["--lcov", "j.xml"], "is there already"),
                            (["--junit", "x", "--lcov", "x"], "is named for both")):
            with self.subTest(words=words):
                result = self.run_writ("test", "--coverage", *words, "s.yaml")
                self.expect(result, 2, out="")
                self.assertIn(said, result.err)
        self.assertEqual((self.folder / "notes.md").read_text(), "notes")
        self.assertEqual((self.folder / "p.yaml").read_text(), POLICY)

    def test_junit(self):
        self.write("s.yaml", "policy: p.yaml\ncases:\n"
                             "  - { name: \"a <b> & \\\"c\\\" \\u0001\\u001b[31m\", call: read, expect: allow }\n"
                             "  - { name: wrong, call: read, expect: deny }\n")
        self.write("broken.yaml", "policy: p.yaml\n")
        result = self.run_writ("test", "--junit", "j.xml", "s.yaml", "broken.yaml")
        self.expect(result, 2)
        root = ElementTree.parse(self.folder / "j.xml").getroot()
        self.assertEqual({key: root.get(key) for key in ("tests", "failures", "errors")},
                         {"tests": "3", "failures": "1", "errors": "1"})
        first, wrong, broken = root.iter("testcase")
        self.assertEqual(first.get("name"), "a <b> & \"c\" \\u0001\\u001b[31m")
        self.assertGreater(float(first.get("time")), 0)
        self.assertIn("expected deny, got allow", wrong.find("failure").get("message"))
        self.assertTrue(wrong.find("failure").text.startswith("s.yaml:4:40: error: "))
        self.assertIn("cases must be a list", broken.find("error").get("message"))


class Choice(CoverageTest):
    def test_cases_are_chosen(self):
        self.suite()
        for pattern, count in (("ones", 3), ("small ones", 1), ("* ones", 3), ("ones*", 0),
                               ("s.yaml:the", 1), ("s.yaml:*", 6), ("what is*", 1), ("y.yaml:the", 0)):
            result = self.run_writ("test", "--filter", pattern, "s.yaml")
            with self.subTest(pattern=pattern):
                if count == 0:
                    self.expect(result, 2, out="0 passed, 0 failed, 6 left out by --filter\n")
                    self.assertIn("--filter takes no case", result.err)
                elif count == 6:
                    self.expect(result, 0, out="ok   s.yaml: 6 of 6 cases passed\n6 passed, 0 failed\n")
                else:
                    self.expect(result, 0, err="",
                                out=f"ok   s.yaml: {count} of {count} cases passed\n"
                                    f"{count} passed, 0 failed, {6 - count} left out by --filter\n")
        result = self.run_writ("test", "--filter", "small", "--filter", "hidden", "s.yaml")
        self.expect(result, 0)
        self.assertIn("2 passed", result.out)

    def test_only_what_is_chosen_is_covered(self):
        self.suite()
        self.assertEqual(self.coverage("--filter", "hidden", "s.yaml")["rules"]["covered"], 1)

    def test_times(self):
        self.suite()
        result = self.run_writ("test", "-v", "s.yaml")
        self.assertRegex(result.out, r"(?m)^  ok    small ones  \(\d+\.\d ms\)$")
        result = self.run_writ("test", "-v", "--json", "s.yaml")
        self.assertGreater(result.json()["cases"][0]["milliseconds"], 0)

    def test_progress_is_shown_on_terminals(self):
        step = "{ call: write, args: { size: 11, force: false }, repeat: 1000000, expect: deny }"
        self.suite("  - name: long\n    steps:\n" + f"      - {step}\n" * 60)
        ours, theirs = pty.openpty()
        done = subprocess.Popen([self.writ, "test", "--coverage", "s.yaml"], cwd=self.folder, stderr=theirs,
                                stdout=subprocess.DEVNULL,
                                env={**self.environment, "TERM": "xterm"})
        os.close(theirs)
        seen = b""
        try:
            while b"testing s.yaml" not in seen:
                seen += os.read(ours, 4096)
        finally:
            done.kill()
            done.wait(PATIENCE)
            os.close(ours)


class Failures(CoverageTest):
    def failure(self, step):
        self.suite(f"  - name: one\n    steps:\n      - {step}\n")
        result = self.run_writ("test", "s.yaml")
        self.expect(result, 1)
        return result.err

    def test_the_deciding_rule_and_what_it_saw(self):
        self.assertEqual(self.failure("{ call: write, args: { size: 11, force: false }, expect: allow }"), """\
s.yaml:5:66: error: case "one": expected allow, got deny by small: Too large
  5 |       - { call: write, args: { size: 11, force: false }, expect: allow }
    |                                                                  ^~~~~
  decided at p.yaml:6:11
  6 |   - name: small
    |           ^~~~~
  denied: rule "small" (p.yaml:6:11) requires args.size <= 10 || args.force, but args.size <= 10 is \
false since args.size is 11, and args.force is false

  rule "small" denies  p.yaml:6:11
    8 |     require: args.size <= 10 || args.force
      |              args.size <= 10 || args.force  = false  <- decides
      |              args.size <= 10                = false  <- decides
      |              args.size                      = 11
      |                                 args.force  = false  <- decides
""")

    def test_the_rule_that_should_have(self):
        said = self.failure("{ call: write, args: { size: 1 }, expect: deny, rule: small }")
        self.assertIn("  allowed: 2 rules apply to this call, and all pass\n", said)
        self.assertIn('  rule "small" passes  p.yaml:6:11\n', said)
        self.assertIn("      |              args.size                      = 1\n", said)
        self.assertNotIn('rule "two an hour" passes', said)
        self.assertNotIn("decided at", said)

    def test_errors_and_gates(self):
        said = self.failure("{ call: write, expect: deny }")
        self.assertIn("  decided at p.yaml:6:11\n", said)
        self.assertIn("  |              args.size                      error: no such field  <- decides\n", said)
        self.assertIn("  decided at p.yaml:3:1\n  3 | hide: purge\n    | ^~~~\n",
                      self.failure("{ call: purge, expect: allow }"))

    def test_the_call_that_failed_is_the_one_that_is_shown(self):
        self.write("p.yaml", "writ: 1\ndefault: allow\nrules:\n"
                             "  - { name: q, quota: { max: \"args.n > 1 ? 2 : 1\", per: hour } }\n")
        said = self.failure("{ call: write, args: { n: 2 }, repeat: 3, expect: allow }")
        self.assertIn("call 3 of 3: expected allow, got deny by q", said)
        self.assertIn("args.n > 1 ? 2 : 1  = 2\n", said)
        self.assertIn("    used 2 of 2; this call takes 1; it does not fit\n", said)

    def test_what_was_counted_before_a_call_that_passes(self):
        said = self.failure("{ call: write, args: { size: 1 }, repeat: 2, expect: allow }\n"
                            "      - { advance: 1s }\n"
                            "      - { call: write, args: { size: 11 }, expect: allow }")
        self.assertNotIn("used", said)
        self.write("p.yaml", POLICY.replace("require: args.size <= 10 || args.force", "require: true"))
        said = self.failure("{ call: write, expect: allow }\n      - { call: write, expect: deny }")
        self.assertIn("    used 1 of 2; this call takes 1; 0 are left after it\n", said)

    def test_json(self):
        self.suite("  - { name: one, call: write, args: { size: 11, force: false }, expect: allow }\n")
        (case,) = self.run_writ("test", "--json", "s.yaml").json()["cases"]
        self.assertEqual(case["decided_at"], {"file": "p.yaml", "line": 6, "column": 11})
        self.assertIn("args.size                      = 11\n", case["saw"])


if __name__ == "__main__":
    main()
