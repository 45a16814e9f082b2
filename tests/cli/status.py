#!/usr/bin/env python3
"""writ status, of real sessions that run, ended and were killed, and of files that may be anything.

    status.py --writ PATH [unittest's options]
"""

import fcntl
import json
import os
import pty
import re
import resource
import select
import signal
import struct
import subprocess
import sys
import termios
import time

from harness import PATIENCE, CommandTest, main

POLICY = """\
writ: 1
name: demo
default: allow
rules:
  - name: not this
    tools: forbidden
    forbid: true
  - name: five a year
    tools: counted
    quota: { max: 5, per: 366d }
  - name: spend
    tools: pay
    quota: { max: 100.5, per: 366d, of: args.amount, by: args.currency, scale: 2 }
  - name: watched
    mode: shadow
    tools: counted
    quota: { max: 2, per: 366d }
"""

SERVER = """\
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if "id" in message:
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": {}}), flush=True)
"""

# Starts a job in the background, and does what it is told.
SHELL = """\
import os, re, signal, subprocess, sys, time
def start():
    job = subprocess.Popen([sys.argv[1], "status", "--watch"], preexec_fn=os.setpgrp)
    blocked = 0
    while not blocked & 1 << (signal.SIGTERM - 1):
        time.sleep(0.01)
        with open(f"/proc/{job.pid}/status") as file:
            blocked = int(re.search(r"SigBlk:\\s*(\\w+)", file.read()).group(1), 16)
    return job
def end(job):
    job.terminate()
    return job.wait()
end(start())
job = start()
print("$ ", flush=True)
for line in sys.stdin:
    if line == "fg\\n":
        os.tcsetpgrp(1, job.pid)
    else:
        sys.exit(end(job))
"""

ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"


