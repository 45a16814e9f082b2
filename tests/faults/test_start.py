"""Starts that fail: status 2, a good word on stderr, nothing on stdout."""
import os

import harness
from harness import FaultTest, call, result


class CannotStart(FaultTest):
    def assert_refused(self, session, *words):
        self.assertEqual(session.hear_out(), [])
        self.assert_over(session, 2)
        for word in words:
            self.assertIn(word, session.errors())
        self.assertNotIn("Traceback", session.errors())

    def test_no_such_command(self):
        """a server command that does not exist: stderr names it and shows PATH"""
        session = self.start(["writ-no-such-server", "--flag"])
        self.assert_refused(session, "writ-no-such-server", os.environ["PATH"])

    def test_no_such_file(self):
        """a server command with a slash that does not exist: stderr names it"""
        self.assert_refused(self.start([self.path("no-such-server")]), self.path("no-such-server"))

    def test_not_executable(self):
        """a server command that is found but not executable: stderr says so"""
        script = self.file("server.sh", "#!/bin/sh\n", 0o644)
        self.assert_refused(self.start([script]), script, "not executable")

    def test_no_interpreter(self):
        """a script whose interpreter does not exist: stderr says so"""
        script = self.file("server.sh", "#!/nowhere/python\n", 0o755)
        self.assert_refused(self.start([script]), script, "interpreter")

    def test_policy(self):
        """a policy that is missing, a folder, or no policy: the server is never started"""
        for policy in (
            self.path("missing.yaml"),
            self.folder,
            self.file("bad.yaml", 'version: "1"\nno_such_key: [\n'),
        ):
            session = self.start(self.server('note("started", "yes")\n'), policy=policy)
            self.assert_refused(session, os.path.basename(policy))
            self.assertEqual(self.noted("started"), "")


class CanStart(FaultTest):
    def test_without_run(self):
        """the word run may be left out"""
        server = self.server("for line in lines(): answer(line)\n")
        session = self.start_argv([harness.WRIT, "-c", self.policy, "--", *server])
        session.say(call(1))
        self.assertEqual(session.hear(), result(1))
        session.close_input()
        self.assertEqual(session.hear_out(), [])
        self.assert_over(session, 0)

    def test_memory(self):
        """what compiling took is not kept: a policy of 1,000 rules takes little to run"""
        rules = "".join(
            "  tool_%d:\n    rules:\n      - name: cap %d\n        conditions:\n"
            "          - { path: args.amount, op: lte, value: %d }\n" % (i, i, i)
            for i in range(1000)
        )
        policy = self.file("long.yaml", 'version: "1"\ntools:\n' + rules)
        session = self.start(self.server("for line in lines(): answer(line)\n"), policy=policy)
        session.say(call(1))
        self.assertEqual(session.hear(), result(1))
        if session.reserves_much():
            self.skipTest("a sanitizer keeps what is freed")
        self.assertLess(session.own_memory(), 4 << 20)
        session.close_input()
        self.assert_over(session, 0)

    def test_arguments(self):
        """the server gets its arguments and environment as they are, and no shell in between"""
        arguments = ["a b", "$HOME", "", "*", "--", "-c", "'\"\\"]
        server = self.server('say({"jsonrpc": "2.0", "method": "x", "params": {"argv": sys.argv[1:]}})\n')
        session = self.start(server + arguments)
        (heard,) = session.hear_out()
        self.assertEqual(heard["params"]["argv"], arguments)
        self.assert_over(session, 0)

    def heard_environment(self, *options):
        os.environ.update(GITHUB_TOKEN="secret", WRIT_TEST_A="1", WRIT_TEST_B="2")
        server = self.server(
            'say({"jsonrpc": "2.0", "method": "x", "params": {"has": sorted(os.environ)}})\n'
        )
        session = self.start(server, options)
        (heard,) = session.hear_out()
        self.assert_over(session, 0)
        return set(heard["params"]["has"])

    def test_environment(self):
        """the server gets all variables, or those that it needs and that were allowed"""
        everything = self.heard_environment()
        self.assertLessEqual({"PATH", "GITHUB_TOKEN", "WRIT_TEST_A"}, everything)
        # The word by which what a test leaves behind is found must stay.
        few = self.heard_environment("--env-clear", "--env-allow", "WRIT_FAULT_TEST,WRIT_TEST_A")
        self.assertLessEqual({"PATH", "WRIT_TEST_A"}, few)
        self.assertFalse({"GITHUB_TOKEN", "WRIT_TEST_B"} & few)
        self.assertEqual(self.heard_environment("--env-allow=WRIT_*") - few, {"WRIT_TEST_B"})
