#!/usr/bin/env python3
"""writ check with the tools of a server: recorded listings, a live one, and what goes wrong."""

import json
import pathlib
import sys

from harness import main
from scan_harness import SERVER, ScanTest, tool

POLICY = """writ: 1
default: allow
rules:
  - {name: small, tools: pay, require: args.amount <= 100}
"""
PAY = tool("pay", amount={"type": "integer"})
PAY["inputSchema"]["required"] = ["amount"]
RENAMED = tool("pay", total={"type": "integer"})


class CheckToolsTest(ScanTest):
    def setUp(self):
        super().setUp()
        self.write("policy.yaml", POLICY)

    def listing(self, name, value):
        self.write(name, value if isinstance(value, str) else json.dumps(value))
        return name

    def ask(self, *flags, **wish):
        path = self.folder / "wish.json"
        path.write_text(json.dumps(wish))
        return self.run_writ("check", "policy.yaml", "--server", *flags, "--", sys.executable,
                             str(SERVER), str(path))


class Recorded(CheckToolsTest):
    def test_each_form_of_a_listing(self):
        for value in [{"tools": [PAY]}, [PAY], {"jsonrpc": "2.0", "id": 1, "result": {"tools": [PAY]}},
                      json.dumps({"tools": [PAY]}, indent=2).replace("\n", "\r\n")]:
            with self.subTest(value):
                done = self.run_writ("check", "policy.yaml", "--tools",
                                     self.listing("tools.json", value))
                self.expect(done, 0)
                self.assertEqual(done.err, "")

    def test_an_error(self):
        done = self.run_writ("check", "policy.yaml", "--tools",
                             self.listing("tools.json", {"tools": [RENAMED]}))
        self.expect(done, 1)
        self.assertIn('policy.yaml:4:45: error: there is no argument "amount" in pay (tools.json)',
                      done.err)
        self.assertIn("hint: there is total", done.err)

    def test_a_page_of_a_longer_list(self):
        for value in [{"tools": [tool("look")], "nextCursor": "2"},
                      {"jsonrpc": "2.0", "id": 1, "result": {"tools": [PAY], "nextCursor": "2"}}]:
            page = self.listing("page.json", value)
            done = self.run_writ("check", "policy.yaml", "--tools", page)
            self.expect(done, 2)
            self.assertIn("is one page of a longer list: nextCursor is there", done.err)
            self.assertIn("--server", done.err)
            last = self.listing("last.json", {"tools": [PAY], "nextCursor": ""})
            done = self.run_writ("check", "policy.yaml", "--tools", page, "--tools", last)
            self.expect(done, 0)
            self.assertEqual(done.err, "")

    def test_policies_look_at_arguments_together(self):
        listing = self.listing("tools.json", [tool("copy", path={"type": "string"},
                                                   destination={"type": "string"})])
        for name in ("path", "destination"):
            self.write(f"{name}.yaml", "writ: 1\ndefault: allow\nrules:\n"
                       f"  - {{name: one, tools: copy, require: 'args.?{name}.orValue(\"\") != \"/\"'}}\n")
        done = self.run_writ("check", "path.yaml", "--tools", listing)
        self.expect(done, 0)
        self.assertIn("no rule looks at args.destination of copy", done.err)
        done = self.run_writ("check", "path.yaml", "destination.yaml", "--tools", listing)
        self.expect(done, 0)
        self.assertEqual(done.err, "")

    def test_bundles_are_not_compared(self):
        self.expect(self.run_writ("compile", "policy.yaml", "-o", "policy.writ"), 0)
        listing = self.listing("tools.json", [RENAMED])
        done = self.run_writ("check", "policy.writ", "--tools", listing)
        self.expect(done, 0)
        self.assertIn("warning: bundles are not compared with the tools", done.err)

    def test_a_warning_alone(self):
        optional = tool("pay", amount={"type": "integer"})
        done = self.run_writ("check", "policy.yaml", "--tools",
                             self.listing("tools.json", [optional]))
        self.expect(done, 0)
        self.assertIn("warning: args.amount may be missing in pay (tools.json)", done.err)

    def test_several_listings_are_one(self):
        self.write("policy.yaml", POLICY + "  - {name: two, tools: look, forbid: true}\n")
        done = self.run_writ("check", "policy.yaml", "--tools", self.listing("a.json", [PAY]),
                             "--tools", self.listing("b.json", [tool("look")]))
        self.expect(done, 0)
        done = self.run_writ("check", "policy.yaml", "--tools", "a.json", "--tools", "a.json")
        self.expect(done, 1)
        self.assertIn('there is no tool "look" (a.json)', done.err)

    def test_json(self):
        done = self.run_writ("check", "policy.yaml", "--json", "--tools",
                             self.listing("tools.json", [RENAMED]))
        self.expect(done, 1)
        found = done.json()
        self.assertFalse(found["ok"])
        self.assertEqual([one["code"] for one in found["findings"]], ["unknown-argument"])
        self.assertEqual((found["findings"][0]["line"], found["findings"][0]["column"]), (4, 45))

    def test_what_is_no_listing(self):
        deep = "[" * 100_000
        for text, why in [("", "is no JSON"), ("{", "is no JSON"), (deep, "is no JSON"),
                          ("{}", "has no list of tools"), ('{"tools":[]}', "lists no tool"),
                          ('{"tools":[{}]}', "lists no tool"),
                          ('{"tools":[],"tools":[]}', 'duplicate member "tools"'),
                          (deep + "]" * 100_000, "read differently")]:
            with self.subTest(text[:40]):
                done = self.run_writ("check", "policy.yaml", "--tools",
                                     self.listing("tools.json", text))
                self.expect(done, 2)
                self.assertIn("tools.json: error: ", done.err)
                self.assertIn(why, done.err)
        done = self.run_writ("check", "policy.yaml", "--tools", "none.json")
        self.expect(done, 2)
        self.assertIn("none.json: error: cannot be read", done.err)

    def test_hostile_schemas(self):
        endless = {"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}] * 50},
                                                  "b": {"allOf": [{"$ref": "#/$defs/a"}] * 50}}}
        itself = {"$ref": "#"}
        escapes = '[{"name":"pay\\u001b[2J","inputSchema":{"properties":{"a\\u001b]0;x":{}}}},' \
                  '{"name":"\\ud800"},{"name":"pay","inputSchema":{"properties":{"a\\u001b":{}}}}]'
        for value in [[dict(PAY, inputSchema=endless)], [dict(PAY, inputSchema=itself)],
                      [dict(PAY, inputSchema=[1])], [dict(PAY, inputSchema={"properties": 7})],
                      [dict(PAY, inputSchema={"enum": [[1], {}, 1e400], "type": [7, {}]})], escapes]:
            done = self.run_writ("check", "policy.yaml", "--tools",
                                 self.listing("tools.json", value))
            self.assertIn(done.status, (0, 1, 2), done)
            self.assertNotIn("\x1b", done.err)


class Live(CheckToolsTest):
    def test_a_server(self):
        done = self.ask(pages=[[PAY]])
        self.expect(done, 0)
        done = self.ask(pages=[[tool("look")], [RENAMED]])
        self.expect(done, 1)
        self.assertIn('there is no argument "amount" in pay (the server)', done.err)

    def test_a_server_that_fails(self):
        done = self.ask(pages=[[PAY]], dies_at="tools/list")
        self.expect(done, 2)
        self.assertIn("tools/list was asked", done.err)
        done = self.ask("--timeout", "1", pages=[[PAY]], silent_at="tools/list")
        self.expect(done, 2)
        self.assertIn("did not answer within 1 second", done.err)
        done = self.run_writ("check", "policy.yaml", "--server", "--", "./no-such-server")
        self.expect(done, 2)

    def test_flags(self):
        for words, why in [(["--server"], "no server command was given"),
                           (["--", "true"], "with --server only")]:
            done = self.run_writ("check", "policy.yaml", *words)
            self.expect(done, 2)
            self.assertIn(why, done.err)


if __name__ == "__main__":
    main()
