#!/usr/bin/env python3
"""The commands from outside: what they print, where, and their exit status.

    command_line.py --writ PATH [unittest's options]
"""

import json
import os
import re
import stat

from harness import CommandTest, main

COMMANDS = ["run", "check", "test", "eval", "explain", "expr", "compile", "inspect", "disasm", "scan",
            "migrate", "keygen", "sign", "verify", "status", "replay", "diff", "learn", "bench"]


def without_times(text):
    return re.sub(r"\(\d+\.\d ms\)", "(a time)", text)


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
      - name: budget
        conditions:
          - {path: state.write.bytes, op: lte, value: 1500}
        state: {counter: bytes, window: day, increment_from: args.size}
"""

FAULTY = """\
version: "1"
default: never
tools: [write]
"""

FAULTY_SAID = """\
faulty.yaml:2:10: error: default must be allow or deny, not "never"
  2 | default: never
    |          ^~~~~
faulty.yaml:3:8: error: tools must be a mapping from tool names to their rules
  3 | tools: [write]
    |        ^
"""

WARNED = """\
version: "1"
tools: {t: {rules: [{name: r, conditions: [{path: args.m, op: eq, value: 0644}]}]}}
"""


class Help(CommandTest):
    def test_version(self):
        result = self.run_writ("--version")
        self.expect(result, 0, err="")
        self.assertRegex(result.out, r"^writ \d+\.\d+\.\d+\n$")

    def test_each_help_fits_a_screen(self):
        for words in [["--help"], ["-h"], *([c, "--help"] for c in COMMANDS + ["validate"])]:
            with self.subTest(words):
                result = self.run_writ(*words)
                self.expect(result, 0, err="")
                lines = result.out.splitlines()
                self.assertLessEqual(len(lines), {"run": 31, "bench": 27}.get(words[0], 24) if len(words) > 1
                                     else 22 + len(COMMANDS), result)
                self.assertLessEqual(max(map(len, lines)), 100, result)

    def test_the_help_names_every_command(self):
        shown = self.run_writ("--help").out
        for command in COMMANDS:
            self.assertRegex(shown, rf"(?m)^  {command}\b")
        self.assertIn("writ COMMAND --help", shown)
        self.assertIn("2 bad usage, unreadable input", shown)

    def test_no_words(self):
        result = self.run_writ()
        self.expect(result, 2)
        self.assertIn("Usage: writ", result.out)

    def test_unknown_words(self):
        commands = "writ --help lists the commands"
        for words, said, hint in (
                (["chek", "p.yaml"], '"chek" is not a command',
                 "did you mean check? writ --help lists the commands"),
                (["decompose", "p.yaml"], '"decompose" is not a command', commands),
                ([""], '"" is not a command', commands),
                (["\x1b[31m"], '"?[31m" is not a command', commands),
                (["--chek"], "run has no flag --chek", "writ run --help shows what there is"),
                (["check", "--fast", "p.yaml", "--slow"], "check has no flag --fast",
                 "writ check --help shows what there is"),
                (["eval", "-c", "p.yaml", "a", "b", "c"], 'eval has no use for "b"',
                 "writ eval --help shows what it takes"),
                (["run", "--state-dri=/tmp"], "run has no flag --state-dri",
                 "did you mean --state-dir? writ run --help shows what there is"),
                (["run", "--env-allow", "HOME,TOKEN=secret"], "--env-allow: takes names, not values: "
                 "what writ itself is started with is handed on",
                 "writ run --help shows what there is"),
                (["run", "--env-allow", ""], "--env-allow: a name is empty",
                 "writ run --help shows what there is"),
                (["scan", "--env-allow="], "--env-allow: a name is empty",
                 "writ scan --help shows what there is"),
                (["check", "-c"], "--config: 1 required TEXT missing",
                 "writ check --help shows what there is")):
            with self.subTest(words):
                self.expect(self.run_writ(*words), 2, out="",
                            err=f"writ: error: {said}\n  hint: {hint}\n")

    def test_no_file(self):
        for words, said, hint in (
                (["check"], "no policy was given", "writ check policy.yaml"),
                (["check", "--json"], "no policy was given", "writ check policy.yaml"),
                (["disasm"], "no policy was given", "writ disasm policy.yaml"),
                (["verify"], "nothing to verify was given",
                 "writ verify policy.writ, or writ verify --audit FILE"),
                (["keygen"], "no name for the keys was given",
                 "writ keygen -o team makes team.key and team.pub"),
                (["sign"], "no bundle was given", "writ sign --key team.key policy.writ"),
                (["sign", "p.writ"], "no key was given", "writ sign --key team.key policy.writ"),
                (["test"], "no suite was given", "writ test policy.test.yaml"),
                (["eval"], "no policy was given", "writ eval -c policy.yaml call.json")):
            with self.subTest(words):
                self.expect(self.run_writ(*words), 2, out="",
                            err=f"writ: error: {said}\n  hint: {hint}\n")


class Check(CommandTest):
    def test_ok(self):
        self.write("p.yaml", POLICY)
        self.expect(self.run_writ("check", "p.yaml"), 0, err="",
                    out="p.yaml: ok\n2 rules, 2 tools named, 7 instructions\n")

    def test_validate_is_the_same(self):
        self.write("p.yaml", POLICY)
        self.write("faulty.yaml", FAULTY)
        for path in ("p.yaml", "faulty.yaml", "gone.yaml"):
            check, validate = self.run_writ("check", path), self.run_writ("validate", path)
            self.assertEqual(str(check), str(validate))

    def test_costs_of_rules(self):
        self.write("p.yaml", "writ: 1\ndefault: allow\nvariables: {big: args.n > 9}\nrules:\n"
                   "  - {name: a, require: variables.big}\n  - {name: b, forbid: 'args.xs.all(x, x)'}\n")
        result = self.run_writ("check", "p.yaml", "--costs")
        lines = result.out.splitlines()
        self.assertRegex(lines[0], r"^p\.yaml:5: a: at most \d+ \+ [\d.]+ n instructions$")
        self.assertRegex(lines[1], r"^p\.yaml:6: b: at most \d+ \+ [\d.]+ n instructions$")
        self.assertEqual(lines[2], "p.yaml: ok")
        report = json.loads(self.run_writ("check", "p.yaml", "--costs", "--json").out)
        self.assertEqual([cost["rule"] for cost in report["costs"]], ["a", "b"])
        self.assertEqual(report["costs"][1]["line"], 6)
        self.assertNotIn("costs", json.loads(self.run_writ("check", "p.yaml", "--json").out))

    def test_the_policy_may_follow_a_flag(self):
        self.write("p.yaml", POLICY)
        for flag in ("-c", "--config"):
            self.expect(self.run_writ("check", flag, "p.yaml"), 0)

    def test_findings(self):
        self.write("faulty.yaml", FAULTY)
        self.expect(self.run_writ("check", "faulty.yaml"), 1, out="", err=FAULTY_SAID)

    def test_a_warning_is_no_finding(self):
        self.write("warned.yaml", WARNED)
        result = self.run_writ("check", "warned.yaml")
        self.expect(result, 0)
        self.assertTrue(result.err.startswith("warned.yaml:2:74: warning: "), result)
        self.assertIn("warned.yaml: ok\n", result.out)

    def test_unreadable(self):
        self.expect(self.run_writ("check", "gone.yaml"), 2, out="",
                    err="gone.yaml: error: cannot be read: No such file or directory\n"
                        "  hint: check the path; it is relative to the current folder\n")
        (self.folder / "folder.yaml").mkdir()
        self.expect(self.run_writ("check", "folder.yaml"), 2, out="",
                    err="folder.yaml: error: cannot be read: Is a directory\n")

    def test_several_files(self):
        self.write("p.yaml", POLICY)
        self.write("w.yaml", WARNED)
        result = self.run_writ("check", "p.yaml", "w.yaml")
        self.expect(result, 0)
        self.assertTrue(result.out.startswith("p.yaml: ok\nw.yaml: ok\n3 rules"), result)

    def test_all_findings_of_all_files(self):
        self.write("faulty.yaml", FAULTY)
        self.write("other.yaml", "version: 2\n")
        result = self.run_writ("check", "faulty.yaml", "gone.yaml", "other.yaml")
        self.expect(result, 2, out="")
        self.assertIn(FAULTY_SAID, result.err)
        self.assertIn("gone.yaml: error: ", result.err)
        self.assertIn("other.yaml:1:10: error: ", result.err)
        self.expect(self.run_writ("check", "faulty.yaml", "other.yaml"), 1)

    def test_json(self):
        self.write("p.yaml", POLICY)
        self.write("faulty.yaml", FAULTY)
        self.write("warned.yaml", WARNED)
        for path, status, ok, findings in (("p.yaml", 0, True, 0), ("warned.yaml", 0, True, 1),
                                           ("faulty.yaml", 1, False, 2),
                                           ("gone.yaml", 2, False, 1)):
            with self.subTest(path):
                result = self.run_writ("check", "--json", path)
                self.expect(result, status, err="")
                report = result.json()
                self.assertEqual(report["ok"], ok)
                self.assertEqual(len(report["findings"]), findings)
                for finding in report["findings"]:
                    self.assertEqual(set(finding), {"severity", "code", "file", "line", "column",
                                                    "length", "message", "hint"})
                    self.assertEqual(finding["file"], path)
        first = self.run_writ("check", "--json", "faulty.yaml").json()["findings"][0]
        self.assertEqual((first["severity"], first["line"], first["column"], first["length"]),
                         ("error", 2, 10, 5))

    def test_json_of_bytes_that_are_no_text(self):
        self.write("bytes.yaml", b'version: "1"\ndefault: \xff\xfe"\\\n')
        result = self.run_writ("check", "--json", "bytes.yaml")
        self.expect(result, 1)
        self.assertFalse(result.json()["ok"])

    def test_a_name_cannot_drive_the_terminal(self):
        self.write("\x1b[2J.yaml", POLICY)
        result = self.run_writ("check", "\x1b[2J.yaml")
        self.expect(result, 0, err="")
        self.assertTrue(result.out.startswith("?[2J.yaml: ok\n"), result)

    def test_no_colour_where_nobody_looks(self):
        self.write("faulty.yaml", FAULTY)
        self.assertNotIn("\x1b", self.run_writ("check", "faulty.yaml").err)


class Eval(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", POLICY)

    def decide(self, call, *words):
        """The decision on a call that is given on stdin."""
        result = self.run_writ("eval", "-c", "p.yaml", *words,
                               given=call if isinstance(call, str) else json.dumps(call))
        self.assertEqual(result.err, "", result)
        self.assertEqual(result.out.count("\n"), 1, result)
        decision = result.json()
        self.assertEqual(result.status, 0 if decision["verdict"] == "allow" else 1, result)
        return decision

    def test_allow(self):
        compiled = self.run_writ("compile", "p.yaml", "-o", "p.writ", "--json").json()
        self.assertEqual(self.decide({"name": "write", "arguments": {"size": 10}}), {
            "verdict": "allow", "code": "allowed", "rule": None, "message": "", "error": None,
            "quotas": [{"counter": "state.write.bytes", "key": None, "amount": 10,
                        "limit": 1500, "window": "day"}],
            "shadow": [], "program": compiled["program"]})

    def test_deny(self):
        decision = self.decide({"name": "write", "arguments": {"size": 1001}})
        self.assertEqual(decision["verdict"], "deny")
        self.assertEqual(decision["code"], "rule")
        self.assertEqual(decision["rule"],
                         {"name": "small", "file": "p.yaml", "line": 7, "column": 15})
        self.assertEqual(decision["message"], "Too large")
        self.assertEqual(decision["quotas"], [])

    def test_codes_without_a_rule(self):
        for call, code, message in (
                ({"name": "drop"}, "hidden", 'Tool "drop" is hidden by policy'),
                ({"name": "read"}, "default", 'Tool "read" is not permitted by policy'),
                ({"name": "write", "arguments": {"size": 1, "SIZE": 2}}, "ambiguous", None)):
            with self.subTest(code):
                decision = self.decide(call)
                self.assertEqual((decision["verdict"], decision["code"], decision["rule"]),
                                 ("deny", code, None))
                if message:
                    self.assertEqual(decision["message"], message)
                self.assertTrue(decision["message"])

    def test_error(self):
        decision = self.decide('{"name":"write","arguments":{"size":1e400}}')
        self.assertEqual((decision["verdict"], decision["code"]), ("error", "number"))
        self.assertEqual(decision["rule"]["name"], "small")
        self.assertEqual((decision["error"]["line"], decision["error"]["column"]), (9, 20))
        self.assertIn("args.size", decision["message"])

    def test_quota(self):
        self.write("p.yaml", POLICY.replace("1500", "5"))
        decision = self.decide({"name": "write", "arguments": {"size": 6}})
        self.assertEqual((decision["verdict"], decision["code"]), ("deny", "quota"))
        self.assertEqual(decision["rule"]["name"], "budget")

    def test_the_three_forms_of_a_call(self):
        arguments = {"size": 7}
        forms = [
            {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
             "params": {"name": "write", "arguments": arguments}},
            {"name": "write", "arguments": arguments},
            {"arguments": arguments, "name": "write"},
            {"call": "write", "args": arguments},
        ]
        for form in forms:
            with self.subTest(form):
                self.assertEqual(self.decide(form)["quotas"][0]["amount"], 7)

    def test_over_several_lines(self):
        for text in (json.dumps({"name": "write", "arguments": {"size": 7}}, indent=2),
                     '\r\n{\r\n"name":\r\n"write",\r\n"arguments":{"size":7}}\r\n\r\n'):
            self.assertEqual(self.decide(text)["quotas"][0]["amount"], 7)

    def test_from_a_file(self):
        self.write("call.json", '{"name":"write","arguments":{"size":7}}\n')
        for words in (["eval", "-c", "p.yaml", "call.json"], ["eval", "call.json", "-c", "p.yaml"]):
            with self.subTest(words):
                result = self.run_writ(*words)
                self.expect(result, 0, err="")
                self.assertEqual(result.json()["quotas"][0]["amount"], 7)
        self.expect(self.run_writ("eval", "-c", "p.yaml", "-", given='{"name":"drop"}'), 1)

    def test_no_arguments(self):
        for call in ({"name": "write"}, {"name": "write", "arguments": {}}):
            self.assertEqual(self.decide(call)["rule"]["name"], "small")

    def test_escapes_in_names(self):
        self.assertEqual(self.decide('{"name":"wr\\u0069te","arguments":{"siz\\u0065":7}}')
                         ["quotas"][0]["amount"], 7)

    def test_several_policies_must_all_allow(self):
        self.write("q.yaml", 'version: "1"\ntools: {write: {rules: [{name: no, action: deny}]}}\n')
        decision = self.decide({"name": "write", "arguments": {"size": 1}}, "-c", "q.yaml")
        self.assertEqual(decision["rule"],
                         {"name": "no", "file": "q.yaml", "line": 2, "column": 32})

    def test_what_is_no_call(self):
        for text in ("", "{", "[]", "7", '{"name":"write","arguments":null}', '{"name":7}', '{"arguments":{}}', '{"name":"a"} {}',
                     '{"name":"write","arguments":[1]}', '{"name":"write","name":"read"}',
                     '{"name":"write","arguments":{"size":1,"size":2}}',
                     '{"name":"wr\nite"}', "\ufeff{}", '{"name":"\\ud800"}',
                     '{"call":"write","args":"size"}', "[" * 200 + "]" * 200):
            with self.subTest(text):
                result = self.run_writ("eval", "-c", "p.yaml", given=text)
                self.expect(result, 2, out="")
                self.assertRegex(result.err, r"^writ: error: .*\n  hint: .*\n$")

    def test_keys_that_are_misspelt(self):
        request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
        call = {"name": "write", "arguments": {"size": 1}}
        for given, key, where, meant in (
                ({"name": "write", "argument": {}}, "argument", "the call", "arguments"),
                ({"name": "write", "Arguments": {}}, "Arguments", "the call", "arguments"),
                ({"name": "write", "args": {}}, "args", "the call", "arguments"),
                ({"nme": "write", "args": {}}, "nme", "the call", "name"),
                ({"arguments": {}, "tol": "write"}, "tol", "the call", "name"),
                ({"args": {}, "cal": "write"}, "cal", "the call", "call"),
                ({"call": "write", "arguments": {}}, "arguments", "the step", "args"),
                ({"call": "write", "arg": {}}, "arg", "the step", "args"),
                ({**request, "params": {"name": "write", "argments": {}}},
                 "argments", "params", "arguments"),
                ({**request, "params": {"tool": "write"}}, "tool", "params", "name"),
                ({**request, "params": {"call": "write"}}, "call", "params", "name"),
                ({**request, "parms": call}, "parms", "the request", "params"),
                ({"jsonrpc": "2.0", "id": 1, "methd": "tools/call", "params": call},
                 "methd", "the request", "method"),
                ({"json-rpc": "2.0", "id": 1, "method": "tools/call", "params": call},
                 "json-rpc", "the request", "jsonrpc")):
            with self.subTest(given):
                result = self.run_writ("eval", "-c", "p.yaml", given=json.dumps(given, indent=1))
                self.expect(result, 2, out="", err=f'writ: error: unknown key "{key}" in {where}\n'
                                                   f'  hint: did you mean {meant}?\n')
        result = self.run_writ("eval", "-c", "p.yaml", given='{"call":"write","colour":"red"}')
        self.expect(result, 2, out="")
        self.assertRegex(result.err, '^writ: error: unknown key "colour" in the step\n  hint: give ')

    def test_what_else_a_message_may_carry(self):
        carried = {"_meta": {"progressToken": 1, "name": "x"}, "task": {"ttl": 1},
                   "inputResponses": {}, "requestState": "x", "requestId": 1, "colour": "red",
                   "\u00e9": 1, "": 2}
        for call in ({"name": "write", **carried}, {**carried, "name": "write"}):
            self.assertEqual(self.decide(call)["rule"]["name"], "small")
            request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call, **carried}
            self.assertEqual(self.decide(request)["rule"]["name"], "small")
        beside = {"name": "write", "arguments": {"size": 7}, "argument": {}, "args": {}, "tool": "x"}
        self.assertEqual(self.decide(beside)["quotas"][0]["amount"], 7)
        step = {"call": "write", "args": {"size": 7}, "expect": "allow", "rule": "small",
                "message": "x", "repeat": 2, "upstream": "ok"}
        self.assertEqual(self.decide(step)["quotas"][0]["amount"], 7)

    def test_bytes_that_are_no_text(self):
        self.expect(self.run_writ("eval", "-c", "p.yaml", given=b'{"name":"\xff"}'), 2, out="")

    def test_a_call_that_cannot_be_read(self):
        result = self.run_writ("eval", "-c", "p.yaml", "gone.json")
        self.expect(result, 2, out="")
        self.assertIn("gone.json cannot be read", result.err)

    def test_a_policy_that_cannot_be_used(self):
        self.write("faulty.yaml", FAULTY)
        self.expect(self.run_writ("eval", "-c", "faulty.yaml", given='{"name":"a"}'), 2, out="",
                    err=FAULTY_SAID)
        self.expect(self.run_writ("eval", "-c", "gone.yaml", given='{"name":"a"}'), 2, out="")


class Disasm(CommandTest):
    def test_a_listing(self):
        self.write("p.yaml", POLICY)
        for words in (["disasm", "p.yaml"], ["disasm", "-c", "p.yaml"]):
            result = self.run_writ(*words)
            self.expect(result, 0, err="")
            self.assertTrue(result.out.startswith('tool "drop": block '), result)
            self.assertRegex(result.out, r"CondLte +args\.size <= 1000 +true \d+, false \d+ +"
                                         r"p\.yaml:9:20\n")

    def test_the_same_each_time(self):
        self.write("p.yaml", POLICY)
        self.assertEqual(self.run_writ("disasm", "p.yaml").out,
                         self.run_writ("disasm", "p.yaml").out)

    def test_a_policy_with_faults(self):
        self.write("faulty.yaml", FAULTY)
        self.expect(self.run_writ("disasm", "faulty.yaml"), 2, out="", err=FAULTY_SAID)


class Run(CommandTest):
    """What `run` refuses before it starts anything, and that it starts what it is told."""

    def setUp(self):
        super().setUp()
        self.write("p.yaml", POLICY)

    def server(self):
        """A server that leaves a mark, answers nothing and ends with its input."""
        path = self.folder / "server"
        path.write_text('#!/bin/sh\necho "$@" > started\nexec cat > /dev/null\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return "./server"

    def started(self):
        mark = self.folder / "started"
        return mark.read_text() if mark.exists() else None

    def refused(self, *words, status=2):
        result = self.run_writ(*words)
        self.expect(result, status, out="")
        self.assertIsNone(self.started(), "the server was started")
        return result.err

    def test_both_spellings_start_the_server(self):
        for words in (["run", "-c", "p.yaml"], ["-c", "p.yaml"], ["--config", "p.yaml"],
                      ["run", "--config=p.yaml"], ["-c", "p.yaml", "--transport", "stdio"],
                      ["-c", "p.yaml", "--log-level", "error"]):
            with self.subTest(words):
                self.expect(self.run_writ(*words, "--", self.server(), "-c", "--", "--port"), 0,
                            out="")
                self.assertEqual(self.started(), "-c -- --port\n")
                os.remove(self.folder / "started")

    def test_a_call_through_plain_writ(self):
        line = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "drop"}}
        result = self.run_writ("-c", "p.yaml", "--denial-prefix", "NO: ", "--", "cat",
                               given=json.dumps(line) + "\n")
        self.expect(result, 0)
        answer = result.json()
        self.assertEqual(answer["id"], 7)
        self.assertEqual(answer["result"]["content"][0]["text"],
                         'NO: Tool "drop" is hidden by policy')

    def test_an_empty_denial_prefix(self):
        line = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "drop"}}
        for words in (["--denial-prefix", ""], ["--denial-prefix="]):
            result = self.run_writ("-c", "p.yaml", *words, "--", "cat",
                                   given=json.dumps(line) + "\n")
            self.expect(result, 0)
            self.assertEqual(result.json()["result"]["content"][0]["text"],
                             'Tool "drop" is hidden by policy')

    def test_flags_of_other_proxies(self):
        for flag, value, remedy in (
                ("--upstream", "https://example.com/mcp", "npx mcp-remote URL"),
                ("--header", "Authorization: x", "npx mcp-remote URL --header"),
                ("--bind", "127.0.0.1", "leave it out"),
                ("--port", "8080", "leave it out"),
                ("--state-dsn", "redis://localhost", "--state-dir DIR says where"),
                ("--state-fail-mode", "open", "fails closed")):
            for words in ([flag, value], [f"{flag}={value}"]):
                for command in ([], ["run"]):
                    with self.subTest(words=words, command=command):
                        said = self.refused(*command, "-c", "p.yaml", *words, "--", self.server())
                        self.assertTrue(
                            said.startswith(f"writ: error: {flag} is not supported\n  hint: "), said)
                        self.assertIn(remedy, said)

    def test_transport(self):
        for transport in ("http", "sse"):
            said = self.refused("-c", "p.yaml", "--transport", transport, "--", self.server())
            self.assertIn(f"--transport {transport} is not supported", said)
            self.assertIn("npx mcp-remote URL", said)

    def test_other_commands_take_no_server(self):
        for command in (["disasm", "p.yaml"], ["eval", "-c", "p.yaml"], ["test", "p.yaml"]):
            self.assertIn("only run, scan and check --server take a server command",
                          self.refused(*command, "--", self.server()))
        self.assertIn("with --server only", self.refused("check", "p.yaml", "--", self.server()))

    def test_no_policy(self):
        for words in (["run", "--", self.server()], ["--", self.server()]):
            self.assertIn("no policy was given", self.refused(*words))

    def test_no_server(self):
        self.assertIn("no server command was given", self.refused("run", "-c", "p.yaml"))
        self.assertIn("no server command was given", self.refused("-c", "p.yaml"))
        self.assertIn("no server command follows --", self.refused("-c", "p.yaml", "--"))

    def test_unknown_flags_and_values(self):
        for words in (["--fast"], ["--log-level", "loud"], ["--max-depth", "0"],
                      ["--max-depth", "many"], ["--max-line-bytes", "-1"],
                      ["--max-in-flight", "0"], ["p.yaml"], ["--state", "redis"],
                      ["--state-dir", ""], ["--state-prefix="],
                      ["--state", "memory", "--audit", "none", "--state-dir", "x"],
                      ["--audit", ""], ["--audit-fail-mode", "ajar"], ["--audit-file-bytes", "1"],
                      ["--audit", "none", "--audit-args"], ["--audit", "syslog", "--audit-args"],
                      ["--audit", "syslog", "--audit-sync"],
                      ["--state", "memory", "--state-prefix", "x"]):
            with self.subTest(words):
                said = self.refused("run", "-c", "p.yaml", *words, "--", self.server())
                self.assertTrue(said.startswith("writ: error: "), said)

    def test_a_wrong_value_is_said_of_its_flag(self):
        for command in ([], ["run"]):
            for flag, value in (("--log-level", "trace"), ("--max-depth", "0"),
                                ("--max-line-bytes", "5"), ("--max-in-flight", "many")):
                said = self.refused(*command, "-c", "p.yaml", flag, value, "--", self.server())
                self.assertTrue(said.startswith(f"writ: error: {flag}: "), said)
                self.assertIn(value, said)

    def test_a_server_without_its_separator(self):
        for command in ([], ["run"]):
            said = self.refused(*command, "-c", "p.yaml", "cat", "a", "b")
            self.assertEqual(said, 'writ: error: run has no use for "cat" before --\n'
                                   "  hint: the server's command follows --: "
                                   "writ run -c policy.yaml -- SERVER ARGS…\n")

    def test_flags_before_another_command(self):
        for command in ("check", "validate", "test", "eval", "disasm", "run"):
            said = self.refused("-c", "p.yaml", command, "p.yaml")
            self.assertEqual(said, f'writ: error: "{command}" follows flags of run\n'
                                   f"  hint: the command comes first: writ {command} --help\n")

    def test_a_policy_with_faults(self):
        self.write("faulty.yaml", FAULTY)
        said = self.refused("run", "-c", "p.yaml", "-c", "faulty.yaml", "--", self.server())
        self.assertEqual(said, FAULTY_SAID)
        self.assertIn("cannot be read", self.refused("run", "-c", "gone", "--", self.server()))

    def test_a_server_that_does_not_exist(self):
        said = self.refused("run", "-c", "p.yaml", "--", "no-such-server-here")
        self.assertIn("no-such-server-here", said)
        self.assertIn("PATH", said)


class Streams(CommandTest):
    """Streams that cannot be written."""

    PRINTING = [["--help"], ["--version"], [], ["check", "p.yaml"], ["check", "--json", "p.yaml"],
                ["test", "-v", "s.yaml"], ["test", "--json", "s.yaml"], ["disasm", "p.yaml"],
                ["eval", "-c", "p.yaml", "call.json"]]
    COMPLAINING = [["chek"], ["check"], ["check", "gone.yaml"], ["test", "gone.yaml"],
                   ["disasm", "gone.yaml"], ["eval", "-c", "gone.yaml"],
                   ["eval", "-c", "p.yaml", "gone.json"], ["run", "-c", "p.yaml"],
                   ["-c", "gone.yaml", "--", "cat"], ["-c", "p.yaml", "--", "no-such-server-here"]]

    def setUp(self):
        super().setUp()
        self.write("p.yaml", POLICY)
        self.write("warned.yaml", WARNED)
        self.write("call.json", '{"name":"write","arguments":{"size":7}}')
        self.write("s.yaml", "policy: p.yaml\ncases:\n  - { name: a, call: drop, expect: deny }\n"
                             "  - { name: b, call: drop, expect: allow }\n")

    def test_stdout(self):
        for redirection, why in ((">&-", "Bad file descriptor"),
                                 (">/dev/full", "No space left on device")):
            for words in self.PRINTING:
                with self.subTest(words=words, redirection=redirection):
                    result = self.run_redirected(redirection, *words)
                    self.expect(result, 2, out="")
                    said = f"writ: error: cannot write the output: {why}\n"
                    self.assertTrue(result.err.endswith(said), result)

    def test_stdout_that_is_larger_than_its_buffer(self):
        names = ", ".join(f"tool{i}" for i in range(5000))
        self.write("large.yaml", f'version: "1"\nhide: [{names}]\n')
        for redirection in (">&-", ">/dev/full"):
            self.expect(self.run_redirected(redirection, "disasm", "large.yaml"), 2)

    def test_a_reader_that_went_away(self):
        for words in self.PRINTING:
            with self.subTest(words):
                reading, writing = os.pipe()
                os.close(reading)
                self.addCleanup(os.close, writing)
                ignored = self.run_redirected(f">&{writing}", *words, ignore_sigpipe=True,
                                              keep=[writing])
                self.expect(ignored, 2, out="")
                self.assertNotIn("cannot write", ignored.err)

    def test_stderr(self):
        for redirection in ("2>&-", "2>/dev/full"):
            for words in self.COMPLAINING:
                with self.subTest(words=words, redirection=redirection):
                    self.expect(self.run_redirected(redirection, *words), 2, err="")
            for words in self.PRINTING + [["check", "warned.yaml"]]:
                with self.subTest(words=words, redirection=redirection):
                    shown = self.run_writ(*words)
                    result = self.run_redirected(redirection, *words)
                    self.expect(result, shown.status)
                    self.assertEqual(without_times(result.out), without_times(shown.out))

    def test_neither(self):
        for redirection in (">&- 2>&-", ">/dev/full 2>/dev/full"):
            for words in self.PRINTING + self.COMPLAINING:
                with self.subTest(words=words, redirection=redirection):
                    self.expect(self.run_redirected(redirection, *words), 2, out="", err="")

    def test_a_session_needs_no_stderr(self):
        line = b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n'
        for redirection in ("2>&-", "2>/dev/full"):
            for policy in ("p.yaml", "warned.yaml"):
                with self.subTest(policy=policy, redirection=redirection):
                    self.expect(self.run_redirected(redirection, "-c", policy, "--", "cat",
                                                    given=line), 0, out=line.decode(), err="")


class UnseenInJson(CommandTest):
    """What could act on a terminal stands in JSON as \\uXXXX, and means the same."""

    UNSEEN = "a\u202eb\u2028c\u2029d\u0085e\u009bf\u007fg\u200bh\U000e0041i"

    def quoted(self):
        """In YAML, which has no halves of characters."""
        return json.dumps(self.UNSEEN).replace("\\udb40\\udc41", "\\U000e0041")

    def seen(self, result):
        for character in self.UNSEEN:
            self.assertTrue(character.isascii() and character.isprintable() or character not in result.out)
        return result.json()

    def test_check(self):
        name = self.quoted()
        self.write("p.yaml", f"writ: 1\ndefault: allow\nrules:\n  - {{ name: {name}, {name}: 1 }}\n")
        findings = self.seen(self.run_writ("check", "--json", "p.yaml"))["findings"]
        self.assertTrue(any(self.UNSEEN in finding["message"] for finding in findings), findings)
        results = self.seen(self.run_writ("check", "--sarif", "p.yaml"))["runs"][0]["results"]
        self.assertTrue(any(self.UNSEEN in result["message"]["text"] for result in results), results)

    def test_eval_and_test(self):
        name = self.quoted()
        self.write("p.yaml", f"writ: 1\ndefault: allow\nrules:\n  - {{ name: {name}, tools: pay, "
                             "forbid: args.n > 1 }\n")
        call = '{"name":"pay","arguments":{"n":2}}'
        decision = self.seen(self.run_writ("eval", "-c", "p.yaml", given=call))
        self.assertEqual(decision["rule"]["name"], self.UNSEEN)
        self.write("s.yaml", f"policy: p.yaml\ncases:\n  - {{ name: {name}, call: pay, expect: allow }}\n")
        case = self.seen(self.run_writ("test", "--json", "s.yaml"))["cases"][0]
        self.assertEqual(case["case"], self.UNSEEN)


if __name__ == "__main__":
    main()
