#!/usr/bin/env python3
"""`writ test` from outside: what a suite may hold, and what is said when it does not hold.

    suites.py --writ PATH [unittest's options]
"""

import re

from harness import CommandTest, main

POLICY = """\
version: "1"
hide: [drop]
default: deny
tools:
  write:
    rules:
      - name: small
        conditions:
          - {path: args.size, op: lte, value: 1000}
        on_deny: Too large
      - name: two an hour
        rate_limit: 2/hour
"""

TOP = "policy: p.yaml\ncases:\n"


class SuiteTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", POLICY)

    def suite(self, text):
        return self.write("s.yaml", text)

    def passes(self, steps, top=""):
        """A suite with one case of these steps passes."""
        text = top + TOP + "  - name: one\n    steps:\n" + "".join(f"      - {s}\n" for s in steps)
        self.suite(text)
        self.expect(self.run_writ("test", "s.yaml"), 0, err="",
                    out="ok   s.yaml: 1 of 1 cases passed\n1 passed, 0 failed\n")

    def fails(self, step, said):
        """A suite with one case of this step fails and says so, with an excerpt and a caret."""
        self.suite(TOP + f"  - name: one\n    steps:\n      - {step}\n")
        result = self.run_writ("test", "s.yaml")
        self.expect(result, 1, out="FAIL s.yaml: 0 of 1 cases passed\n0 passed, 1 failed\n")
        first, line, caret = result.err.splitlines()[:3]
        self.assertRegex(first, r'^s\.yaml:5:\d+: error: case "one": ')
        self.assertEqual(first.split('case "one": ')[1], said)
        self.assertEqual(line, f"  5 |       - {step}")
        self.assertRegex(caret, r"^    \| +\^~*$")
        return caret.index("^") - len("    | ") + 1

    def unreadable(self, text, *said):
        self.suite(text)
        result = self.run_writ("test", "s.yaml")
        self.expect(result, 2, out="0 passed, 0 failed\n")
        for words in said:
            self.assertIn(words, result.err)


class Passing(SuiteTest):
    def test_calls(self):
        self.passes(["{ call: write, args: { size: 1 }, expect: allow }",
                     "{ call: write, args: { size: 1001 }, expect: deny }",
                     "{ call: write, args: { size: 1001 }, expect: deny, rule: small }",
                     "{ call: write, args: { size: 1001 }, expect: deny, message: Too large }",
                     "{ call: write, expect: deny, rule: small }",
                     "{ call: write, args: ~, expect: deny, rule: small }",
                     "{ call: drop, expect: deny, rule: (hidden) }",
                     "{ call: read, expect: deny, rule: (default deny) }"])

    def test_an_error_is_a_denial_too(self):
        for expect in ("deny", "error"):
            self.passes(["{ call: write, args: { size: 9007199254740993 }, expect: %s }" % expect])

    def test_repeat_and_advance(self):
        self.passes(["{ call: write, args: { size: 1 }, repeat: 2, expect: allow }",
                     "{ call: write, args: { size: 1 }, expect: deny, rule: two an hour }",
                     "{ advance: 59m }",
                     "{ call: write, args: { size: 1 }, expect: deny }",
                     "{ advance: 60s }",
                     "{ call: write, args: { size: 1 }, repeat: 2, expect: allow }",
                     "{ advance: 1d }",
                     "{ call: write, args: { size: 1 }, repeat: 2, expect: allow }",
                     "{ advance: 1h }",
                     "{ call: write, args: { size: 1 }, repeat: 2, expect: allow }"])

    def test_now(self):
        self.passes(["{ call: write, args: { size: 1 }, repeat: 2, expect: allow }",
                     "{ advance: 1s }",
                     "{ call: write, args: { size: 1 }, expect: allow }"],
                    top="now: 2026-03-02T09:59:59Z\n")

    def test_upstream(self):
        call = "{ call: write, args: { size: 1 }, expect: %s, upstream: %s }"
        self.passes([call % ("allow", "error")] * 5 + [call % ("allow", "ok")] * 2 +
                    [call % ("deny", "error")])
        self.passes([call % ("allow", "cancelled"), call % ("allow", "died"), call % ("deny", "ok")])

    def test_list(self):
        self.passes(["{ list: [write, drop, read], visible: [write, read] }",
                     "{ list: [], visible: [] }"])

    def test_a_case_may_be_its_only_step(self):
        self.suite(TOP + "  - { name: one, call: drop, expect: deny }\n"
                         "  - { name: two, list: [drop], visible: [] }\n")
        self.expect(self.run_writ("test", "s.yaml"), 0)

    def test_counters_start_empty_in_every_case(self):
        self.suite(TOP + "".join(
            f"  - {{ name: {i}, call: write, args: {{ size: 1 }}, repeat: 2, expect: allow }}\n"
            for i in range(3)))
        self.expect(self.run_writ("test", "s.yaml"), 0, err="",
                    out="ok   s.yaml: 3 of 3 cases passed\n3 passed, 0 failed\n")

    def test_the_policy_inline(self):
        self.suite('policy: { version: "1", hide: [a] }\n'
                   "cases:\n  - { name: one, call: a, expect: deny }\n")
        self.expect(self.run_writ("test", "s.yaml"), 0)

    def test_the_policy_is_looked_for_beside_the_suite(self):
        (self.folder / "below").mkdir()
        case = "cases:\n  - { name: one, call: drop, expect: deny }\n"
        self.write("below/s.yaml", "policy: ../p.yaml\n" + case)
        self.expect(self.run_writ("test", "below/s.yaml"), 0)
        self.write("below/s.yaml", f"policy: {self.folder}/p.yaml\n" + case)
        self.expect(self.run_writ("test", "below/s.yaml"), 0)


