#!/usr/bin/env python3
"""writ replay, of sessions that were really recorded and of recordings made by hand."""

import json
import os

from harness import CommandTest, main
from traffic_world import ALL, decision, lines, record, request

SMALL = """\
writ: 1
default: deny
allow: [pay, fail]
rules:
  - name: small
    tools: pay
    require: args.amount <= 100
"""


class Replay(CommandTest):
    def replay(self, *words, status=0):
        result = self.run_writ("replay", *words)
        self.assertEqual(result.status, status, result)
        return result

    def decisions(self, *words):
        result = self.replay("--json", *words)
        return [json.loads(line) for line in result.out.splitlines()]

    def test_a_real_session(self):
        self.write("all.yaml", ALL)
        self.write("small.yaml", SMALL)
        record(self, "all.yaml", "log/", ("pay", {"amount": 5}), ("pay", {"amount": 500, "to": "\u202e\n"}),
               ("pay", {"amount": "5"}), ("other", {}), ("fail",))
        got = self.decisions("-c", "small.yaml", "log")
        self.assertEqual([(one["tool"], one["recorded"]["verdict"], one["decision"]["verdict"]) for one in got],
                         [("pay", "allow", "allow"), ("pay", "allow", "deny"), ("pay", "allow", "error"),
                          ("other", "allow", "deny"), ("fail", "allow", "allow")])
        self.assertEqual(len({one["session"] for one in got}), 1)
        self.assertRegex(got[0]["time"], r"^20\d\d-.*Z$")
        self.assertEqual(got[1]["decision"]["rule"]["name"], "small")
        # What it decided itself, it decides again.
        record(self, "small.yaml", "own/", ("pay", {"amount": 5}), ("pay", {"amount": 500}), ("other",))
        for one in self.decisions("-c", "small.yaml", "own"):
            self.assertEqual(one["recorded"]["verdict"], one["decision"]["verdict"], one)
        table = self.replay("-c", "small.yaml", "own")
        self.assertEqual(table.out, """\
  TOOL   VERDICT  RULE            CALLS  RECORDED AS
  other  deny     (default deny)      1  deny 1
  pay    allow                        1  allow 1
  pay    deny     small               1  deny 1
3 calls: 1 allowed, 2 denied, 0 errors
3 calls were recorded with their verdicts: 0 are allowed now that were not, or the other way round
""")
        self.assertEqual(table.err, "")

    def test_sessions_in_rotated_files_come_in_order(self):
        self.write("all.yaml", ALL)
        for session in range(2):
            record(self, "all.yaml", "log/", *(("t", {"session": session, "n": n, "pad": "x" * 900}) for n in range(150)),
                   flags=("--audit-args", "--audit-file-bytes", "65536"))
        self.assertGreater(len(os.listdir(self.folder / "log")), 2)
        self.write("p.yaml", "writ: 1\ndefault: allow\nrules:\n  - name: q\n    quota: { max: 100, per: session }\n")
        got = self.decisions("-c", "p.yaml", "log")
        self.assertEqual(len(got), 300)
        self.assertEqual(got, sorted(got, key=lambda one: one["time"]))
        for start in (0, 150):  # each session has its own count
            self.assertEqual([one["decision"]["verdict"] for one in got[start:start + 150]],
                             ["allow"] * 100 + ["deny"] * 50)

    def test_calls_without_arguments_are_told(self):
        self.write("all.yaml", ALL)
        record(self, "all.yaml", "bare.jsonl", ("t", {"a": 1}), ("t", {"a": 2}), flags=())
        result = self.replay("-c", "all.yaml", "bare.jsonl", status=2)
        self.assertIn("2 calls were recorded without arguments, the first in bare.jsonl:2", result.err)
        self.assertIn("--audit-args", result.err)
        self.assertIn("no call to decide", result.err)
        self.assertEqual(result.out, "")
        record(self, "all.yaml", "more.jsonl", ("t", {"a": 1}))
        result = self.replay("-c", "all.yaml", "bare.jsonl", "more.jsonl")
        self.assertIn("1 call: 1 allowed", result.out)
        self.assertIn("2 calls were recorded without arguments", result.err)

    def test_the_clock_is_that_of_the_record(self):
        self.write("p.yaml", """\
writ: 1
default: allow
rules:
  - name: two a minute
    quota: { max: 2, per: minute }
""")
        self.write("log.jsonl", "".join(decision(f"2026-03-02T09:30:{second:02}.000Z", "t")
                                        for second in (1, 2, 3)) + decision("2026-03-02T09:31:00.000Z", "t"))
        got = [one["decision"]["verdict"] for one in self.decisions("-c", "p.yaml", "log.jsonl")]
        self.assertEqual(got, ["allow", "allow", "deny", "allow"])

    def test_a_clock_that_stands_is_told_and_can_be_put(self):
        self.write("p.yaml", """\
writ: 1
default: allow
rules:
  - name: in office hours
    require: time.within("Mo-Fr 09:00-17:00", "UTC")
""")
        self.write("calls.jsonl", lines(("t", {})))
        result = self.replay("-v", "-c", "p.yaml", "calls.jsonl")
        self.assertIn('calls.jsonl:1: t: deny by in office hours: Denied by rule "in office hours"\n', result.out)
        self.assertIn("the clock stands at 2026-01-01T00:00:00.000Z", result.err)
        result = self.replay("-c", "p.yaml", "calls.jsonl", "--start", "2026-03-02T09:30:00Z")
        self.assertIn("1 allowed", result.out)
        self.assertIn('--start "noon" is no time',
                      self.replay("-c", "p.yaml", "calls.jsonl", "--start", "noon", status=2).err)

    def test_what_the_server_refused_is_given_back(self):
        self.write("p.yaml", "writ: 1\ndefault: allow\nrules:\n  - name: q\n    quota: { max: 1, per: day }\n")
        error = json.dumps({"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "no"}})
        self.write("calls.jsonl", request(1, "t") + "\n" + error + "\n" + request(2, "t") + "\n")
        got = [one["decision"]["verdict"] for one in self.decisions("-c", "p.yaml", "calls.jsonl")]
        self.assertEqual(got, ["allow", "allow"])

    def test_what_cannot_be_read_is_told_with_its_place(self):
        self.write("all.yaml", ALL)
        self.write("calls.jsonl", b"nonsense\xff\n" + request(1, "t").encode() + b"\n[1]\n{\"dir\":\"c2s\"}\n")
        result = self.replay("-c", "all.yaml", "calls.jsonl")
        self.assertIn("1 line cannot be read\n  calls.jsonl:1: ", result.err)
        self.assertIn("2 messages are none that writ run would take\n  calls.jsonl:3: ", result.err)
        self.assertIn("1 call: 1 allowed", result.out)
        self.assertIn("cannot be read", self.replay("-c", "all.yaml", "none.jsonl", status=2).err)

    def test_a_pipe(self):
        self.write("all.yaml", ALL)
        result = self.run_writ("replay", "-c", "all.yaml", "/dev/stdin", given=lines(("t", {"a": 1})))
        self.assertEqual(result.status, 0, result)
        self.assertIn("1 call: 1 allowed", result.out)

    def test_usage(self):
        self.write("all.yaml", ALL)
        self.assertIn("no policy was given", self.replay("calls.jsonl", status=2).err)
        self.assertIn("no recorded traffic was given", self.replay("-c", "all.yaml", status=2).err)
        self.assertEqual(self.replay("-c", "all.yaml", "a", "--json", "-v", status=2).out, "")
        self.write("calls.jsonl", lines(("t",)))
        self.assertIn("label", self.replay("-c", "all.yaml", "--label", "a=b", "calls.jsonl", status=2).err)


if __name__ == "__main__":
    main()
