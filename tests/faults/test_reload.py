"""Policies that change under a running writ: the real program, from outside.

With --soak at full length: 10,000 reloads.
"""
import hashlib
import mmap
import os
import signal
import subprocess
import time

import harness
from harness import PATIENCE, FaultTest, call

ALLOW = """writ: 1
name: changing
default: allow
"""

# `%s` is what the agent reads.
DENY = (
    ALLOW
    + """rules:
  - { name: never, tools: work, forbid: true, message: "%s" }
"""
)

LISTED = (
    ALLOW
    + """data:
  known: { from_file: known.txt }
rules:
  - { name: known, tools: work, require: args.name in data.known }
"""
)

BROKEN = ALLOW + "rules:\n  - { name: never, tools: work, forbid: args.a > }\n"

ANSWERS = """
    for line in lines(): answer(line)
"""


def long_policy(rules):
    """One that takes a compiler long."""
    return ALLOW + "rules:\n" + "".join(
        "  - { name: r%d, tools: t%d, require: args.a.matches('^a%d+b*$') }\n" % (i, i, i)
        for i in range(rules)
    )


def short(digest):
    """As logs show it."""
    return digest[:16]


def of_text(text):
    return short(hashlib.sha256(text.encode()).hexdigest())


def of_program(text, name="policy.yaml"):
    return short(harness.root_hash(text, name))


class ReloadTest(FaultTest):
    def setUp(self):
        super().setUp()
        self.policy = self.file("policy.yaml", ALLOW)
        self.calls = 0

    def watch(self, server=ANSWERS, *options, **more):
        """A session that has answered once, so that it runs."""
        session = self.start(self.server(server), ["--watch", *options], **more)
        self.assert_allowed(session)
        return session

    def await_log(self, session, words, times=1):
        end = time.monotonic() + PATIENCE
        while session.errors().count(words) < times:
            self.assertLess(time.monotonic(), end, words + "\n" + session.errors())
            time.sleep(0.01)

    def await_reload(self, session, text, old=None):
        """Until the policy of that text runs."""
        self.await_log(session, "policy reloaded: ")
        self.await_log(session, " -> %s\n" % of_program(text))
        if old is not None:
            self.assertIn(
                "writ: info: policy reloaded: %s -> %s\n" % (of_program(old), of_program(text)),
                session.errors(),
            )

    def await_refusal(self, session, words, times=1):
        self.await_log(session, "goes on: ", times)
        self.assertIn(words, session.errors())

    def time_beside_the_pump(self, session):
        """Seconds that other threads than the first have run."""
        ticks = 0
        for thread in os.listdir("/proc/%d/task" % session.pid):
            if thread == str(session.pid):
                continue
            with open("/proc/%d/task/%s/stat" % (session.pid, thread)) as file:
                ticks += int(file.read().rpartition(")")[2].split()[11])
        return ticks / os.sysconf("SC_CLK_TCK")

    def decide(self, session, **arguments):
        """What becomes of a call."""
        self.calls += 1
        session.say(call(self.calls, **arguments))
        heard = session.hear()
        self.assertEqual(heard["id"], self.calls)
        return heard["result"]

    def assert_allowed(self, session, **arguments):
        self.assertEqual(self.decide(session, **arguments), {})

    def assert_denied(self, session, words, **arguments):
        heard = self.decide(session, **arguments)
        self.assertTrue(heard.get("isError"), heard)
        rule = heard["_meta"]["writ/decision"]["rule"]
        self.assertIn(words, "%s %s" % (rule, heard["content"][0]["text"]))

    def replace(self, name, text):
        """By a rename, as most editors and tools do."""
        os.rename(self.file(name + ".new", text), self.path(name))

    def end(self, session):
        session.close_input()
        self.assert_over(session, 0)


