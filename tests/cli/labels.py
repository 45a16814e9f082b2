#!/usr/bin/env python3
"""Labels from outside: what a policy asks for, and what is said when it is not what was given.

    labels.py --writ PATH [unittest's options]
"""

from harness import CommandTest, main

LABELLED = """\
writ: 1
default: allow
labels: [env, region]
rules:
  - name: not in production
    tools: drop
    require: labels.env != "prod" || labels.region == "test"
"""

UNLABELLED = """\
version: "1"
default: deny
"""

SUITE = """\
policy: p.yaml
{labels}cases:
  - {{ name: one, call: drop, expect: {expect} }}
"""


class Labels(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", LABELLED)
        self.write("none.yaml", UNLABELLED)

    def given(self, *labels):
        return [word for label in labels for word in ("--label", label)]

    def decides(self, verdict, *labels):
        result = self.run_writ("eval", "-c", "p.yaml", *self.given(*labels),
                               given=b'{"name":"drop"}')
        self.expect(result, 0 if verdict == "allow" else 1, err="")
        self.assertIn(f'"verdict":"{verdict}"', result.out)

    def test_values_reach_the_rules(self):
        self.decides("allow", "env=dev", "region=eu")
        self.decides("deny", "env=prod", "region=eu")
        self.decides("allow", "region=test", "env=prod")
        self.decides("allow", "env=", "region=a=b")

    def test_each_command_wants_exactly_those(self):
        self.write("s.yaml", SUITE.format(labels="", expect="allow"))
        for words, given in ((["eval", "-c", "p.yaml"], b'{"name":"drop"}'),
                             (["run", "-c", "p.yaml"], b"")):
            server = ["--", "cat"] if words[0] == "run" else []
            for labels, said in (
                    ([], 'the label "env" is missing'),
                    (["env=dev"], 'the label "region" is missing'),
                    (["env=dev", "region=eu", "zone=a"], 'the policy has no label "zone"')):
                with self.subTest(words=words, labels=labels):
                    result = self.run_writ(*words, *self.given(*labels), *server, given=given)
                    self.expect(result, 2, out="")
                    self.assertEqual(result.err, f"writ: error: {said}\n"
                                     "  hint: the policy needs these labels: env, region\n")
        result = self.run_writ("run", "-c", "p.yaml", *self.given("env=dev", "region=eu"),
                               "--", "cat", given=b"")
        self.expect(result, 0, out="")

    def test_a_policy_without_labels_takes_none(self):
        result = self.run_writ("eval", "-c", "none.yaml", "--label", "env=prod",
                               given=b'{"name":"a"}')
        self.expect(result, 2, out="", err='writ: error: the policy has no label "env"\n'
                    "  hint: the policy needs no labels\n")

    def test_what_is_no_label(self):
        for labels, said in ((["env"], '--label "env" is no name=value'),
                             (["=prod"], '--label "=prod" is no name=value'),
                             (["env=a", "env=b"], 'the label "env" is given twice')):
            for words in (["eval", "-c", "none.yaml"], ["test", "s.yaml"],
                          ["run", "-c", "none.yaml"]):
                with self.subTest(words=words, labels=labels):
                    server = ["--", "cat"] if words[0] == "run" else []
                    result = self.run_writ(*words, *self.given(*labels), *server)
                    self.expect(result, 2, out="")
                    self.assertTrue(result.err.startswith(f"writ: error: {said}\n"), result)

    def test_a_label_that_is_no_text(self):
        result = self.run_writ("eval", "-c", "none.yaml", "--label", b"env=\xff")
        self.expect(result, 2, out="")
        self.assertIn("is not UTF-8", result.err)

    # ---- Suites.

    def suite(self, labels, expect):
        return self.write("s.yaml", SUITE.format(labels=labels, expect=expect))

    def test_a_suite_gives_its_own(self):
        self.suite("labels: { env: prod, region: eu }\n", "deny")
        self.expect(self.run_writ("test", "s.yaml"), 0, err="")
        self.suite("labels: { env: 1, region: test }\n", "allow")
        self.expect(self.run_writ("test", "s.yaml"), 0, err="")

    def test_the_command_line_comes_first(self):
        self.suite("labels: { env: prod, region: eu }\n", "allow")
        self.expect(self.run_writ("test", "s.yaml"), 1)
        self.expect(self.run_writ("test", "--label", "env=dev", "s.yaml"), 0, err="")

    def test_a_suite_without_them(self):
        self.suite("", "allow")
        result = self.run_writ("test", "s.yaml")
        self.expect(result, 2)
        self.assertIn('s.yaml:1:1: error: the label "env" is missing', result.err)
        self.assertIn("hint: the policy needs these labels: env, region", result.err)
        self.suite("labels: { env: prod, region: eu, zone: a }\n", "allow")
        result = self.run_writ("test", "s.yaml")
        self.expect(result, 2)
        self.assertIn('error: the policy has no label "zone"', result.err)
        for labels, said in (("labels: prod\n", "labels must be a mapping from names to texts"),
                             ("labels: { env: [a], region: eu }\n", "label env must be text")):
            self.suite(labels, "allow")
            result = self.run_writ("test", "s.yaml")
            self.expect(result, 2)
            self.assertIn(said, result.err)


if __name__ == "__main__":
    main()
