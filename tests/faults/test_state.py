"""Counters in a file, and what befalls it: the real program, from outside.

With --soak at full length: minutes instead of seconds.
"""
import os
import random
import sqlite3
import subprocess
import time

import harness
from harness import FaultTest, call, encode, result

LIMITED = """writ: 1
name: counted
default: allow
rules:
  - name: limited
    tools: work
    quota: { max: %d, per: 366d }
"""

ANSWERS = """
    for line in lines():
        note("calls", "x")
        answer(line)
"""


def free(id):
    message = call(id)
    message["params"]["name"] = "free"
    return message


class StateTest(FaultTest):
    def setUp(self):
        super().setUp()
        self.policy = self.file("policy.yaml", LIMITED % 1000)
        self.state = self.path("state/writ")
        self.counters = os.path.join(self.state, "counters.db")

    def start(self, server, options=(), **more):
        """Counters are all that is kept."""
        return super().start(server, ["--audit", "none", *options], **more)

    def counted(self):
        """What the file says was counted."""
        database = sqlite3.connect(self.counters)
        try:
            return database.execute("SELECT total(value) FROM counts").fetchone()[0]
        finally:
            database.close()

    def assert_denied(self, message, id, words):
        self.assertEqual(message["id"], id)
        self.assertEqual(message["result"]["_meta"]["writ/decision"]["code"], "state")
        self.assertIn(words, message["result"]["content"][0]["text"])

    def assert_only_free_passes(self, session, words, logged=None):
        session.say(call(100), free(101))
        heard = sorted((session.hear(), session.hear()), key=lambda message: message["id"])
        self.assert_denied(heard[0], 100, words)
        self.assertEqual(heard[1], result(101))
        self.assertIn(logged or words, session.errors())

    def start_and_count_one(self, **options):
        session = self.start(self.server(ANSWERS), **options)
        session.say(call(1))
        self.assertEqual(session.hear(), result(1))
        return session

    def end(self, session):
        session.close_input()
        session.hear_out()
        self.assert_over(session, 0)


class CountersLast(StateTest):
    def test_restart(self):
        """a limit is one for all runs, one after the other and at once"""
        self.policy = self.file("policy.yaml", LIMITED % 3)
        self.end(self.start_and_count_one())
        sessions = [self.start_and_count_one(), self.start_and_count_one()]
        for session in sessions:
            session.say(call(2))
            decision = session.hear()["result"]["_meta"]["writ/decision"]
            self.assertEqual((decision["code"], decision["rule"]), ("quota", "limited"))
        for session in sessions:
            session.close_input()
            session.hear_out()
            self.assertEqual(session.status(), 0)

    def test_intercept(self):
        """so is one of the other language"""
        self.policy = self.file(
            "policy.yaml", 'version: "1"\ntools:\n  work:\n    rules:\n      - {name: once, rate_limit: 1/day}\n'
        )
        self.end(self.start_and_count_one())
        session = self.start(self.server(ANSWERS))
        session.say(call(2))
        self.assertEqual(session.hear()["result"]["_meta"]["writ/decision"]["code"], "quota")
        self.end(session)

    def test_memory(self):
        """--state memory forgets, and makes no file"""
        self.policy = self.file("policy.yaml", LIMITED % 1)
        for _ in range(2):
            self.end(self.start_and_count_one(options=["--state", "memory"]))
        self.assertFalse(os.path.exists(self.state))

    def test_prefix(self):
        """--state-prefix counts apart, --state-dir elsewhere"""
        self.policy = self.file("policy.yaml", LIMITED % 1)
        for options in ([], ["--state-prefix", "a"], ["--state-dir", self.path("other")]):
            self.end(self.start_and_count_one(options=options))
        self.assertEqual(self.counted(), 2)

    def test_given_back(self):
        """what the server answers with an error is given back, in the file"""
        session = self.start(self.server("""
            for line in lines():
                say({"jsonrpc": "2.0", "id": json.loads(line)["id"],
                     "error": {"code": 1, "message": "no"}})
        """))
        session.say(call(1))
        self.assert_failed(session.hear(), 1)
        self.assertEqual(self.counted(), 0)
        self.end(session)

    def test_private(self):
        """folder and file are this user's only"""
        session = self.start_and_count_one()
        self.assertEqual(os.stat(self.state).st_mode & 0o7777, 0o700)
        for suffix in ("", "-wal", "-shm"):
            self.assertEqual(os.stat(self.counters + suffix).st_mode & 0o7777, 0o600)
        self.end(session)


