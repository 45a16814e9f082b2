#!/usr/bin/env python3
"""One expression from outside: its value, its parts, its cost, and what is wrong with it.

    expr.py --writ PATH [unittest's options]
"""

import json

from harness import CommandTest, main


class Expr(CommandTest):
    def value(self, expression, *words):
        result = self.run_writ("expr", expression, "--json", *words)
        self.expect(result, 0, err="")
        return json.loads(result.out)

    def test_prints_value_and_type(self):
        result = self.run_writ("expr", "[1, 2].map(x, x * 2)")
        self.expect(result, 0, out="[2, 4]\nlist\n", err="")
        self.assertEqual(self.value("1u + 1u"), {"value": "2u", "type": "uint"})
        self.assertEqual(self.value("'a' + 'b'"), {"value": '"ab"', "type": "string"})
        self.assertEqual(self.value("duration('1h') > duration('59m')"),
                         {"value": "true", "type": "bool"})

    def test_an_expression_may_start_with_a_minus(self):
        result = self.run_writ("expr", "--args", '{"a":2}', "--", "-args.a < 3")
        self.expect(result, 0, out="true\nbool\n", err="")
        result = self.run_writ("expr", "-args.a < 3")
        self.expect(result, 2, out="")
        self.assertIn("writ expr -- '-args.a < 3'", result.err)

    def test_reads_the_arguments_and_the_time(self):
        args = ("--args", '{"path":"/srv/x","n":[1,2,3]}')
        self.assertEqual(self.value("path.within(args.path, '/srv')", *args)["value"], "true")
        self.assertEqual(self.value("args.n.exists(n, n == 3)", *args)["value"], "true")
        self.assertEqual(self.value("has(args.path)")["value"], "false")
        self.assertEqual(
            self.value("now.getFullYear()", "--now", "2026-03-02T09:30:00Z")["value"], "2026")

    def test_an_error_in_evaluating_is_a_no(self):
        result = self.run_writ("expr", "1 + args.x", "--args", '{"x":"a"}')
        self.expect(result, 1, out="")
        self.assertIn("expression:1:3: error: no such overload", result.err)
        result = self.run_writ("expr", "args.missing", "--json")
        self.expect(result, 1, err="")
        self.assertEqual(json.loads(result.out),
                         {"error": {"text": "no such field", "column": 6}})

    def test_what_cannot_be_seen_is_escaped(self):
        for words in ((), ("--explain",)):
            result = self.run_writ("expr", "args.a", "--args",
                                   json.dumps({"a": "x\u202ey\u009bz\u200b"}), *words)
            self.expect(result, 0, err="")
            self.assertIn(r'"x\u202ey\u009bz\u200b"', result.out)

    def test_an_expression_with_faults_is_bad_usage(self):
        for expression, said in (("1 +", "expression:1:"), ("args.path.startWith('a')", "startsWith"),
                                 ("nme == 1", "nme"), ("args.a.matches('(')", "1:17")):
            result = self.run_writ("expr", expression)
            self.expect(result, 2, out="")
            self.assertIn(said, result.err)

    def test_bad_flags_are_bad_usage(self):
        for words, said in ((["1", "--args", "{"], "--args"),
                            (["1", "--args", "[1]"], "--args must be an object"),
                            (["1", "--args", '{"a":1,"a":2}'], "--args"),
                            (["1", "--now", "yesterday"], "--now"),
                            ([], "no expression was given")):
            result = self.run_writ("expr", *words)
            self.expect(result, 2, out="")
            self.assertIn(said, result.err)

    def test_explains_every_part(self):
        result = self.run_writ("expr", "args.a > 1 && args.b.all(x, x > args.a)", "--explain",
                               "--args", '{"a":2,"b":[3,4]}')
        self.expect(result, 0, err="")
        lines = [line.split() for line in result.out.splitlines()]
        self.assertEqual(lines[0][-1], "true")
        self.assertIn(["args.a", ">", "1", "true"], lines)
        self.assertIn(["args.b.all(x,", "x", ">", "args.a)", "true"], lines)
        self.assertIn("(for each element)", result.out)

    def test_explains_what_bindings_stand_for(self):
        cases = (("cel.bind(x, args.a, x + 1 > 2 && x < 9)", ["x + 1 3", "x 2", "x < 9 true"], False),
                 ("cel.bind(x, args.a, cel.bind(y, x * 3, y + x) == 8)", ["x * 3 6", "y + x 8"], False),
                 ("cel.bind(x, args.a, args.b.all(e, e > x + 1))", ["x + 1 3"], True),
                 ("args.b.all(e, cel.bind(x, e + 1, x > 2))", ["args.b [3,4]"], True),
                 ("[5].exists(e, cel.bind(x, e, x > 2) && cel.bind(z, args.a, z == 2))", ["z == 2 true"], True))
        for expression, parts, per_element in cases:
            result = self.run_writ("expr", expression, "--explain", "--args", '{"a":2,"b":[3,4]}')
            self.expect(result, 0, err="")
            lines = [" ".join(line.split()) for line in result.out.splitlines()]
            for part in parts:
                self.assertIn(part, lines, expression)
            self.assertEqual("(for each element)" in result.out, per_element, expression)

    def test_warns_on_stderr_of_what_reads_something(self):
        result = self.run_writ("expr", "args.a == 1 && args.a == 2", "--args", '{"a": 1}')
        self.assertEqual((result.status, result.out), (0, "false\nbool\n"))
        self.assertIn("warning: with what is said of args.a before, this && is never true",
                      result.err)
        self.expect(self.run_writ("expr", "1 == 1"), 0, err="")

    def test_bounds_the_cost(self):
        result = self.run_writ("expr", "args.a.all(x, x > 0)", "--cost", "--json")
        self.expect(result, 0, err="")
        cost = json.loads(result.out)
        self.assertIn("n", cost["cost"])
        self.assertGreater(cost["budget"], cost["constant"])
        result = self.run_writ("expr", "1 + 1", "--cost")
        self.expect(result, 0, err="")
        self.assertTrue(result.out.startswith("at most "), result.out)


if __name__ == "__main__":
    main()