class Changes(ReloadTest):
    def test_in_place(self):
        """a policy written in place decides the next call, and both digests are logged"""
        session = self.watch()
        self.file("policy.yaml", DENY % "once")
        self.await_reload(session, DENY % "once", old=ALLOW)
        self.assert_denied(session, "once")
        self.file("policy.yaml", ALLOW)
        self.await_reload(session, ALLOW, old=DENY % "once")
        self.assert_allowed(session)
        self.end(session)

    def test_renamed_over(self):
        """a policy that another file is renamed over, again and again"""
        session = self.watch()
        for text in ("one", "two", "three"):
            self.replace("policy.yaml", DENY % text)
            self.await_reload(session, DENY % text)
            self.assert_denied(session, text)
        self.end(session)

    def test_deleted_and_made_again(self):
        """a policy that is gone: the old one goes on, and the new one runs when it is there"""
        session = self.watch()
        os.remove(self.policy)
        self.await_refusal(session, "policy.yaml: error: cannot be read: No such file or directory")
        self.assert_allowed(session)
        self.file("policy.yaml", DENY % "back")
        self.await_reload(session, DENY % "back")
        self.assert_denied(session, "back")
        self.end(session)

    def test_made_again_by_a_slow_writer(self):
        """a policy that is made again is not read while its writer has written half of it"""
        whole = ALLOW + (
            "rules:\n  - { name: first, tools: play, forbid: true }\n"
            "  - { name: second, tools: work, forbid: true }\n"
        )
        half = whole[: whole.index("  - { name: second")]
        self.file("policy.yaml", whole)
        session = self.start(self.server(ANSWERS), ["--watch"])
        self.assert_denied(session, "second")
        os.remove(self.policy)
        begin = time.monotonic()
        with open(self.policy, "w") as file:
            file.write(half)
            file.flush()
            time.sleep(0.4)  # four times what settles a change
            held_back = self.decide(session) != {}
            in_time = time.monotonic() - begin < 0.8  # after a second half is as good as all
            file.write(whole[len(half) :] + " # all\n")
        self.await_reload(session, whole + " # all\n")
        self.assert_denied(session, "second")
        self.end(session)
        if not in_time:
            self.skipTest("this machine is too slow to tell")
        self.assertTrue(held_back)
        self.assertEqual(session.errors().count("policy reloaded: "), 1)

    def test_link_swapped(self):
        """a policy behind links of which one is led elsewhere, as Kubernetes does; its counts stay"""
        limited = (
            "writ: 1\ndefault: allow\nrules:\n"
            "  - { name: two, tools: work, quota: { max: %d, per: 366d } }\n"
        )
        for version, limit in (("..1", 2), ("..2", 3)):
            os.mkdir(self.path(version))
            self.file(version + "/policy.yaml", limited % limit)
        os.symlink("..1", self.path("..data"))
        os.remove(self.policy)
        os.symlink("..data/policy.yaml", self.policy)
        session = self.watch()
        self.assert_allowed(session)
        self.assert_denied(session, "two")
        os.symlink("..2", self.path("..data_tmp"))
        os.rename(self.path("..data_tmp"), self.path("..data"))
        self.await_reload(session, limited % 3, old=limited % 2)
        self.assert_allowed(session)
        self.assert_denied(session, "two")
        self.end(session)

    def test_folder_swapped(self):
        """a policy whose folder is moved away and another put in its place"""
        for folder, text in (("now", ALLOW), ("next", DENY % "next")):
            os.mkdir(self.path(folder))
            self.file(folder + "/policy.yaml", text)
        session = self.watch(policy=self.path("now/policy.yaml"))
        os.rename(self.path("now"), self.path("before"))
        os.rename(self.path("next"), self.path("now"))
        self.await_reload(session, DENY % "next")
        self.assert_denied(session, "next")
        self.end(session)

    def test_list(self):
        """a list that a policy reads, and one that it reads from now on"""
        known = self.file("known.txt", "ann\n")
        self.file("policy.yaml", LISTED)
        session = self.start(self.server(ANSWERS), ["--watch"])
        self.assert_allowed(session, name="ann")
        self.assert_denied(session, "known", name="bob")
        self.file("known.txt", "ann\nbob\n")
        self.await_log(session, "policy reloaded: ", 1)
        self.assert_allowed(session, name="bob")
        os.mkdir(self.path("other"))
        self.file("other/names.txt", "cid\n")
        self.file("policy.yaml", LISTED.replace("known.txt", "other/names.txt"))
        self.await_log(session, "policy reloaded: ", 2)
        self.assert_allowed(session, name="cid")
        os.remove(known)
        self.file("other/names.txt", "dan\n")
        self.await_log(session, "policy reloaded: ", 3)
        self.assert_allowed(session, name="dan")
        self.end(session)

    def test_list_that_comes_later(self):
        """a policy whose list is not there yet is refused, and runs as soon as the list is there"""
        session = self.watch()
        os.mkdir(self.path("other"))
        self.file("policy.yaml", LISTED.replace("known.txt", "other/names.txt"))
        self.await_refusal(session, "other/names.txt cannot be read")
        self.file("other/names.txt", "ann\n")
        self.await_log(session, "policy reloaded: ")
        self.assert_allowed(session, name="ann")
        self.assert_denied(session, "known", name="bob")
        self.end(session)

    def test_several_policies(self):
        """one of two policies"""
        second = self.file("second.yaml", ALLOW.replace("changing", "second"))
        session = self.watch(ANSWERS, "-c", second)
        self.replace("second.yaml", (DENY % "by the second").replace("changing", "second"))
        self.await_log(session, "policy reloaded: ")
        self.assert_denied(session, "by the second")
        self.end(session)

    def test_quick_edits(self):
        """200 edits without a pause: the last one runs"""
        session = self.watch()
        for edit in range(200):
            (self.replace if edit % 3 else self.file)("policy.yaml", DENY % edit)
        self.await_reload(session, DENY % 199)
        self.assert_denied(session, "199")
        self.end(session)

    def test_calls_meanwhile(self):
        """calls while the policy changes: each is answered once, by the one policy or the other"""
        session = self.watch()
        for edit in range(30):
            self.replace("policy.yaml", DENY % edit if edit % 2 else ALLOW)
            first = self.calls + 1
            self.calls += 100
            session.say(*(call(id) for id in range(first, self.calls + 1)))
            heard = [session.hear() for _ in range(100)]
            self.assertEqual({m["id"] for m in heard}, set(range(first, self.calls + 1)))
        self.await_reload(session, DENY % 29)
        self.assert_denied(session, "29")
        self.end(session)