class StateCannotBeUsed(StateTest):
    def assert_refused(self, session, *words):
        self.assertEqual(session.hear_out(), [])
        self.assert_over(session, 2)
        for word in words:
            self.assertIn(word, session.errors())
        self.assertEqual(self.noted("calls"), "")

    def test_no_folder(self):
        """a folder that cannot be made: the server is never started"""
        self.file("state", "in the way")
        self.assert_refused(self.start(self.server(ANSWERS)), self.state, "--state-dir")

    def test_not_needed(self):
        """a policy that counts nothing, or for the session alone, needs no folder"""
        self.file("state", "in the way")
        for text in (
            harness.ALLOW_ALL,
            LIMITED.replace("%d", "5").replace("366d", "session"),
        ):
            self.policy = self.file("policy.yaml", text)
            self.end(self.start_and_count_one())

    def test_others_may_write(self):
        """a folder or a file that others can write: refused, unless told otherwise"""
        self.end(self.start_and_count_one())
        for path, mode in ((self.state, 0o777), (self.counters, 0o666)):
            before = os.stat(path).st_mode
            os.chmod(path, mode)
            os.rename(self.path("calls"), self.path("earlier"))
            self.assert_refused(
                self.start(self.server(ANSWERS)), path + " is writable by everybody"
            )
            self.end(self.start_and_count_one(options=["--insecure-permissions"]))
            os.chmod(path, before)

    def test_no_database(self):
        """a file that is none of ours: what needs it is denied, the rest goes on"""
        os.makedirs(self.state, 0o700)
        self.file("state/writ/counters.db", "no database" * 1000, 0o600)
        session = self.start(self.server(ANSWERS))
        self.assert_only_free_passes(session, "is damaged")
        self.end(session)


