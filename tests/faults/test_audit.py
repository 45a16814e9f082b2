"""The audit log, and what befalls it: the real program, from outside.

With --soak at full length: minutes instead of seconds.
"""
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time

import harness
from harness import FaultTest, call, encode, result

POLICY = """writ: 1
name: audited
default: allow
rules:
  - name: not this
    tools: forbidden
    forbid: true
  - name: limited
    tools: counted
    quota: { max: 5, per: 366d }
"""

ANSWERS = """
    for line in lines():
        note("calls", "x")
        answer(line)
"""


def named(id, tool, **arguments):
    message = call(id, **arguments)
    message["params"]["name"] = tool
    return message


class AuditTest(FaultTest):
    def setUp(self):
        super().setUp()
        self.policy = self.file("policy.yaml", POLICY)
        self.state = self.path("state/writ")
        self.audit = os.path.join(self.state, "audit")

    def files(self):
        return sorted(
            os.path.join(self.audit, name)
            for name in os.listdir(self.audit)
            if name.endswith(".jsonl")
        )

    def records(self, *paths):
        found = []
        for path in paths or self.files():
            with open(path, encoding="utf-8") as file:
                found += [json.loads(line) for line in file if line.endswith("\n")]
        return found

    def kinds(self, *paths):
        return [record["kind"] for record in self.records(*paths)]

    def await_records(self, count):
        """They are written when nobody has said anything for half a second."""
        end = time.monotonic() + harness.PATIENCE
        while len(self.records()) < count:
            self.assertLess(time.monotonic(), end, self.records())
            time.sleep(0.02)
        return self.records()

    def verify(self, *words):
        done = subprocess.run(
            [harness.WRIT, "verify", *(words or ["--audit", self.audit])],
            env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        return done.returncode, done.stdout + done.stderr

    def assert_intact(self, *words):
        status, said = self.verify(*words)
        self.assertEqual(status, 0, said)
        return said

    def assert_denied(self, message, id):
        self.assertEqual(message["id"], id)
        self.assertEqual(message["result"]["_meta"]["writ/decision"]["code"], "audit", message)

    def end(self, session, status=0):
        session.close_input()
        heard = session.hear_out()
        self.assert_over(session, status)
        return heard

    def assert_refused(self, session, *words):
        self.assertEqual(session.hear_out(), [])
        self.assert_over(session, 2)
        for word in words:
            self.assertIn(word, session.errors())
        self.assertEqual(self.noted("calls"), "")


class AuditIsKept(AuditTest):
    def test_session(self):
        """a record for each decision, refusal, start and stop, in a file of the session's own"""
        session = self.start(self.server(ANSWERS))
        session.say(named(1, "work", secret="x"), named(2, "forbidden"))
        session.write(b"[1]\n")
        session.hear(), session.hear()
        self.end(session)
        (path,) = self.files()
        records = self.records()
        self.assertEqual(
            [record["kind"] for record in records],
            ["start", "decision", "decision", "refusal", "stop"],
        )
        self.assertEqual([record["seq"] for record in records], list(range(5)))
        self.assertEqual((records[1]["tool"], records[1]["verdict"]), ("work", "allow"))
        self.assertEqual((records[2]["code"], records[2]["rule"]), ("rule", "not this"))
        self.assertEqual(records[1]["program"], records[0]["program"])
        self.assertRegex(records[1]["args_digest"], "^[0-9a-f]{64}$")
        self.assertGreater(records[1]["ns"], 0)
        self.assertEqual(records[4]["status"], 0)
        with open(path) as file:
            self.assertNotIn("secret", file.read())
        for name, mode in ((self.audit, 0o700), (path, 0o600),
                           (os.path.join(self.state, "audit.key"), 0o600)):
            self.assertEqual(os.stat(name).st_mode & 0o7777, mode)
        self.assertIn("5 records of 1 session in 1 file", self.assert_intact())

    def test_reload(self):
        """a record for each reload, with the hashes of both programs, and for each that fails"""
        session = self.start(self.server(ANSWERS), ["--watch"])
        session.say(named(1, "work"))
        session.hear()
        for text, told in ((POLICY + "# more\n", "policy reloaded"), ("writ: 2\n", "goes on")):
            self.file("policy.yaml", text)
            end = time.monotonic() + harness.PATIENCE
            while told not in session.errors():
                self.assertLess(time.monotonic(), end, session.errors())
                time.sleep(0.01)
        session.say(named(2, "work"))
        session.hear()
        self.end(session)
        records = self.records()
        self.assertEqual(
            [record["kind"] for record in records],
            ["start", "decision", "reload", "reload", "decision", "stop"],
        )
        start, first, reloaded, failed, second = records[:5]
        self.assertEqual(first["program"], start["program"])
        self.assertEqual(reloaded["before"], start["program"])
        self.assertNotEqual(reloaded["program"], start["program"])
        self.assertNotIn("failure", reloaded)
        self.assertEqual(failed["before"], reloaded["program"])
        self.assertEqual(failed["program"], reloaded["program"])
        refused = hashlib.sha256(b"writ: 2\n").hexdigest()
        self.assertRegex(failed["failure"], "^%s: [0-9]+ errors?$" % refused)
        self.assertEqual(second["program"], reloaded["program"])
        self.assert_intact()

    def test_arguments(self):
        """--audit-args: arguments in full"""
        session = self.start(self.server(ANSWERS), ["--audit-args"])
        session.say(named(1, "work", text="a\u2028b"))
        session.hear()
        self.end(session)
        self.assertEqual(self.records()[1]["args"], {"text": "a\u2028b"})
        self.assert_intact()

    def test_none(self):
        """--audit none: no file and no folder"""
        session = self.start(self.server(ANSWERS), ["--audit", "none"])
        session.say(named(1, "work"))
        self.assertEqual(session.hear(), result(1))
        self.end(session)
        self.assertFalse(os.path.exists(self.audit))

    def test_named_file(self):
        """--audit FILE goes on in the file; a second process at once is refused"""
        path = self.path("log.jsonl")
        for _ in range(2):
            session = self.start(self.server(ANSWERS), ["--audit", path])
            session.say(named(1, "work"))
            session.hear()
            other = self.start(self.server(ANSWERS, "other.py"), ["--audit", path])
            self.assertEqual(other.status(), 2)
            self.assertIn("is written by another process", other.errors())
            self.end(session)
        self.assertEqual(self.kinds(path), ["start", "decision", "stop"] * 2)
        self.assertFalse(os.path.exists(self.audit))
        self.assert_intact("--audit", path)

    def test_two_at_once(self):
        """processes at once make one key, and a file each"""
        sessions = [self.start(self.server(ANSWERS)) for _ in range(6)]
        for session in sessions:
            session.say(named(1, "work"))
            session.hear()
        for session in sessions:
            session.close_input()
            session.hear_out()
            self.assertEqual(session.status(), 0)
        self.assertEqual(len(self.files()), 6)
        self.assertEqual(len({record["key"] for record in self.records() if "key" in record}), 1)
        self.assert_intact()

    def test_rotation(self):
        """--audit-file-bytes: many files, one chain"""
        session = self.start(self.server(ANSWERS), ["--audit-file-bytes", "65536"])
        for first in range(0, 1000, 100):
            session.say(*(named(id, "work") for id in range(first, first + 100)))
            for _ in range(100):
                session.hear()
            time.sleep(0.25)
        self.end(session)
        self.assertGreater(len(self.files()), 3)
        self.assertEqual(self.kinds().count("decision"), 1000)
        self.assert_intact()
        os.remove(self.files()[1])
        self.assertEqual(self.verify()[0], 1)

    def test_syslog(self):
        """--audit syslog where no daemon listens: the server is never started"""
        if os.path.exists("/dev/log"):
            return
        self.assert_refused(
            self.start(self.server(ANSWERS), ["--audit", "syslog"]), "/dev/log", "--audit none"
        )


class AuditCannotBeUsed(AuditTest):
    def test_no_folder(self):
        """a folder that cannot be made: the server is never started"""
        self.file("state", "in the way")
        self.assert_refused(
            self.start(self.server(ANSWERS), ["--state", "memory"]), self.state, "--audit none"
        )

    def test_others_may_write(self):
        """a folder or key that others can write or read"""
        self.end(self.start(self.server("pass")))
        for path, mode in ((self.audit, 0o777), (os.path.join(self.state, "audit.key"), 0o644)):
            before = os.stat(path).st_mode
            os.chmod(path, mode)
            self.assert_refused(self.start(self.server(ANSWERS)), path)
            self.end(self.start(self.server("pass"), ["--insecure-permissions"]))
            os.chmod(path, before)

    def test_verify_without_key(self):
        """verify without the key, or without files: status 2"""
        self.end(self.start(self.server("pass")))
        self.assertEqual(self.verify("--audit", self.path("gone"))[0], 2)
        os.remove(os.path.join(self.state, "audit.key"))
        status, said = self.verify()
        self.assertEqual(status, 2, said)
        self.assertIn("--state-dir", said)


    def test_verify_what_cannot_be_read(self):
        """verify of a line that memory does not hold, of a pipe that says nothing: never intact"""
        self.end(self.start(self.server("pass")))
        (path,) = self.files()
        with open(path, "ab") as file:
            file.truncate(1 << 30)
        limit = "ulimit -v 500000; exec "
        for command, words in (
            (limit + '"$0" verify --audit "$1"', "there is no memory"),
            ('true | "$0" verify --audit /dev/stdin', "nothing came out of /dev/stdin"),
            ('"$0" verify --audit /dev/null', "/dev/null"),
        ):
            done = subprocess.run(
                ["bash", "-c", command, harness.WRIT, path], env=self.environment(),
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(words, done.stdout)
            self.assertNotIn("intact", done.stdout)


class AuditFaults(AuditTest):
    def test_terminated(self):
        """SIGTERM: everything is written, the stop too"""
        session = self.start(self.server(ANSWERS))
        session.say(*(named(id, "work") for id in range(50)))
        for _ in range(50):
            session.hear()
        session.process.send_signal(signal.SIGTERM)
        session.hear_out()
        self.assert_over(session, 128 + signal.SIGTERM)
        self.assertEqual(self.kinds().count("decision"), 50)
        self.assertEqual(self.records()[-1]["status"], 128 + signal.SIGTERM)
        self.assert_intact()

    def test_terminated_at_the_end(self):
        """SIGTERM when the session is over and the log is not: the stop is written all the same"""
        tracer = shutil.which("strace")
        for _ in range(1 if tracer else 20):
            session = self.start(self.server(ANSWERS), ["--state", "memory"])
            session.say(named(1, "work"))
            session.hear()
            self.await_records(2)
            (path,) = self.files()
            tracing = tracer and subprocess.Popen(  # looking at the file takes it a second
                [tracer, "-p", str(session.pid), "-P", path, "-o", os.devnull, "-e",
                 "trace=newfstatat,stat", "-e", "inject=newfstatat,stat:delay_enter=1000000"],
                stderr=subprocess.DEVNULL,
            )
            time.sleep(0.5 if tracer else 0)
            session.close_input()
            time.sleep(0.5 if tracer else random.random() * 0.02)
            if session.process.poll() is None:
                session.process.send_signal(signal.SIGTERM)
            session.hear_out()
            session.process.wait()
            if tracing:
                tracing.wait()
            self.assertEqual(self.kinds(path), ["start", "decision", "stop"])
            os.remove(path)

    def test_killed(self):
        """kill -9: what is in the file is whole, and the next session follows it"""
        rounds = 200 if harness.SOAK else 6
        for _ in range(rounds):
            session = self.start(self.server(ANSWERS))
            session.say(named(0, "work"))
            session.hear()
            for id in range(1, random.randrange(2, 200)):
                session.write(encode(named(id, "work")))
            time.sleep(random.random() * 0.3)
            session.process.kill()
            session.process.wait()
        self.assertEqual(len(self.files()), rounds)
        said = self.assert_intact()
        self.assertEqual(said.count("has no stop"), rounds)

    def test_written_in_time(self):
        """what was decided is in the file half a second later: kill -9 cannot take it"""
        session = self.start(self.server(ANSWERS))
        session.say(named(1, "work"))
        session.hear()
        self.await_records(2)
        session.process.kill()
        session.process.wait()
        self.assertEqual(self.kinds(), ["start", "decision"])

    def test_sync(self):
        """--audit-sync: it is in the file before the server, or the client, hears of it"""
        session = self.start(self.server(ANSWERS), ["--audit-sync"])
        for id in range(20):
            session.say(named(id, "work" if id % 2 else "forbidden"))
            session.hear()
            self.assertEqual(len(self.records()), id + 2)
        session.process.kill()
        session.process.wait()
        self.assert_intact()

    def test_flood(self):
        """a flood of refused messages takes its share, and no more"""
        session = self.start(self.server(ANSWERS), ["--log-level", "error"])
        session.say(named(1, "work"))
        for _ in range(200 if harness.SOAK else 20):
            session.write(b"[1]\n" * 1000)
        session.say(named(2, "forbidden"))
        session.hear(), session.hear()
        self.end(session)
        records = self.records()
        refusals = [record for record in records if record["kind"] == "refusal"]
        self.assertLess(len(refusals), 60)
        self.assertEqual(
            sum(record.get("count", 1) for record in refusals), 200000 if harness.SOAK else 20000
        )
        self.assertEqual([record["kind"] for record in records].count("decision"), 2)
        self.assert_intact()

    def test_removed(self):
        """a file that is removed, replaced or cut short: no call passes any more"""
        def remove(path):
            os.remove(path)

        def replace(path):
            self.file("other", "x" * 100000)
            os.rename(self.path("other"), path)

        def cut(path):
            os.truncate(path, 10)

        for meddle, words in ((remove, "is gone"), (replace, "was replaced"), (cut, "was cut short")):
            with self.subTest(words):
                session = self.start(self.server(ANSWERS))
                session.say(named(1, "work"))
                self.assertEqual(session.hear(), result(1))
                self.await_records(2)
                path = self.files()[-1]
                meddle(path)
                session.say(named(2, "work"))
                session.hear()
                end = time.monotonic() + harness.PATIENCE
                while words not in session.errors():
                    self.assertLess(time.monotonic(), end, session.errors())
                    time.sleep(0.02)
                session.say(named(3, "work"))
                self.assert_denied(session.hear(), 3)
                self.end(session)
                if os.path.exists(path):
                    os.remove(path)

    def play_full_disk(self, session, fill, free):
        session.say(named(1, "counted"))
        self.assertEqual(session.hear(), result(1))
        self.await_records(2)
        fill()
        session.say(*(named(id, "work") for id in range(2, 60)))
        for _ in range(2, 60):
            session.hear()
        end = time.monotonic() + harness.PATIENCE
        while "the audit log cannot be written" not in session.errors():
            self.assertLess(time.monotonic(), end, session.errors())
            time.sleep(0.02)
        for id in range(100, 110):  # not counted: the limit has four left
            session.say(named(id, "counted"))
            self.assert_denied(session.hear(), id)
        free()
        end = time.monotonic() + harness.PATIENCE
        while "the audit log is written again" not in session.errors():
            self.assertLess(time.monotonic(), end, session.errors())
            time.sleep(0.02)
        for id in range(200, 204):
            session.say(named(id, "counted"))
            self.assertEqual(session.hear(), result(id))
        self.end(session)
        records = self.records()
        (lost,) = [record for record in records if record["kind"] == "lost"]
        self.assertEqual(lost["denied"], 10)
        self.assertEqual([record["kind"] for record in records].count("decision"), 1 + 58 + 4)
        self.assert_intact()

    def limit(self, session):
        """No file of the process may grow any more. SQLite's may: they are large enough."""
        size = os.path.getsize(self.files()[-1]) + 700
        resource.prlimit(session.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def test_limit(self):
        """a file that may not grow: calls are denied, and only while it may not"""
        session = self.start(self.server(ANSWERS), ["--state", "memory"])
        self.play_full_disk(
            session,
            lambda: self.limit(session),
            lambda: resource.prlimit(
                session.pid, resource.RLIMIT_FSIZE,
                (resource.RLIM_INFINITY, resource.RLIM_INFINITY),
            ),
        )

    def test_disk_full(self):
        """a full disk, likewise (as root; others have the limit)"""
        os.makedirs(self.audit, 0o700)
        tmpfs = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "writ", self.audit],
            stderr=subprocess.DEVNULL,
        )
        if tmpfs.returncode != 0:
            return self.test_limit()
        ballast = os.path.join(self.audit, "ballast")

        def fill():
            with open(ballast, "wb", buffering=0) as file:
                try:
                    while file.write(b"x" * 4096):
                        pass
                except OSError:
                    pass

        try:
            session = self.start(self.server(ANSWERS), ["--state", "memory"])
            self.play_full_disk(session, fill, lambda: os.remove(ballast))
        finally:
            subprocess.run(["umount", "-l", self.audit], check=True)

    def test_fail_open(self):
        """--audit-fail-mode open: calls pass, and are counted"""
        session = self.start(self.server(ANSWERS), ["--audit-fail-mode", "open"])
        session.say(named(1, "work"))
        session.hear()
        self.await_records(2)
        self.limit(session)
        session.say(*(named(id, "work") for id in range(2, 20)))
        for _ in range(2, 20):
            session.hear()
        end = time.monotonic() + harness.PATIENCE
        while "the audit log cannot be written" not in session.errors():
            self.assertLess(time.monotonic(), end, session.errors())
            time.sleep(0.02)
        session.say(named(30, "work"), named(31, "forbidden"))
        heard = sorted((session.hear(), session.hear()), key=lambda message: message["id"])
        self.assertEqual(heard[0], result(30))
        self.assertEqual(heard[1]["result"]["_meta"]["writ/decision"]["code"], "rule")
        resource.prlimit(
            session.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )
        self.end(session)
        (lost,) = [record for record in self.records() if record["kind"] == "lost"]
        self.assertEqual(lost["passed"], 2)
        self.assert_intact()


class AuditTampering(AuditTest):
    def test_everything_is_found(self):
        """a bit, a removed record, a swap: verify finds each, and says where"""
        session = self.start(self.server(ANSWERS))
        session.say(*(named(id, "work") for id in range(8)))
        for _ in range(8):
            session.hear()
        self.end(session)
        (path,) = self.files()
        with open(path, "rb") as file:
            lines = file.read().splitlines(keepends=True)
        self.assertEqual(len(lines), 10)

        def assert_found(changed, line, what):
            with open(path, "wb") as file:
                file.write(b"".join(changed))
            status, said = self.verify()
            self.assertEqual(status, 1, what)
            self.assertIn("%s:%d: error: " % (path, line), said)

        for i, line in enumerate(lines):
            flipped = bytearray(line)
            at = random.randrange(len(line) - 1)
            flipped[at] ^= 1 << random.randrange(7)
            if flipped[at] != 10:  # which is one line more
                assert_found([*lines[:i], bytes(flipped), *lines[i + 1:]], i + 1, "bit of %d" % i)
            if i + 1 < len(lines):
                assert_found([*lines[:i], *lines[i + 1:]], i + 1, "%d removed" % i)
                swapped = [*lines[:i], lines[i + 1], lines[i], *lines[i + 2:]]
                assert_found(swapped, i + 1, "%d swapped" % i)
        with open(path, "wb") as file:
            file.writelines(lines[:-1])
        self.assertIn("note: ", self.assert_intact())  # a tail that is cut off: not seen, but noted
        with open(path, "wb") as file:
            file.writelines(lines)
        self.assert_intact()