class Refusals(ReloadTest):
    def test_broken_then_mended(self):
        """a policy with a fault leaves the old one running, and is told once, in full"""
        session = self.watch()
        self.replace("policy.yaml", BROKEN)
        self.await_refusal(session, "policy.yaml:5:")
        told = "writ: error: policy %s not reloaded, %s goes on: 1 error\n" % (
            of_text(BROKEN), of_program(ALLOW))
        self.await_log(session, told)
        self.assertIn("^", session.errors())
        self.assert_allowed(session)
        os.utime(self.policy)
        self.replace("policy.yaml", BROKEN)
        # Once another is told, this one would have been.
        self.replace("policy.yaml", BROKEN + "more: 1\n")
        self.await_log(session, "goes on: 2 errors")
        self.assertEqual(session.errors().count(told), 1, session.errors())
        # Who asks is told again, in one line.
        session.process.send_signal(signal.SIGHUP)
        self.await_log(session, "goes on: 2 errors", 2)
        self.assertEqual(session.errors().count("policy.yaml:6:"), 1, session.errors())
        self.file("policy.yaml", DENY % "mended")
        self.await_reload(session, DENY % "mended")
        self.assert_denied(session, "mended")
        self.end(session)

    def test_broken_again(self):
        """the same fault after a reload is told again"""
        session = self.watch()
        for times in (1, 2):
            self.replace("policy.yaml", BROKEN)
            self.await_refusal(session, "policy.yaml:5:", times)
            self.replace("policy.yaml", DENY % times)
            self.await_reload(session, DENY % times)
        self.end(session)

    def test_broken_then_as_it_was(self):
        """a policy that is again what runs after a fault: that is told, once"""
        session = self.watch()
        self.replace("policy.yaml", BROKEN)
        self.await_refusal(session, "policy.yaml:5:")
        self.replace("policy.yaml", ALLOW)
        self.await_log(session, "writ: info: policy is again the one that runs: %s\n"
                       % of_program(ALLOW))
        session.process.send_signal(signal.SIGHUP)
        self.await_log(session, "writ: info: policy unchanged: %s\n" % of_program(ALLOW))
        self.assertEqual(session.errors().count("is again"), 1, session.errors())
        self.assertNotIn("policy reloaded: ", session.errors())
        self.end(session)

    def watch_list(self):
        self.file("known.txt", "ann\n")
        self.file("policy.yaml", LISTED)
        session = self.start(self.server(ANSWERS), ["--watch"])
        self.assert_allowed(session, name="ann")
        return session

    def test_empty_while_written(self):
        """a list that is empty while its writer has it open is refused"""
        session = self.watch_list()
        for name in ("known.txt", "made again"):
            if name != "known.txt":
                os.remove(self.path("known.txt"))
                self.await_log(session, "known.txt cannot be read")
            with open(self.path("known.txt"), "w") as file:
                self.await_log(session, "goes on: %s is empty, and being written\n"
                               % self.path("known.txt"), 2 if name == "made again" else 1)
                self.assert_allowed(session, name="ann")
                file.write("ann\nbob %s\n" % name)
            self.await_log(session, "policy reloaded: ", 2 if name == "made again" else 1)
            self.assert_allowed(session, name="bob " + name)
        self.assertNotIn("is empty now", session.errors())
        self.end(session)

    def test_empty_while_written_and_asked_for(self):
        """a list that is empty while its writer has it open is taken by who asks again"""
        session = self.watch_list()
        with open(self.path("known.txt"), "w"):
            self.await_log(session, "goes on: %s is empty, and being written\n"
                           % self.path("known.txt"))
            session.process.send_signal(signal.SIGHUP)
            self.await_log(session, "policy reloaded: ")
            self.assert_denied(session, "known", name="ann")
        self.end(session)

    def test_empty_while_another_policy_comes(self):
        """a policy that does not read the list which is being written is taken at once"""
        session = self.watch_list()
        with open(self.path("known.txt"), "w"):
            self.await_log(session, "known.txt is empty, and being written\n")
            self.replace("policy.yaml", DENY % "nobody")
            self.await_reload(session, DENY % "nobody")
            self.assert_denied(session, "nobody", name="ann")
        self.end(session)

    def test_empty_and_never_closed(self):
        """a list that is made empty without being opened is taken in the end"""
        session = self.watch_list()
        os.truncate(self.path("known.txt"), 0)
        self.await_log(session, "writ: warn: %s is empty now" % self.path("known.txt"))
        self.await_log(session, "policy reloaded: ")
        self.assert_denied(session, "known", name="ann")
        self.end(session)

    def test_emptied(self):
        """a list that stays empty locks everybody out, with a warning"""
        session = self.watch_list()
        self.file("known.txt", "")
        self.await_log(session, "writ: warn: %s is empty now" % self.path("known.txt"))
        self.await_log(session, "policy reloaded: ")
        self.assert_denied(session, "known", name="ann")
        self.assertNotIn("goes on: ", session.errors())
        self.file("policy.yaml", "")
        self.await_refusal(session, "policy.yaml")
        self.assert_denied(session, "known", name="ann")
        self.end(session)

    def test_empty_since_before(self):
        """a policy that names a list which is empty already"""
        self.file("known.txt", "")
        session = self.watch()
        self.file("policy.yaml", LISTED)
        self.await_log(session, "policy reloaded: ")
        self.assertNotIn("is empty now", session.errors())
        self.assert_denied(session, "known", name="ann")
        self.end(session)

    def test_memory_runs_out(self):
        """a policy for which memory does not suffice is refused, and the session goes on"""
        limited = ["/bin/sh", "-c", 'ulimit -v 200000; exec "$@"', "sh"]
        if subprocess.run(limited + [harness.WRIT, "--version"], capture_output=True).returncode:
            self.skipTest("this build needs more memory at its start")
        session = self.start_argv(
            limited + [harness.WRIT, "run", "--watch", "-c", self.policy, "--",
                       *self.server(ANSWERS)])
        self.assert_allowed(session)
        for times in (1, 2):
            self.replace("policy.yaml", long_policy(60_000) + "# %d\n" % times)
            self.await_refusal(session, "goes on: memory ran out\n", times)
            self.assert_allowed(session)
        self.replace("policy.yaml", DENY % "short again")
        self.await_reload(session, DENY % "short again")
        self.assert_denied(session, "short again")
        self.end(session)

    def test_others_can_write(self):
        """a policy that others may write is refused until they may not, or always taken"""
        session = self.watch()
        os.chmod(self.policy, 0o666)
        self.file("policy.yaml", DENY % "by whom", 0o666)
        self.await_refusal(session, "policy.yaml is not safe to decide by: ")
        self.assert_allowed(session)
        os.chmod(self.policy, 0o644)
        self.await_reload(session, DENY % "by whom")
        self.assert_denied(session, "by whom")
        self.end(session)
        session = self.start(self.server(ANSWERS), ["--watch", "--insecure-permissions"])
        self.assert_denied(session, "by whom")
        self.file("policy.yaml", ALLOW, 0o666)
        self.await_reload(session, ALLOW)
        self.assert_allowed(session)
        self.end(session)

    def test_given_twice(self):
        """a policy that is a link to another of the session's, until it is a copy"""
        text = ALLOW.replace("name: changing\n", "")
        self.file("policy.yaml", text)
        second = self.file("second.yaml", text + "hide: [play]\n")
        session = self.watch(ANSWERS, "-c", second)
        os.symlink(self.policy, self.path("link"))
        os.rename(self.path("link"), second)
        self.await_refusal(session, "this policy is given twice")
        self.replace("second.yaml", text)
        self.await_log(session, "policy reloaded: ")
        self.end(session)

    def test_label(self):
        """a policy that asks for a label which was not given is refused"""
        session = self.watch()
        self.file("policy.yaml", ALLOW + "labels: [env]\n")
        self.await_refusal(session, "the label \"env\" is missing")
        self.assert_allowed(session)
        self.end(session)

    def test_stream(self):
        """what can be read only once cannot be watched: status 2, and no server"""
        session = self.start(
            self.server('note("started", "yes")\n'), ["--watch"], policy="/dev/stdin"
        )
        session.write(ALLOW.encode())
        session.close_input()
        self.assert_over(session, 2)
        self.assertIn("/dev/stdin cannot be read again", session.errors())
        self.assertEqual(self.noted("started"), "")


