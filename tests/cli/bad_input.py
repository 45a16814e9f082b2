#!/usr/bin/env python3
"""Input that is too large, too deep or no text: what is said of it, in how much memory.

    bad_input.py --writ PATH [unittest's options]

Each file is written here, fed to `writ check` and held to an exact line of its output. The peak of
the memory is bounded as well, far above what is needed and far below what such input could take.
"""

import resource
import subprocess

from harness import PATIENCE, CommandTest, Result, main

HEAD = "writ: 1\nname: p\ndefault: allow\n"
MIB = 1 << 20


def rule(expression, name="r"):
    return f"  - name: {name}\n    require: {expression}\n"


class BadInput(CommandTest):
    def check(self, name, text, status, said, peak_mib=1024):
        self.write(name, text)
        done = subprocess.run([self.writ, "check", name], cwd=self.folder, timeout=PATIENCE,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        result = Result(done)
        self.assertEqual(result.status, status, str(result)[:2000])
        self.assertIn(said, result.out + result.err)
        # Of the largest run so far, which is why tests with little memory cannot ask for less here.
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.assertLess(peak, peak_mib * 1024, "KiB")
        return result

    def test_expressions(self):
        self.check("long.yaml", HEAD + "rules:\n" + rule("args.a == 1 && " * 6500 + "true"), 1,
                   "an expression has at most 65536 bytes")
        self.check("million.yaml", HEAD + "rules:\n" + rule("true" + " && true" * 1_000_000), 1,
                   "an expression has at most 65536 bytes")
        self.check("deep.yaml", HEAD + "rules:\n" + rule("(" * 10_000 + "true" + ")" * 10_000), 1,
                   "deep.yaml:6:")
        self.check("listed.yaml", HEAD + "rules:\n  - name: r\n    require:\n"
                   + "      - args.a == 1\n" * 100_000, 1, "too large for one block")

    def test_files_of_any_size(self):
        for name, text in (("comment.yaml", HEAD + "#" + "x" * (50 * MIB)),
                           ("lines.yaml", HEAD + "\n" * (50 * MIB))):
            self.check(name, text, 2, "has more than 16 MiB, the most that is read")

    def test_bytes(self):
        self.check("bytes.yaml", HEAD.encode() + b"\xff" * MIB, 1,
                   "bytes.yaml:4:1: error: byte 0xFF is not valid UTF-8")
        self.check("nul.yaml", HEAD + "rules:\n" + rule("args.a == 'x\0'"), 1,
                   "control character U+0000 is not allowed")

    def test_nesting(self):
        deep = "the YAML is nested more than 100 levels deep"
        for name, text in (("flow.yaml", HEAD + "data: " + "[" * (8 * MIB)),
                           ("map.yaml", "{" * (8 * MIB)),
                           ("dashes.yaml", HEAD + "data:\n  a:\n    " + "- " * MIB)):
            self.check(name, text, 1, deep)

    def test_aliases(self):
        lines = ["data:", "  a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        for i in range(1, 12):
            lines.append(f"  a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]")
        self.check("laughs.yaml", HEAD + "\n".join(lines) + "\n", 1,
                   "the YAML expands to more than 2000000 nodes")

    def test_as_many_diagnostics_as_lines(self):
        result = self.check("keys.yaml", HEAD + "".join(f"k{i}: 1\n" for i in range(50_000)), 1,
                            "keys.yaml:1004:1: error: there are more than 1000 errors")
        self.assertEqual(result.err.count(": error: "), 1001)

    def test_one_line(self):
        rules = ", ".join(f"{{name: r{i}, requier: x}}" for i in range(20_000))
        self.check("line.yaml", HEAD + f"rules: [{rules}]\n", 1, "there are more than 1000 errors")

    def test_rules_and_tools(self):
        shared = "".join(f"  - {{name: g{i}, require: args.a == 1}}\n"
                         f"  - {{name: n{i}, tools: t{i}, require: args.b == 1}}\n"
                         for i in range(3000))
        self.check("both.yaml", HEAD + "rules:\n" + shared, 1, "are more than 300000")
        many = "".join(f"  - {{name: r{i}, tools: t{i}, require: args.a < {i}}}\n"
                       for i in range(20_000))
        self.check("many.yaml", HEAD + "rules:\n" + many, 0, "many.yaml: ok")

    def test_patterns(self):
        self.check("pattern.yaml", HEAD + "rules:\n"
                   + rule("args.a.matches(r'((a{1,100}){1,100}){1,100}')"), 1,
                   "malformed pattern: invalid repetition size")
        large = "".join(rule(f"args.a.matches(r'[\\pL\\pN]{{40}}{i}')", f"r{i}")
                        for i in range(100))
        self.check("patterns.yaml", HEAD + "rules:\n" + large, 1,
                   "the patterns of the policy compile to more than 2000000 instructions")

    def test_variables(self):
        self.check("variables.yaml", HEAD + "variables:\n"
                   + "".join(f"  v{i}: args.a == {i}\n" for i in range(20_000)), 1,
                   "a policy may have 1000 variables, and this one has 20000")

    def test_one_policy_twice(self):
        self.write("p.yaml", HEAD)
        result = self.run_writ("eval", "-c", "p.yaml", "-c", "./p.yaml", given=b'{"name":"x"}')
        self.assertEqual(result.status, 2, result)
        self.assertIn("this policy is given twice", result.err)


if __name__ == "__main__":
    main()