class Failing(SuiteTest):
    def test_the_verdict(self):
        step = "{ call: write, args: { size: 1001 }, expect: allow }"
        self.assertEqual(self.fails(step, "expected allow, got deny by small: Too large"),
                         9 + step.index("allow"))
        self.fails("{ call: drop, expect: allow }",
                   'expected allow, got deny by (hidden): Tool "drop" is hidden by policy')
        self.fails("{ call: write, args: { size: 1 }, expect: deny }", "expected deny, got allow")
        self.fails("{ call: write, args: { size: 1001 }, expect: error }",
                   "expected error, got deny by small: Too large")

    def test_the_rule(self):
        self.fails("{ call: write, expect: deny, rule: large }",
                   'expected rule "large", got "small"')
        self.fails("{ call: write, args: { size: 1 }, expect: allow, rule: small }",
                   'expected rule "small", got none')

    def test_the_message(self):
        self.fails("{ call: write, expect: deny, message: Too small }",
                   'expected message "Too small", got "Too large"')

    def test_the_repetition(self):
        self.fails("{ call: write, args: { size: 1 }, repeat: 5, expect: allow }",
                   "call 3 of 5: expected allow, got deny by two an hour: "
                   "Rate limit of 2 per hour reached. Try again later.")

    def test_the_list(self):
        self.fails("{ list: [write, drop], visible: [write, drop] }",
                   "expected [write, drop] to be visible, got [write]")

    def test_the_rest_of_a_failed_case_is_left_out(self):
        self.suite(TOP + "  - name: one\n    steps:\n"
                         "      - { call: drop, expect: allow }\n"
                         "      - { call: drop, expect: allow }\n"
                         "  - { name: two, call: drop, expect: deny }\n"
                         "  - { name: three, call: drop, expect: allow }\n")
        result = self.run_writ("test", "s.yaml")
        self.expect(result, 1, out="FAIL s.yaml: 1 of 3 cases passed\n1 passed, 2 failed\n")
        self.assertEqual(result.err.count("error:"), 2, result)

    def test_several_suites(self):
        self.write("a.yaml", TOP + "  - { name: one, call: drop, expect: deny }\n")
        self.write("b.yaml", TOP + "  - { name: one, call: drop, expect: allow }\n")
        result = self.run_writ("test", "a.yaml", "b.yaml", "a.yaml")
        self.expect(result, 1, out="ok   a.yaml: 1 of 1 cases passed\n"
                                   "FAIL b.yaml: 0 of 1 cases passed\n"
                                   "ok   a.yaml: 1 of 1 cases passed\n"
                                   "2 passed, 1 failed\n")

    def test_verbose(self):
        self.suite(TOP + "  - { name: one, call: drop, expect: deny }\n"
                         "  - { name: two, call: drop, expect: allow }\n")
        for flag in ("-v", "--verbose"):
            result = self.run_writ("test", flag, "s.yaml")
            self.expect(result, 1)
            self.assertEqual(re.sub(r"\d+\.\d ms", "… ms", result.out),
                             "  ok    one  (… ms)\n  FAIL  two  (… ms)\n"
                             "FAIL s.yaml: 1 of 2 cases passed\n1 passed, 1 failed\n")

    def test_a_name_cannot_drive_the_terminal(self):
        text = TOP + '  - { name: "\\e[2J", call: drop, expect: %s }\n'
        for expect, status, mark in (("deny", 0, "ok  "), ("allow", 1, "FAIL")):
            self.write("\x1b.yaml", text % expect)
            result = self.run_writ("test", "-v", "\x1b.yaml")
            self.expect(result, status)
            self.assertRegex(result.out, rf"^  {mark}  \?\[2J  \(.* ms\)\n{mark} \?\.yaml: ")
            self.assertNotIn("\x1b", result.out + result.err)

    def test_json(self):
        self.suite(TOP + "  - { name: one, call: drop, expect: deny }\n"
                         "  - { name: two, call: drop, expect: allow }\n")
        result = self.run_writ("test", "--json", "s.yaml")
        self.expect(result, 1, err="")
        report = result.json()
        self.assertEqual((report["passed"], report["failed"]), (1, 1))
        self.assertEqual(report["cases"][0], {"suite": "s.yaml", "case": "one", "passed": True})
        failure = report["cases"][1]["failure"]
        self.assertEqual((failure["file"], failure["line"], failure["severity"]),
                         ("s.yaml", 4, "error"))
        self.assertIn("expected allow, got deny", failure["message"])

    def test_json_of_nothing(self):
        result = self.run_writ("test", "--json", "gone.yaml")
        self.expect(result, 2)
        self.assertEqual(result.json(), {"passed": 0, "failed": 0, "cases": []})