class Hangup(ReloadTest):
    def test_reloads(self):
        """SIGHUP reloads what no event tells of, and ends nothing"""
        before = DENY.replace("forbid: true", "forbid: 'args.?a.orValue(0) == 1'") % "x"
        self.file("policy.yaml", before)
        with open(self.policy, "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
            session = self.watch(ANSWERS)
            # A write to mapped memory is no event.
            at = before.index("== 1")
            memory[at : at + 2] = b"!="
            for _ in range(3):
                session.process.send_signal(signal.SIGHUP)
            self.await_log(session, "policy reloaded: ")
            self.assert_denied(session, "x", a=2)
            self.assert_allowed(session, a=1)
            session.process.send_signal(signal.SIGTERM)
            self.assert_over(session, 128 + signal.SIGTERM)

    def test_unchanged(self):
        """SIGHUP is answered if nothing has changed"""
        session = self.watch()
        for times in (1, 2):
            session.process.send_signal(signal.SIGHUP)
            self.await_log(session, "writ: info: policy unchanged: %s\n" % of_program(ALLOW), times)
        self.end(session)

    def test_compiled_once(self):
        """a long policy is compiled when it starts, and when it is another; calls do not wait"""
        text = long_policy(15_000)
        self.file("policy.yaml", text)
        session = self.watch()
        os.utime(self.policy)
        for times in (1, 2):
            session.process.send_signal(signal.SIGHUP)
            self.await_log(session, "policy unchanged: ", times)
        self.assertLess(self.time_beside_the_pump(session), 1)
        self.replace("policy.yaml", long_policy(90_000))
        self.await_log(session, "writ: info: compiling %s takes a while, %s goes on\n"
                       % (self.policy, of_program(text)))
        self.assert_allowed(session)
        self.end(session)

    def test_early(self):
        """SIGHUP while writ starts"""
        session = self.start(self.server(ANSWERS), ["--watch"])
        self.await_log(session, "running ")
        session.process.send_signal(signal.SIGHUP)
        self.assert_allowed(session)
        self.end(session)

    def test_at_the_end(self):
        """SIGHUP while the server is being ended does not kill it"""
        session = self.watch("""
            for line in lines(): answer(line)
            note("closed", "yes")
            time.sleep(0.5)
            note("ended", "yes")
        """)
        session.close_input()
        self.await_note("closed")
        session.process.send_signal(signal.SIGHUP)
        session.process.send_signal(signal.SIGHUP)
        self.assert_over(session, 0)
        self.assertEqual(self.noted("ended"), "yes")


class Tools(ReloadTest):
    SERVER = """
        for line in lines():
            method = json.loads(line).get("method")
            if method == "initialize":
                answer(line, {"capabilities": {"tools": {"listChanged": True}}})
            elif method == "tools/list":
                answer(line, {"tools": [{"name": "work"}, {"name": "play"}]})
            else:
                answer(line)
    """

    def ask(self, session, method):
        self.calls += 1
        session.say({"jsonrpc": "2.0", "id": self.calls, "method": method, "params": {}})
        return session.hear()["result"]

    def test_list_changed(self):
        """a client that has seen a list is told when other tools are hidden, and lists them anew"""
        session = self.start(self.server(self.SERVER), ["--watch"])
        self.ask(session, "initialize")
        self.assertEqual(len(self.ask(session, "tools/list")["tools"]), 2)
        self.replace("policy.yaml", ALLOW + "hide: [play]\n")
        self.assertEqual(
            session.hear(), {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}
        )
        self.assertEqual(self.ask(session, "tools/list")["tools"], [{"name": "work"}])
        # Nothing comes of a policy that hides the same.
        self.replace("policy.yaml", ALLOW + "hide: [play]\n# the same\n")
        self.await_log(session, "policy reloaded: ", 2)
        self.assertEqual(self.ask(session, "tools/list")["tools"], [{"name": "work"}])
        self.end(session)


class Counts(ReloadTest):
    LIMITED = ALLOW + "rules:\n  - { name: %s, tools: work, quota: { max: %d, per: %s } }\n"

    def check_counts(self, *options, per):
        text = self.LIMITED % ("limited", 3, per)
        self.file("policy.yaml", text)
        session = self.watch("""
            for line in lines():
                if json.loads(line)["params"]["arguments"].get("wait"):
                    held = line
                    continue
                if json.loads(line)["params"]["arguments"].get("fail"):
                    id = json.loads(held)["id"]
                    say({"jsonrpc": "2.0", "id": id, "error": {"code": -32000, "message": "no"}})
                answer(line)
        """, *options)
        self.assert_allowed(session)
        self.calls += 1
        held = self.calls
        session.say(call(held, wait=True))
        self.assert_denied(session, "limited")
        # A rule that is gone counts nothing, and what was in flight goes back to it all the same.
        other = self.LIMITED % ("another", 100, per)
        self.file("policy.yaml", other)
        self.await_reload(session, other, old=text)
        self.calls += 1
        session.say(call(self.calls, fail=True))
        self.assertEqual({session.hear()["id"], session.hear()["id"]}, {held, self.calls})
        more = self.LIMITED % ("limited", 4, per)
        self.file("policy.yaml", more)
        self.await_reload(session, more, old=other)
        self.assert_allowed(session)
        self.assert_allowed(session)
        self.assert_denied(session, "limited")
        self.end(session)

    def test_in_a_file(self):
        """counts go on over a reload, and calls in flight are given back where they were taken"""
        self.check_counts(per="366d")

    def test_in_memory(self):
        """likewise in memory"""
        self.check_counts("--state", "memory", per="366d")

    def test_of_a_session(self):
        """likewise those of a session"""
        self.check_counts(per="session")

    def test_first_quota(self):
        """a quota where there was none: its file is made then, and not before"""
        session = self.watch(ANSWERS, "--audit", "none")
        self.assertFalse(os.path.exists(self.path("state")))
        text = self.LIMITED % ("limited", 1, "366d")
        self.file("policy.yaml", text)
        self.await_reload(session, text)
        self.assert_allowed(session)
        self.assert_denied(session, "limited")
        self.assertTrue(os.path.exists(self.path("state/writ/counters.db")))
        self.end(session)
        session = self.start(self.server(ANSWERS))
        self.assert_denied(session, "limited")
        self.end(session)

    def test_first_quota_without_a_home(self):
        """a user without a home needs none before something is counted"""
        homeless = ["env", "-u", "HOME", "-u", "XDG_STATE_HOME", "unshare", "--user",
                    "--map-user=54321"]
        if subprocess.run(homeless + ["true"], capture_output=True).returncode:
            self.skipTest("no user namespace to be somebody else in")
        session = self.start_argv(
            homeless + [harness.WRIT, "run", "--watch", "--insecure-permissions",
                        "--audit", "none", "-c", self.policy, "--", *self.server(ANSWERS)])
        self.assert_allowed(session)
        text = self.LIMITED % ("limited", 1, "366d")
        self.file("policy.yaml", text)
        self.await_reload(session, text)
        self.assert_denied(session, "the counters cannot be used")
        self.assertIn("neither HOME nor XDG_STATE_HOME says where state is kept", session.errors())
        self.file("policy.yaml", ALLOW)
        self.await_reload(session, ALLOW)
        self.assert_allowed(session)
        self.end(session)

    def test_first_quota_without_a_place(self):
        """a quota where there was none, and no folder for its file: its calls are denied"""
        self.file("state", "no folder")
        session = self.watch(ANSWERS, "--audit", "none")
        text = self.LIMITED % ("limited", 1, "366d")
        self.file("policy.yaml", text)
        self.await_reload(session, text)
        self.assert_denied(session, "the counters cannot be used")
        self.end(session)


class Process(ReloadTest):
    def test_descriptors(self):
        """the server inherits no descriptor of the watch"""
        session = self.start(
            self.server("""
                say({"jsonrpc": "2.0", "method": "x", "params": {
                    "open": [os.readlink("/proc/self/fd/" + fd)
                             for fd in os.listdir("/proc/self/fd") if int(fd) > 2 and
                             os.path.exists("/proc/self/fd/" + fd)]}})
                for line in lines(): answer(line)
            """),
            ["--watch"],
        )
        self.assertEqual(
            [path for path in session.hear()["params"]["open"] if path.startswith("anon_inode")], []
        )
        self.end(session)

    def test_end_while_compiling(self):
        """the end of a session while a long policy is compiled, which takes longer than that"""
        session = self.watch()
        self.replace("policy.yaml", long_policy(90_000))
        end = time.monotonic() + PATIENCE
        while self.time_beside_the_pump(session) < 0.3:
            self.assertLess(time.monotonic(), end, "nothing is compiled")
            time.sleep(0.01)
        self.end(session)

    def test_stderr_that_is_not_read(self):
        """a stderr that nobody reads keeps no call waiting for what the compiler says"""
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        try:
            while True:
                os.write(writer, b"x" * 4096)
        except BlockingIOError:
            pass
        os.set_blocking(writer, True)
        argv = ["/bin/sh", "-c", 'exec "$@" 2>&%d' % writer, "sh", harness.WRIT, "run", "--watch",
                "-c", self.policy, "--", *self.server(ANSWERS)]
        os.set_inheritable(writer, True)
        session = self.start_argv(argv, pass_fds=[writer])
        self.assert_allowed(session)
        self.file("policy.yaml", ALLOW + "rules:\n" + "  - { nam: x }\n" * 900)
        self.assert_allowed(session)
        self.file("policy.yaml", DENY % "through")
        end = time.monotonic() + PATIENCE
        while not self.decide(session):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        os.close(reader)
        os.close(writer)
        session.close_input()
        self.assert_over(session, 0)

    def test_many_reloads(self):
        """many reloads: memory and descriptors do not grow"""
        session = self.watch()
        rounds = 10_000 if harness.SOAK else 300
        text = ALLOW + "rules:\n" + "".join(
            "  - { name: r%d, tools: t%d, require: args.a.matches('^a+b*$') }\n" % (i, i)
            for i in range(100)
        )

        def used():
            with open("/proc/%d/status" % session.pid) as file:
                (memory,) = [line.split()[1] for line in file if line.startswith("VmRSS:")]
            return int(memory) * 1024, len(os.listdir("/proc/%d/fd" % session.pid))

        for round in range(rounds):
            new = text + "# %d\n" % round
            self.replace("policy.yaml", new)
            session.process.send_signal(signal.SIGHUP)
            self.await_reload(session, new)
            if round == rounds // 3:
                memory, descriptors = used()
        after, descriptors_after = used()
        self.assertEqual(descriptors_after, descriptors)
        self.assertLess(after - memory, 4 << 20)
        self.end(session)