class Session:
    """A `writ run`, and its client."""

    def __init__(self, test, *options):
        self.process = subprocess.Popen(
            [test.writ, "run", "-c", "policy.yaml", *options, "--", sys.executable, "server.py"],
            cwd=test.folder, env=test.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        test.addCleanup(self.kill)
        self.ids = 0

    def call(self, tool, **arguments):
        self.ids += 1
        self.say(json.dumps({"jsonrpc": "2.0", "id": self.ids, "method": "tools/call",
                             "params": {"name": tool, "arguments": arguments}}).encode())
        return json.loads(self.process.stdout.readline())

    def say(self, line):
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def end(self):
        self.process.stdin.close()
        return self.process.wait(PATIENCE)

    def kill(self):
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            try:
                stream.close()
            except BrokenPipeError:
                pass


class Terminal:
    """writ status on a terminal of its own."""

    def __init__(self, test, *words, columns=200, rows=60, environment=None):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [test.writ, "status", *words], cwd=test.folder, env=environment or test.environment,
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.master = master
        self.seen = b""
        test.addCleanup(self.close)

    def read(self):
        if not select.select([self.master], [], [], PATIENCE)[0]:
            raise AssertionError(f"nothing new after {self.seen!r}")
        try:
            data = os.read(self.master, 1 << 16)
        except OSError:  # nobody has it open any more
            data = b""
        self.seen += data
        return data

    def await_text(self, text):
        """Drops all up to it."""
        while text not in self.seen:
            if not self.read():
                raise AssertionError(f"the end, and no {text!r} in {self.seen!r}")
        self.seen = self.seen[self.seen.index(text) + len(text):]

    def await_end(self):
        while self.read():
            pass
        return self.process.wait(PATIENCE)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.master is not None:
            os.close(self.master)
        self.master = None


def await_signals_taken(pid):
    """Until it reads SIGTERM, and does not die of it."""
    end = time.monotonic() + PATIENCE
    while True:
        with open(f"/proc/{pid}/status") as file:
            blocked = int(re.search(r"SigBlk:\s*(\w+)", file.read()).group(1), 16)
        if blocked & 1 << (signal.SIGTERM - 1):
            return
        if time.monotonic() > end:
            raise AssertionError("it takes no signals")
        time.sleep(0.01)


def fill(terminal, before):
    """Until a line feed, which takes two places, does not fit. Whether there is one left depends on
    how many were taken before."""
    if before:
        os.write(terminal, before)
    refused = 0
    while refused < 3:  # what was written moves on by itself for a while
        try:
            os.write(terminal, b"\n")
            refused = 0
        except BlockingIOError:
            refused += 1
            time.sleep(0.05)


class StatusTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("policy.yaml", POLICY)
        self.write("server.py", SERVER)
        self.state = self.folder / "state" / "writ"

    def status(self, *words):
        result = self.run_writ("status", *words)
        self.expect(result, 0, err="")
        return result.json()

    def await_calls(self, count, *words):
        """Records are written when nobody has said anything for half a second."""
        end = time.monotonic() + PATIENCE
        while (found := self.status(*words))["total"]["calls"] < count:
            self.assertLess(time.monotonic(), end, found)
            time.sleep(0.02)
        return found

    def files(self):
        return sorted(str(path.relative_to(self.state)) for path in self.state.rglob("*"))

    def refused(self, words, said, hint=""):
        result = self.run_writ("status", *words)
        self.expect(result, 2, out="")
        self.assertIn(said, result.err)
        self.assertIn(hint, result.err)


class Sessions(StatusTest):
    def test_alive_killed_and_ended(self):
        alive, killed, ended = Session(self), Session(self), Session(self)
        for session in (alive, killed):
            session.call("forbidden")
            session.call("counted")
            session.call("counted")
        killed.call("counted")
        killed.call("counted")  # the sixth
        killed.call("pay", amount=12.34, currency="usd")
        killed.call("pay", currency="usd")  # an error
        alive.say(b"[1]")
        ended.end()
        self.await_calls(10)
        killed.kill()
        found = self.status()

        self.assertEqual(found["notes"], [])
        self.assertEqual(found["audit"], str(self.state / "audit"))
        total = {"calls": 10, "denied": 3, "errors": 1, "refusals": 1,
                 "unrecorded_denied": 0, "unrecorded_passed": 0}
        self.assertEqual(found["total"], total)
        states = {instance["pid"]: instance for instance in found["instances"]}
        self.assertEqual({pid: (one["state"], one["status"], one["calls"], one["denied"], one["errors"])
                          for pid, one in states.items()},
                         {alive.process.pid: ("running", None, 3, 1, 0),
                          killed.process.pid: ("killed", None, 7, 2, 1),
                          ended.process.pid: ("ended", 0, 0, 0, 0)})
        self.assertEqual(found["instances"][0]["pid"], alive.process.pid)
        self.assertEqual(states[killed.process.pid]["policies"], ["policy.yaml"])
        self.assertEqual(states[killed.process.pid]["command"], sys.executable)
        self.assertEqual([(rule["rule"], rule["code"], rule["denied"], rule["errors"])
                          for rule in found["rules"]],
                         [("not this", "rule", 2, 0), ("five a year", "quota", 1, 0),
                          ("spend", "error", 0, 1)])
        # What the sixth call would have counted is not: it was denied.
        self.assertEqual([(rule["rule"], rule["denied"]) for rule in found["shadow"]],
                         [("watched", 3)])
        self.assertEqual(found["denials"][0]["tool"], "pay")
        self.assertEqual(len(found["denials"]), 4)
        quotas = {(quota["name"], quota["key"], quota["shadow"]): quota for quota in found["quotas"]}
        self.assertEqual({key: (quota["used"], quota["limit"], quota["remaining"])
                          for key, quota in quotas.items()},
                         {("five a year", None, False): (5, 5, 0),
                          ("spend", '"usd"', False): (12.34, 100.5, 88.16),
                          ("watched", None, True): (5, 2, 0)})
        self.assertEqual(quotas[("five a year", None, False)]["policy"], "demo")
        self.assertRegex(found["quotas"][0]["resets_at"], r"^\d{4}-\d\d-\d\dT00:00:00\.000Z$")

        self.assertEqual(alive.end(), 0)
        self.assertEqual(sorted(one["state"] for one in self.status()["instances"]),
                         ["ended", "ended", "killed"])

    def test_a_process_id_that_is_used_again(self):
        session = Session(self)
        session.call("counted")
        self.await_calls(1)
        session.kill()
        # Another process has the number now, says the log.
        (path,) = (self.state / "audit").iterdir()
        text = path.read_text().replace(f'"pid":{session.process.pid}', f'"pid":{os.getpid()}')
        path.write_text(text)
        (instance,) = self.status()["instances"]
        self.assertEqual((instance["pid"], instance["state"]), (os.getpid(), "killed"))

    def test_a_server_outlives_nothing(self):
        """The lock is writ's alone: what it starts does not hold it."""
        self.write("server.py", "import os; print(os.getpid(), file=open('pid', 'w'))\n" + SERVER +
                   "import time; time.sleep(600)\n")
        session = Session(self)
        session.call("counted")
        self.await_calls(1)
        session.kill()
        self.assertEqual(self.status()["instances"][0]["state"], "killed")
        os.kill(int((self.folder / "pid").read_text()), signal.SIGKILL)

    def test_a_named_file(self):
        session = Session(self, "--audit", "log", "--state", "memory")
        session.call("forbidden")
        found = self.await_calls(1, "--audit", "log")
        self.assertEqual(found["instances"][0]["state"], "running")
        self.assertEqual(found["quotas"], [])
        session.kill()
        again = Session(self, "--audit", "log", "--state", "memory")
        again.call("forbidden")
        found = self.await_calls(2, "--audit", "log")
        self.assertEqual([one["state"] for one in found["instances"]], ["running", "killed"])

    def test_nothing_is_made_or_changed(self):
        session = Session(self)
        session.call("counted")
        self.await_calls(1)
        session.kill()
        before = {name: (self.state / name).stat().st_mtime_ns for name in self.files()}
        self.assertIn("counters.db-wal", before)
        self.assertEqual(self.status()["quotas"][0]["used"], 1)
        self.assertEqual({name: (self.state / name).stat().st_mtime_ns for name in self.files()}, before)

    def test_the_window(self):
        session = Session(self)
        session.call("forbidden")
        self.await_calls(1)
        path = next((self.state / "audit").iterdir())
        old = re.sub(r'"time":"\d{4}', '"time":"2020', path.read_text())
        path.write_text(old)
        session.kill()
        found = self.status("--since", "3660d")
        self.assertEqual(found["total"]["calls"], 1)
        found = self.status("--since", "7d")
        self.assertEqual((found["total"]["calls"], found["instances"], found["denials"]), (0, [], []))


class HostileFiles(StatusTest):
    def setUp(self):
        super().setUp()
        self.audit = self.state / "audit"
        self.audit.mkdir(parents=True)

    def test_anything(self):
        evil = '"\\u001b[2J\\u202e\x1b[31m\x07'.encode()
        head = b'{"time":"2999-01-01T00:00:00.000Z","session":"aaaaaaaaaaaaaaaa","seq":1,"kind":'
        (self.audit / "a.jsonl").write_bytes(
            os.urandom(100_000) + b"\n" + b"{" * 1_000_000 + b"\n" +
            head + b'"decision","tool":"\\u001b[2J\\u202e\xff\xc2\x9b","verdict":"deny","code":"' +
            b"x" * 50_000 + b'","rule":"r","shadow":[],"args":"' + b"y" * 1_000_000 + b'"}\n' +
            head + b'"' + evil + b'"}\n' + head + b'"start","pid":99999999999999999999}\n')
        (self.audit / "b\x1b[31m.jsonl").write_bytes(b"\0" * 1000)
        os.mkfifo(self.audit / "c.jsonl")
        os.symlink("/dev/zero", self.audit / "d.jsonl")
        (self.state / "counters.db").write_bytes(b"SQLite format 3\0" + os.urandom(8192))
        for words in ([], ["--table"]):
            result = self.run_writ("status", *words)
            self.expect(result, 0, err="")
            for text in ("\x1b", "\x07", "\u202e", "\x9b", "\x7f"):
                self.assertNotIn(text, result.out)
        found = self.status()
        self.assertEqual(found["total"]["calls"], 1)
        self.assertEqual(found["denials"][0]["tool"], "\\u001b[2J\\u202e\ufffd\x9b")
        self.assertIsNone(found["quotas"])
        self.assertTrue(any("counters.db is damaged" in note for note in found["notes"]), found["notes"])
        self.assertTrue(any("no record" in note for note in found["notes"]), found["notes"])

    def test_a_log_that_cannot_be_read(self):
        """Quotas are shown all the same, unless it is the log that was asked for."""
        session = Session(self, "--audit", "none")
        session.call("counted")
        session.end()
        self.audit.rmdir()
        os.mkfifo(self.audit)
        found = self.status()
        self.assertEqual(len(found["quotas"]), 2)
        self.assertEqual(found["notes"], [f"{self.audit} is neither a folder nor a file"])
        self.refused(["--audit", str(self.audit)], "neither a folder nor a file")
        (self.state / "counters.db").unlink()
        self.refused([], "neither a folder nor a file")

    def test_gigabytes(self):
        line = b'{"time":"2999-01-01T00:00:00.000Z","session":"aaaaaaaaaaaaaaaa","seq":1,"kind":"stop"}\n'
        for i in range(8):
            path = self.audit / f"{i}.jsonl"
            path.write_bytes(line)
            os.truncate(path, 4 << 30)  # zeros that take no space
            with path.open("ab") as file:
                file.write(b"\n" + line)
        found = self.status()
        self.assertEqual([one["session"] for one in found["instances"]], ["a" * 16])
        self.assertTrue(any("too large" in note for note in found["notes"]), found["notes"])
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 200 << 10)


