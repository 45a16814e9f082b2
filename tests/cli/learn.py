#!/usr/bin/env python3
"""writ learn: drafts of policies, from sessions that were really recorded and from hostile ones."""

import json
import random

from harness import CommandTest, main
from traffic_world import ALL, decision, lines, record

# Names and texts that somebody may choose to mislead YAML, CEL, or whoever reads the draft.
EVIL = ["a\nb: c", '" + args.x + "', "'; x", "# comment", " #", "- x", "{", "[", "&a", "!tag", "%", "@", "\u2028x",
        "\u202eevil", "\x1b[2J", "é", "\\", 'r"', "${args.x}", "a\rb", "<<", "null", "true", "1", "1e5", "~", "in", "if",
        "has", "args", "\U0001f600", "\ufeff", "A" * 100 + '"', "path", "Path", "PATH", "ſ", "s", "\u212a", "k", "  ",
        "?", "a: b", "a #b", "\t", "", "2026-01-01", "e1", "k1", "writ: 1\ndefault: allow", "*x", "x" * 300]
NUMBERS = [0, 1, -1, 5, 2**53, -2**53, 0.5, -0.0, 1e300, 5e-324, 2**63, -2**63, 2**64 - 1, 9007199254740993, 10**40]


class Learn(CommandTest):
    def learn(self, *words, status=0):
        result = self.run_writ("learn", *words)
        self.assertEqual(result.status, status, result)
        return result

    def draft(self, traffic, *words):
        """The draft, which loads without a word, whose suite passes, and which allows what it is made of."""
        self.learn("--traffic", traffic, "--force", "-o", "p.yaml", *words)
        checked = self.run_writ("check", "p.yaml")
        self.expect(checked, 0, err="")
        tested = self.run_writ("test", "p.test.yaml")
        self.expect(tested, 0)
        replayed = self.run_writ("replay", "--json", "-c", "p.yaml", traffic)
        for one in map(json.loads, replayed.out.splitlines()):
            if one["recorded"] is None or one["recorded"]["verdict"] == "allow":
                self.assertEqual(one["decision"]["verdict"], "allow", one)
        return (self.folder / "p.yaml").read_text()

    def decide(self, tool, arguments):
        call = json.dumps({"name": tool, "arguments": arguments})
        return self.run_writ("eval", "-c", "p.yaml", given=call).json()["verdict"]

    def test_a_real_session(self):
        self.write("all.yaml", "writ: 1\ndefault: allow\nrules:\n  - { name: no, tools: drop, forbid: true }\n")
        calls = [("read", {"path": f"/srv/project/{name}.md", "head": head})
                 for head, name in enumerate(["a", "b/c", "b/d", "../project/e", "f"], 10)]
        calls += [("pay", {"currency": currency, "amount": amount, "to": f"somebody {amount}", "dry": False})
                  for amount, currency in enumerate(["eur", "usd"] * 4, 1)]
        record(self, "all.yaml", "log.jsonl", *calls, ("drop", {"all": True}))
        policy = self.draft("log.jsonl")
        self.assertIn("# Left out: 1 call denied when recorded.", policy)
        self.assertIn("  - pay  # 8 calls\n  - read  # 5 calls\n", policy)
        self.assertIn("      - path  # in 5 of 5 calls\n", policy)
        self.assertIn('path.within(args.path, "/srv/project")', policy)
        self.assertIn('args.currency in ["eur", "usd"]  # in 8 of 8 calls; 2 values\n', policy)
        self.assertIn("args.head >= 10 && args.head <= 14", policy)
        self.assertIn("args.dry == false", policy)
        self.assertIn("size(args.to) <= 64", policy)
        good = {"currency": "eur", "amount": 3, "to": "x", "dry": False}
        self.assertEqual(self.decide("pay", good), "allow")
        for change in ({"currency": "gbp"}, {"amount": 9}, {"amount": "3"}, {"to": "x" * 65}, {"dry": True}, {"new": 1}):
            self.assertEqual(self.decide("pay", {**good, **change}), "deny", change)
        del good["dry"]
        self.assertEqual(self.decide("pay", good), "deny")
        self.assertEqual(self.decide("read", {"path": "/srv/project/../x", "head": 10}), "deny")
        self.assertEqual(self.decide("drop", {"all": True}), "deny")
        self.assertEqual(self.decide("other", {}), "deny")
        self.assertNotIn(" per ", policy)  # it took no minute

    def test_lists_and_objects(self):
        self.write("calls.jsonl", lines(*(
            ("push", {"files": [{"path": f"/srv/{n}.md", "mode": n}, {"path": "/srv/x"}], "opt": {"a-b": {"deep": n}}})
            for n in range(6))))
        self.draft("calls.jsonl")
        good = {"files": [{"path": "/srv/y", "mode": 3}], "opt": {"a-b": {"deep": 5}}}
        self.assertEqual(self.decide("push", good), "allow")
        for bad in ({"files": [{"path": "/etc/y"}]}, {"files": [{"path": "/srv/y", "more": 1}]}, {"files": "x"},
                    {"files": [{"path": "/srv/y"}] * 5}, {"files": [{}]}, {"opt": {"a-b": {"deep": 6}}},
                    {"opt": {"a-b": {"deep": 5}, "c": 1}}, {"opt": {}}):
            self.assertEqual(self.decide("push", {**good, **bad}), "deny", bad)

    def test_what_is_alike_in_form(self):
        uuid = "00000000-0000-4000-8000-00000000000{}"
        self.write("calls.jsonl", lines(*(
            ("get", {"id": uuid.format(n), "url": f"https://Example.com/{n}", "branch": f"fix-{n}"}) for n in range(8))))
        self.draft("calls.jsonl")
        good = {"id": uuid.format(9), "url": "https://example.com/x", "branch": "fix_9"}
        self.assertEqual(self.decide("get", good), "allow")
        for bad in ({"id": "x"}, {"id": uuid.format(9) + "\n"}, {"url": "https://evil.example/"},
                    {"url": "http://example.com/"}, {"branch": "a b"}, {"branch": "x" * 65}):
            self.assertNotEqual(self.decide("get", {**good, **bad}), "allow", bad)

    def test_few_calls_bind_names_types_and_folders_only(self):
        self.write("calls.jsonl", lines(("t", {"a": "x", "n": 1, "p": "/srv/a/b"}), ("t", {"a": "y"})))
        policy = self.draft("calls.jsonl")
        self.assertEqual(self.decide("t", {"a": "z", "n": 99, "p": "/srv/a/b/c"}), "allow")
        self.assertEqual(self.decide("t", {}), "allow")
        for bad in ({"a": 1}, {"n": "x"}, {"p": "/srv/a"}, {"b": 1}):
            self.assertEqual(self.decide("t", bad), "deny", bad)
        self.assertNotIn("quota:", policy)
        self.draft("calls.jsonl", "--min-seen", "1")
        self.assertEqual(self.decide("t", {}), "deny")
        self.assertEqual(self.decide("t", {"a": "y", "n": 2}), "deny")

    def test_names_that_are_not_all_known(self):
        for odd in ({"n" * 300: 1}, {f"n{i}": 1 for i in range(101)}):
            self.write("log.jsonl", lines(*[("t", {"ok": "/srv/x"})] * 6, ("t", {"ok": "/srv/x", **odd})))
            policy = self.draft("log.jsonl")
            self.assertIn("# Any other argument may be there", policy)
            self.assertIn("may be called with any other argument",
                          self.learn("--traffic", "log.jsonl").err)
            self.assertEqual(self.decide("t", {"ok": "/srv/x", "new": 1}), "allow")
            self.assertEqual(self.decide("t", {"ok": "/etc/shadow"}), "deny")

    def test_rates(self):
        text = ""
        for day in range(2, 6):
            for hour in range(3):
                for minute in range(4):
                    for second in range(5 if minute == 0 else 1):
                        text += decision(f"2026-03-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z", "t", {"n": 1})
        self.write("log.jsonl", text)
        policy = self.draft("log.jsonl")
        self.assertIn("quota: { max: 10, per: minute }  # 5 calls at most", policy)
        self.assertIn("quota: { max: 16, per: hour }  # 8 calls at most", policy)
        self.assertIn("quota: { max: 48, per: day }  # 24 calls at most", policy)
        self.assertIn("t: too often", (self.folder / "p.test.yaml").read_text())
        # A window that the recording is not three times as long as says nothing.
        self.write("hour.jsonl", "".join(decision(f"2026-03-02T09:{minute:02}:00.000Z", "t", {}) for minute in range(60)))
        policy = self.draft("hour.jsonl")
        self.assertIn("quota: { max: 2, per: minute }  # 1 call at most", policy)
        self.assertNotIn("per: hour", policy)
        # Without times it is the session.
        self.write("calls.jsonl", lines(*[("t", {})] * 7))
        self.assertIn("quota: { max: 14, per: session }  # 7 calls at most", self.draft("calls.jsonl"))

    def test_hostile_recordings(self):
        chance = random.Random(7)

        def value(depth=0):
            kind = chance.random()
            if kind < .4 or depth > 3:
                return chance.choice(EVIL)
            if kind < .5:
                return chance.choice(NUMBERS)
            if kind < .6:
                return chance.choice([True, False, None])
            if kind < .8:
                return [value(depth + 1) for _ in range(chance.randrange(3))]
            return {chance.choice(EVIL): value(depth + 1) for _ in range(chance.randrange(4))}

        calls = [(chance.choice(EVIL), {chance.choice(EVIL): value() for _ in range(chance.randrange(4))})
                 for _ in range(400)]
        self.write("calls.jsonl", lines(*calls))
        for least in ("1", "5"):
            done = self.learn("--traffic", "calls.jsonl", "--force", "-o", "p.yaml", "--min-seen", least)
            self.assertNotIn("error", done.err)
            policy = (self.folder / "p.yaml").read_text()
            # Every line is one of the draft's own, whatever the names and values hold.
            own = r"^(|#.*|writ: 1|default: deny|allow:|rules:|  - .*  # \d+ calls?|  - name: .*|    tools: .*|" \
                  r"    # (Less|Any other) .*|    only_args:( \[\]  # none in \d+ calls?)?|    require:|      - .*  # \d*in? ?.*|" \
                  r"      - .*  # \d+ names? in .*|    quota: \{ max: \d+, per: session \}  # .*)$"
            for line in policy.split("\n"):
                self.assertRegex(line, own)
            self.assertTrue(all(c == "\n" or c.isprintable() for c in policy), repr(policy))
            checked = self.run_writ("check", "p.yaml")
            self.assertEqual(checked.status, 0, checked)
            # Tools that are called like regular expressions are warned of, and nothing else.
            for line in checked.err.splitlines():
                if "warning:" in line:
                    self.assertIn("is matched as it stands", line)
            self.expect(self.run_writ("test", "p.test.yaml"), 0)
            replayed = self.run_writ("replay", "--json", "-c", "p.yaml", "calls.jsonl")
            verdicts = {}
            for line in replayed.out.splitlines():
                one = json.loads(line)
                verdicts.setdefault(one["tool"], set()).add(one["decision"]["verdict"])
            unnamed = {"*x", "x" * 300, "  ", "\t", ""}
            for tool, found in verdicts.items():
                self.assertEqual(found, {"deny"} if tool in unnamed else {"allow"}, tool)

    def test_one_odd_tool_costs_no_other_anything(self):
        self.write("calls.jsonl", lines(*[("odd", {"path": "/a", "Path": 9007199254740993})] * 4, *[("t", {"n": 5})] * 5))
        policy = self.draft("calls.jsonl")
        self.assertIn("args.n == 5", policy)
        self.assertIn("# Less is asked than was seen", policy)
        self.assertEqual(self.decide("odd", {"other": 1}), "deny")

    def test_numbers_that_servers_read_differently_are_not_read(self):
        self.write("calls.jsonl", lines(*[("t", {"n": 9007199254740993})] * 6))
        self.draft("calls.jsonl")
        self.assertEqual(self.decide("t", {"n": 1}), "allow")

    def test_where_it_is_written(self):
        self.write("calls.jsonl", lines(("t", {})))
        done = self.learn("--traffic", "calls.jsonl")
        self.assertIn("writ: 1\ndefault: deny\nallow:\n  - t  # 1 call\n", done.out)
        self.write("mine.test.yaml", "mine")
        self.assertIn("is there already", self.learn("--traffic", "calls.jsonl", "-o", "mine.yaml", status=2).err)
        self.assertFalse((self.folder / "mine.yaml").exists())
        done = self.learn("--traffic", "calls.jsonl", "--force", "-o", "mine.yaml")
        self.assertEqual(done.out, "mine.yaml: 1 call of 1 tool\nmine.test.yaml: 3 cases\n")
        self.expect(self.run_writ("test", "mine.test.yaml"), 0)
        self.learn("--traffic", "calls.jsonl", "--force", "-o", "calls.jsonl", status=2)
        self.assertEqual((self.folder / "calls.jsonl").read_text(), lines(("t", {})))

    def test_nothing_to_learn_from(self):
        self.write("denied.jsonl", decision("2026-03-02T09:30:00.000Z", "t", {}, "deny"))
        self.assertIn("nothing to learn from", self.learn("--traffic", "denied.jsonl", status=2).err)
        self.write("empty.jsonl", "")
        self.assertIn("no call to decide", self.learn("--traffic", "empty.jsonl", status=2).err)
        self.assertIn("no recorded traffic", self.learn(status=2).err)

    def test_a_pipe_is_read_twice(self):
        done = self.run_writ("learn", "--traffic", "/dev/stdin", given=lines(("t", {"a": 1})))
        self.assertEqual(done.status, 0, done)
        self.assertIn("only_args", done.out)


if __name__ == "__main__":
    main()