class StateFaults(StateTest):
    def test_removed(self):
        """removed: denied until the next start, which begins anew"""
        session = self.start_and_count_one()
        os.remove(self.counters)
        self.assert_only_free_passes(session, "is gone")
        self.end(session)
        self.end(self.start_and_count_one())
        self.assertEqual(self.counted(), 1)

    def test_replaced(self):
        """replaced by another file: denied"""
        session = self.start_and_count_one()
        with open(self.path("other"), "wb") as other:
            other.write(b"x" * (1 << 20))
        os.rename(self.path("other"), self.counters)
        self.assert_only_free_passes(session, "was replaced")
        self.end(session)

    def test_cut_short(self):
        """cut short: denied"""
        session = self.start_and_count_one()
        time.sleep(1)  # until the log is in the file
        os.truncate(self.counters, 4096)
        self.assert_only_free_passes(session, "was cut short")
        self.end(session)

    def test_locked(self):
        """locked by another process: denied after a second, and only while it is"""
        session = self.start_and_count_one()
        database = sqlite3.connect(self.counters, isolation_level=None)
        database.execute("BEGIN IMMEDIATE")
        self.assert_only_free_passes(session, "is locked by another process")
        database.execute("ROLLBACK")
        database.close()
        session.say(call(2))
        self.assertEqual(session.hear(), result(2))
        self.end(session)

    def test_locked_for_a_moment(self):
        """locked for a tenth of a second: the call waits and passes"""
        session = self.start_and_count_one()
        database = sqlite3.connect(self.counters, isolation_level=None)
        database.execute("BEGIN IMMEDIATE")
        session.say(call(2))
        time.sleep(0.1)
        database.execute("ROLLBACK")
        self.assertEqual(session.hear(), result(2))
        database.close()
        self.end(session)

    def test_disk_full(self):
        """a full disk: denied, and only while it is (as root; others have the unit test)"""
        os.makedirs(self.path("state"), 0o700)
        tmpfs = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "writ", self.path("state")],
            stderr=subprocess.DEVNULL,
        )
        if tmpfs.returncode != 0:
            return self.fill_by_limit()
        try:
            self.fill_disk()
        finally:
            subprocess.run(["umount", "-l", self.path("state")], check=True)

    def fill_disk(self):
        session = self.start_and_count_one()
        self.fill(self.path("state/ballast"))
        heard = []
        for id in range(2, 200):  # the log has some room in its last page
            session.say(call(id))
            heard.append(session.hear())
            if "_meta" in heard[-1]["result"]:
                break
        self.assert_denied(heard[-1], id, "")
        self.assert_only_free_passes(session, "their file", self.counters)
        os.remove(self.path("state/ballast"))
        session.say(call(1000))
        self.assertEqual(session.hear(), result(1000))
        self.assertEqual(self.counted(), len(self.noted("calls")) - 1)  # one was free
        self.end(session)

    def fill(self, path):
        with open(path, "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(b"x" * 512)
            except OSError:
                pass

    def test_file_size_limit(self):
        """no file may grow (ulimit -f): denied, and no signal ends writ"""
        self.fill_by_limit()

    def fill_by_limit(self):
        """No file of writ's may grow: what a full disk is to it."""
        self.end(self.start_and_count_one())
        script = 'ulimit -f 0; exec "$@"'
        session = self.start_argv(
            ["sh", "-c", script, "sh", harness.WRIT, "run", "--audit", "none", "-c", self.policy, "--"]
            + self.server("for line in lines(): answer(line)")
        )
        session.say(call(1))
        self.assert_denied(session.hear(), 1, "the counters cannot be used")
        self.end(session)


class ManyProcesses(StateTest):
    def keeper(self, name):
        """A server that keeps what reaches it, and answers nothing (but does not close its output,
        which would end the session)."""
        return ["sh", "-c", "exec cat 3>&1 >'%s'" % self.path(name)]

    def test_exactly_the_limit(self):
        """processes that race let through exactly the limit"""
        processes, calls = (8, 10_000) if harness.SOAK else (3, 400)
        limit = processes * calls // 2 + 1
        self.policy = self.file("policy.yaml", LIMITED % limit)
        lines = b"".join(encode(call(id)) for id in range(calls))
        source = self.path("lines")
        with open(source, "wb") as file:
            file.write(lines)
        running = []
        for number in range(processes):
            server = self.keeper("seen-%d" % number)
            with open(source, "rb") as given, open(self.path("out-%d" % number), "wb") as out:
                running.append(
                    subprocess.Popen(
                        [harness.WRIT, "run", "-c", self.policy, "--log-level", "error"]
                        + ["--max-in-flight", "100000", "--", *server],
                        stdin=given, stdout=out, env=self.environment(),
                    )
                )
        for process in running:
            self.assertEqual(process.wait(600), 0)
        seen = denied = 0
        for number in range(processes):
            with open(self.path("seen-%d" % number), "rb") as file:
                seen += file.read().count(b"\n")
            with open(self.path("out-%d" % number), "rb") as file:
                denied += file.read().count(b'"code":"quota"')
        self.assertEqual(seen, limit)
        self.assertEqual(self.counted(), limit)
        self.assertEqual(denied, processes * calls - limit)

    def test_kill_9(self):
        """kill -9 at any moment: nothing that reached the server is lost, and what is counted
        beyond that was in flight"""
        self.policy = self.file("policy.yaml", LIMITED % 10**12)
        kills, calls = (1000, 3000) if harness.SOAK else (15, 600)
        lines = [encode(call(id)) for id in range(10_000, 10_000 + calls)]  # of one length
        source = self.path("lines")
        with open(source, "wb") as file:
            file.write(b"".join(lines))
        seed = random.randrange(1 << 32)
        moment = random.Random(seed)
        reached = in_flight = 0
        for kill in range(kills):
            seen = self.path("seen")
            with open(source, "rb") as given:
                process = subprocess.Popen(
                    [harness.WRIT, "run", "-c", self.policy, "--log-level", "error"]
                    + ["--max-in-flight", "100000", "--", *self.keeper("seen")],
                    stdin=given, stdout=subprocess.DEVNULL, env=self.environment(),
                )
                time.sleep(moment.uniform(0, 0.06))
                process.kill()
                process.wait()
                read = os.lseek(given.fileno(), 0, os.SEEK_CUR)
            self.await_nothing_left()
            if os.path.exists(seen):
                with open(seen, "rb") as file:
                    arrived = file.read().count(b"\n")
                os.remove(seen)
            else:
                arrived = 0
            reached += arrived
            # Nothing is answered: all that writ had read and the server had not was in flight.
            in_flight += -(-read // len(lines[0])) - arrived
            if kill % 50 == 0 or kill == kills - 1:
                if not os.path.exists(self.counters) or os.path.getsize(self.counters) == 0:
                    self.assertEqual(reached, 0)
                    continue
                counted = self.counted_so_far()
                self.assertGreaterEqual(counted, reached, "seed %d, kill %d" % (seed, kill))
                self.assertLessEqual(counted, reached + in_flight, "seed %d" % seed)
        self.assertGreater(reached, 0)

    def counted_so_far(self):
        try:
            return self.counted()
        except sqlite3.OperationalError:  # killed before there was a table
            return 0

    def await_nothing_left(self):
        end = time.monotonic() + harness.PATIENCE
        while self.left_running():
            self.assertLess(time.monotonic(), end, "a server outlives writ")
            time.sleep(0.002)


class TheClock(StateTest):
    def test_back(self):
        """a clock that goes back over a window finds the count of the later one"""
        self.policy = self.file(
            "policy.yaml", LIMITED.replace("366d", "hour") % 1
        )
        later = time.time() + 7200
        self.end(self.start_and_count_one())
        database = sqlite3.connect(self.counters)
        start, ends = database.execute("SELECT start, ends FROM counts").fetchone()
        self.assertEqual(ends - start, 3600)
        with database:  # as if it had been counted two hours from now
            database.execute("UPDATE counts SET start = start + 7200, ends = ends + 7200")
        database.close()
        session = self.start(self.server(ANSWERS))
        session.say(call(2))
        decision = session.hear()["result"]["_meta"]["writ/decision"]
        self.assertEqual(decision["code"], "quota")
        self.assertGreater(decision["retry_after"], later - time.time())
        self.end(session)