class Output(StatusTest):
    def test_tables_on_a_terminal_and_json_elsewhere(self):
        session = Session(self)
        session.call("forbidden")
        self.await_calls(1)
        environment = {key: value for key, value in self.environment.items() if key != "NO_COLOR"}
        terminal = Terminal(self, environment=environment, columns=60)
        self.assertEqual(terminal.await_end(), 0)
        shown = terminal.seen.decode()
        self.assertIn("\x1b[32mrunning\x1b[0m", shown)
        plain = re.sub(r"\x1b\[\d*m", "", shown)
        self.assertNotIn("\x1b", plain)
        self.assertIn("DENYING RULES", plain)
        self.assertLessEqual(max(map(len, plain.splitlines())), 60)
        quiet = Terminal(self, environment={**environment, "NO_COLOR": "1"})
        self.assertEqual(quiet.await_end(), 0)
        self.assertNotIn(b"\x1b", quiet.seen)
        dumb = Terminal(self, environment={**environment, "TERM": "dumb"})
        self.assertEqual(dumb.await_end(), 0)
        self.assertNotIn(b"\x1b", dumb.seen)
        as_json = Terminal(self, "--json")
        self.assertEqual(as_json.await_end(), 0)
        self.assertEqual(json.loads(as_json.seen)["total"]["denied"], 1)
        table = self.run_writ("status", "--table")
        self.expect(table, 0, err="")
        self.assertIn("INSTANCES  1 running", table.out)

    def test_nothing_yet(self):
        found = self.status()
        self.assertEqual((found["instances"], found["quotas"]), ([], []))
        self.assertEqual(len(found["notes"]), 1)
        self.assertFalse(self.state.exists())

    def test_refused(self):
        self.refused(["--watch"], "stdout is none", "--watch --json")
        self.refused(["--watch", "--table"], "stdout is none")
        dumb = Terminal(self, "--watch", environment={**self.environment, "TERM": "dumb"})
        self.assertEqual(dumb.await_end(), 2)
        self.assertIn(b"--watch --json", dumb.seen)
        self.assertNotIn(b"\x1b", dumb.seen)
        for since in ("1", "h", "0h", "-1h", "1w", "1h1", "99999999999999999999d", "9999d", ""):
            self.refused(["--since", since], "--since takes", "--since 7d")
        self.refused(["--audit", "none"], "--audit none keeps none")
        self.refused(["--audit", "syslog"], "--audit syslog keeps none")
        self.refused(["--audit", "nowhere"], "nowhere does not exist")
        self.refused(["--state-dir", "nowhere"], "nowhere holds nothing of writ's")
        self.refused(["--json", "--table"], "--json and --table")
        self.refused(["--audit", "/dev/null"], "neither a folder nor a file")
        self.refused(["extra"], 'status has no use for "extra"')

    def test_output_that_cannot_be_written(self):
        if os.path.exists("/dev/full"):
            result = self.run_redirected(">/dev/full", "status")
            self.expect(result, 2)
            self.assertIn("cannot write the output", result.err)