class Unreadable(SuiteTest):
    def test_no_file(self):
        result = self.run_writ("test", "gone.yaml")
        self.expect(result, 2, out="0 passed, 0 failed\n")
        self.assertIn("gone.yaml: error: cannot be read: No such file or directory", result.err)

    def test_the_others_are_run(self):
        self.suite(TOP + "  - { name: one, call: drop, expect: deny }\n")
        self.expect(self.run_writ("test", "gone.yaml", "s.yaml"), 2,
                    out="ok   s.yaml: 1 of 1 cases passed\n1 passed, 0 failed\n")

    def test_the_policy(self):
        case = "cases:\n  - { name: one, call: a, expect: deny }\n"
        self.unreadable(case, "s.yaml:1:1: error: policy is missing")
        self.unreadable("policy: gone.yaml\n" + case, 
                        "s.yaml:1:9: error: gone.yaml cannot be read: No such file or directory",
                        "hint: policy: takes a path from the folder of the suite")
        for nothing in ('""', "", "~"):
            self.unreadable(f"policy: {nothing}\n" + case,
                            "s.yaml:1:", "policy must be a path or the policy itself")
        self.unreadable("policy: [p.yaml]\n" + case,
                        "policy must be a path or the policy itself")
        self.unreadable('policy: { version: "2" }\n' + case,
                        's.yaml:1:20: error: version must be "1"')
        self.write("faulty.yaml", 'version: "1"\ndefault: never\n')
        self.unreadable("policy: faulty.yaml\n" + case, "faulty.yaml:2:10: error: default must be")

    def test_the_yaml(self):
        self.unreadable("cases: [\n", "s.yaml:1:8: error: ")
        self.unreadable("- a\n", "a suite must be a mapping")

    def test_cases(self):
        for cases in ("", "cases: []\n", "cases: one\n", "cases: {one: 1}\n"):
            self.unreadable("policy: p.yaml\n" + cases, "cases must be a list")
        self.unreadable(TOP + "  - one\n", "s.yaml:3:5: error: a case must be a mapping")
        self.unreadable(TOP + "  - { call: drop, expect: deny }\n", "a case needs a name")
        self.unreadable(TOP + "  - { name: a, call: drop, expect: deny }\n" * 2,
                        's.yaml:4:13: error: duplicate case "a"')
        self.unreadable(TOP + "  - { name: a, steps: [], call: b }\n",
                        's.yaml:3:27: error: unknown key "call" in a case', "at least one step")

    def test_steps(self):
        def step(text, *said):
            self.unreadable(TOP + f"  - name: one\n    steps:\n      - {text}\n", *said)
        step("drop", "s.yaml:5:9: error: a step must be a mapping")
        step("{ args: {} }", "a step needs call, advance or list")
        step("{ call: drop }", "a call needs expect: allow, deny or error")
        step("{ call: drop, expect: denied }",
             "s.yaml:5:31: error: a call needs expect: allow, deny or error")
        step("{ call: drop, expect: deny, arg: {} }",
             's.yaml:5:37: error: unknown key "arg" in a step', "did you mean args?")
        step("{ call: drop, expect: deny, args: [1] }", "args must be a mapping")
        step("{ call: [drop], expect: deny }", "call must be text")
        for nothing in ('""', "", "~"):
            step(f"{{ call: {nothing}, expect: deny }}", "s.yaml:5:", "call must name a tool")
        for repeat in ("0", "-1", "1.5", "many", "1000001", "[1]"):
            step(f"{{ call: drop, expect: deny, repeat: {repeat} }}",
                 "repeat must be a whole number from 1 to 1000000")
        step("{ call: drop, expect: deny, upstream: failed }", "upstream must be")
        for advance in ("1", "1w", "-1h", "h", "1 h", "1.5h", "[1h]", "99999999999d"):
            step(f"{{ advance: {advance} }}", "advance must be a span")
        step("{ list: drop, visible: [] }", "list must be a list of tool names")
        step("{ list: [drop] }", "visible must be a list of tool names")
        step("{ list: [drop], visible: [], expect: deny }", 'unknown key "expect" in a step')

    def test_now(self):
        for now in ("noon", "2026-03-02", "2026-02-30T00:00:00Z", "2026-03-02T09:30:00+01:00",
                    "2026-03-02T24:00:00Z", "2026-03-02T09:30:00Z ago", "[1]", "1772443800",
                    "+026-03-02T09:30:00Z", "2026-+3-02T09:30:00Z", "2026-03-02T 9:30:00Z",
                    "2026-3-2T9:30:0Z", "2026-13-02T09:30:00Z", "2026-03-02T09:30:60Z"):
            self.unreadable(f"now: {now}\n" + TOP + "  - { name: one, call: a, expect: deny }\n",
                            "s.yaml:1:6: error: now must be a time such as 2026-03-02T09:30:00Z")

    def test_the_end_of_time(self):
        case = "  - name: one\n    steps:\n      - { advance: %s }\n      - { advance: 1s }\n"
        for first, status in (("58s", 0), ("59s", 2), ("1000000000d", 2)):
            self.suite("now: 9999-12-31T23:59:00Z\n" + TOP + case % first)
            result = self.run_writ("test", "s.yaml")
            self.expect(result, status)
            self.assertEqual(result.err.count("the clock would go past the year 9999"),
                             1 if status else 0, result)
        self.unreadable(TOP + "  - name: one\n    steps:\n" +
                        "      - { advance: 1000000d }\n" * 3,
                        "s.yaml:7:20: error: the clock would go past the year 9999")

    def test_all_faults_at_once(self):
        self.unreadable("polcy: p.yaml\nnow: noon\ncases:\n  - { call: a }\n",
                        "policy is missing", 'unknown key "polcy"', "did you mean policy?",
                        "now must be", "a case needs a name", "a call needs expect")


if __name__ == "__main__":
    main()