class Watching(StatusTest):
    def setUp(self):
        super().setUp()
        self.session = Session(self)
        self.session.call("forbidden")
        self.await_calls(1)

    def test_is_redrawn_in_place(self):
        terminal = Terminal(self, "--watch")
        terminal.await_text(ENTER)
        terminal.await_text(b"1 call, 1 denied")
        self.session.call("forbidden")
        terminal.await_text(b"\x1b[H")
        terminal.await_text(b"2 calls, 2 denied")
        self.session.kill()
        terminal.await_text(b"1 killed")
        os.write(terminal.master, b"\x03")  # Ctrl-C
        self.assertEqual(terminal.await_end(), 0)
        self.assertTrue(terminal.seen.endswith(LEAVE), terminal.seen[-100:])
        self.assertIn(b"\x1b[?25h", terminal.seen)

    def test_ends_by_a_signal(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            terminal = Terminal(self, "--watch")
            terminal.await_text(b"1 call, 1 denied")
            terminal.process.send_signal(number)
            self.assertEqual(terminal.await_end(), 0)
            self.assertTrue(terminal.seen.endswith(LEAVE), terminal.seen[-100:])

    def test_gives_the_terminal_back_before_it_quits(self):
        terminal = Terminal(self, "--watch")
        terminal.await_text(b"1 call, 1 denied")
        resource.prlimit(terminal.process.pid, resource.RLIMIT_CORE, (0, 0))
        os.write(terminal.master, b"\x1c")  # Ctrl-\
        self.assertEqual(terminal.await_end(), -signal.SIGQUIT)
        self.assertTrue(terminal.seen.endswith(LEAVE), terminal.seen[-100:])

    def test_ends_though_its_terminal_takes_nothing(self):
        for before in (b"", b"x"):
            master, slave = pty.openpty()
            os.set_blocking(slave, False)
            fill(slave, before)
            os.set_blocking(slave, True)
            process = subprocess.Popen([self.writ, "status", "--watch"], cwd=self.folder,
                                       env=self.environment, stdout=slave)
            self.addCleanup(process.kill)
            os.close(slave)
            await_signals_taken(process.pid)
            process.terminate()
            self.assertEqual(process.wait(PATIENCE), 0)
            os.close(master)

    def test_draws_nothing_in_the_background(self):
        """Until it is in the foreground, of which a shell tells it nothing new."""
        self.write("shell.py", SHELL)
        master, slave = pty.openpty()
        shell = subprocess.Popen([sys.executable, "shell.py", self.writ], cwd=self.folder,
                                 env=self.environment, stdin=subprocess.PIPE, stdout=slave,
                                 stderr=slave, start_new_session=True,
                                 preexec_fn=lambda: fcntl.ioctl(1, termios.TIOCSCTTY, 0))
        os.close(slave)
        terminal = Terminal.__new__(Terminal)
        terminal.process, terminal.master, terminal.seen = shell, master, b""
        self.addCleanup(terminal.close)
        self.addCleanup(shell.stdin.close)
        while b"$ " not in terminal.seen:
            terminal.read()
        self.assertNotIn(b"\x1b", terminal.seen)
        shell.stdin.write(b"fg\n")
        shell.stdin.flush()
        terminal.await_text(ENTER)
        terminal.await_text(b"1 call, 1 denied")
        shell.stdin.write(b"end\n")
        shell.stdin.flush()
        terminal.await_text(LEAVE)
        shell.wait(PATIENCE)

    def test_gives_the_terminal_back_while_it_is_stopped(self):
        terminal = Terminal(self, "--watch")
        terminal.await_text(b"1 call, 1 denied")
        terminal.process.send_signal(signal.SIGTSTP)
        terminal.await_text(LEAVE)
        os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED | os.WNOWAIT)
        terminal.process.send_signal(signal.SIGCONT)
        terminal.await_text(ENTER)
        terminal.await_text(b"1 call, 1 denied")
        terminal.process.terminate()
        self.assertEqual(terminal.await_end(), 0)

    def test_ends_with_its_terminal(self):
        terminal = Terminal(self, "--watch")
        terminal.await_text(b"1 call, 1 denied")
        os.close(terminal.master)
        terminal.master = None
        terminal.process.wait(PATIENCE)

    def test_fits_a_low_terminal(self):
        terminal = Terminal(self, "--watch", rows=5, columns=30)
        terminal.await_text(b"lines more")
        terminal.process.terminate()
        self.assertEqual(terminal.await_end(), 0)

    def test_as_json_an_object_a_line(self):
        process = subprocess.Popen([self.writ, "status", "--watch", "--json"], cwd=self.folder,
                                   env=self.environment, stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        self.assertEqual(json.loads(process.stdout.readline())["total"]["calls"], 1)
        self.session.call("forbidden")
        while json.loads(process.stdout.readline())["total"]["calls"] < 2:
            pass
        process.terminate()
        for line in process.stdout:
            json.loads(line)
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_as_json_ends_though_nobody_reads(self):
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        with self.assertRaises(BlockingIOError):
            while True:
                os.write(writing, b"x" * 4096)
        os.set_blocking(writing, True)
        process = subprocess.Popen([self.writ, "status", "--watch", "--json"], cwd=self.folder,
                                   env=self.environment, stdout=writing)
        self.addCleanup(process.kill)
        os.close(writing)
        await_signals_taken(process.pid)
        process.terminate()
        self.assertEqual(process.wait(PATIENCE), 0)
        os.close(reading)

    def test_as_json_to_a_full_disk(self):
        if not os.path.exists("/dev/full"):
            return
        result = self.run_redirected(">/dev/full", "status", "--watch", "--json")
        self.expect(result, 2)
        self.assertEqual(result.err.count("cannot write the output"), 1, result)

    def test_as_json_ends_with_its_reader(self):
        process = subprocess.Popen([self.writ, "status", "--watch", "--json"], cwd=self.folder,
                                   env=self.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        process.stdout.readline()
        process.stdout.close()
        self.assertEqual(process.stderr.read(), b"")
        process.stderr.close()
        process.wait(PATIENCE)


if __name__ == "__main__":
    main()
