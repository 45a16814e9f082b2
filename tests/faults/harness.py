"""Runs writ between a client, which is the test, and a server, which is a script of the test.

Every process that a test starts, directly or not, carries a word of its own in its environment:
what it leaves behind is found by that word, wherever it went.
"""
import fcntl
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

WRIT = None  # set by run.py
SOAK = False  # likewise: at full length
PATIENCE = 20  # seconds until a test gives up waiting for something that must come
ALL_OVER = 10  # seconds within which every session is over

ALLOW_ALL = 'version: "1"\n'

# At the head of every server script.
PRELUDE = """
import hashlib, json, os, signal, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))

def say(message):
    sys.stdout.write(json.dumps(message) + "\\n")
    sys.stdout.flush()

def lines():
    return iter(sys.stdin.buffer.readline, b"")

def note(name, text=""):
    with open(os.path.join(HERE, name), "a") as file:
        file.write(text)

def answer(line, result={}):
    message = json.loads(line)
    if "id" in message:
        say({"jsonrpc": "2.0", "id": message["id"], "result": result})
"""


def call(id, **arguments):
    return {
        "jsonrpc": "2.0",
        "id": id,
        "method": "tools/call",
        "params": {"name": "work", "arguments": arguments},
    }


def result(id, value=None):
    return {"jsonrpc": "2.0", "id": id, "result": value or {}}


def encode(message):
    return json.dumps(message).encode() + b"\n"


class Session:
    """One `writ` process, and the client's ends of its standard streams."""

    def __init__(self, argv, folder, environment, sockets=False, pass_fds=()):
        self.errors_path = os.path.join(folder, "stderr")
        self.received = b""  # read and not yet taken as lines
        self.ended = False
        child_in, self.to = self._connect(sockets)
        self.from_, child_out = self._connect(sockets)
        with open(self.errors_path, "wb") as errors:
            self.process = subprocess.Popen(
                argv, stdin=child_in, stdout=child_out, stderr=errors, env=environment,
                pass_fds=pass_fds,
            )
        os.close(child_in)
        os.close(child_out)
        for fd in (self.to, self.from_):
            fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_NONBLOCK)

    @staticmethod
    def _connect(sockets):
        """(end to read from, end to write to)"""
        if not sockets:
            return os.pipe()
        a, b = socket.socketpair()
        return a.detach(), b.detach()

    @property
    def pid(self):
        return self.process.pid

    def write(self, data, patience=PATIENCE):
        """Returns what was not taken in time, or because nobody reads any more."""
        view = memoryview(data)
        while view:
            if not select.select([], [self.to], [], patience)[1]:
                break
            try:
                view = view[os.write(self.to, view) :]
            except BlockingIOError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                break
        return bytes(view)

    def say(self, *messages):
        left = self.write(b"".join(encode(message) for message in messages))
        assert not left, "writ does not read"

    def read(self, size=1 << 16):
        """Some bytes, b"" at the end."""
        if not select.select([self.from_], [], [], PATIENCE)[0]:
            raise AssertionError("nothing from writ for %d seconds" % PATIENCE)
        try:
            return os.read(self.from_, size)
        except ConnectionResetError:
            return b""

    def hear_line(self):
        while b"\n" not in self.received:
            data = self.read()
            if not data:
                raise AssertionError("the end instead of a line; stderr: " + self.errors())
            self.received += data
        line, _, self.received = self.received.partition(b"\n")
        return line

    def hear(self):
        return messages_of(self.hear_line() + b"\n")[0]

    def hear_out(self):
        """Every message up to the end. Anything that is no MCP message is an error."""
        pieces = [self.received]
        self.received = b""
        while True:
            data = self.read(1 << 20)
            if not data:
                break
            pieces.append(data)
        return messages_of(b"".join(pieces))

    def close_input(self):
        if self.to is not None:
            os.close(self.to)
        self.to = None

    def close_output(self):
        if self.from_ is not None:
            os.close(self.from_)
        self.from_ = None

    def status(self, patience=PATIENCE):
        """The exit status as a shell shows it."""
        try:
            status = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise AssertionError("writ still runs; stderr: " + self.errors())
        return 128 - status if status < 0 else status

    def errors(self):
        with open(self.errors_path, errors="backslashreplace") as file:
            return file.read()

    def peak_memory(self):
        """Bytes that were resident at most."""
        return self._status("VmHWM")

    def own_memory(self):
        """Bytes that are resident and of no file."""
        return self._status("RssAnon")

    def reserves_much(self):
        """More addresses than any program needs that no sanitizer is part of."""
        return self._status("VmSize") > 1 << 40

    def _status(self, name):
        with open("/proc/%d/status" % self.pid) as file:
            for line in file:
                if line.startswith(name + ":"):
                    return int(line.split()[1]) * 1024
        raise AssertionError("no " + name)


def messages_of(data):
    assert not data or data.endswith(b"\n"), "not a whole line: %r" % data[-200:]
    messages = []
    for line in data.split(b"\n")[:-1]:
        message = json.loads(line)
        assert message["jsonrpc"] == "2.0", "not MCP: %r" % line
        messages.append(message)
    return messages


def root_hash(policy, name):
    """The root hash of a policy in a file of that name."""
    with tempfile.TemporaryDirectory(prefix="writ-faults-") as folder:
        path = os.path.join(folder, name)
        with open(path, "w") as file:
            file.write(policy)
        bundle = subprocess.run([WRIT, "compile", path, "-o", "-"], stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, check=True).stdout
    return bundle[32:64].hex()


class FaultTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="writ-faults-")
        self.word = os.path.basename(self.folder)
        self.policy = self.file("policy.yaml", ALLOW_ALL)
        self.sessions = []

    def tearDown(self):
        for session in self.sessions:
            session.close_input()
            session.close_output()
            if session.process.poll() is None:
                session.process.kill()
                session.process.wait()
        for pid in self.left_running():
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder)

    # --- what a test needs ---

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, text, mode=0o644):
        with open(self.path(name), "w") as file:
            file.write(text)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def server(self, script, name="server.py"):
        """The command of a server that runs `script`."""
        return [sys.executable, self.file(name, PRELUDE + textwrap.dedent(script))]

    def start(self, server, options=(), sockets=False, policy=None):
        argv = [WRIT, "run", "-c", policy or self.policy, *options, "--", *server]
        return self.start_argv(argv, sockets)

    def environment(self):
        return dict(os.environ, WRIT_FAULT_TEST=self.word, XDG_STATE_HOME=self.path("state"))

    def start_argv(self, argv, sockets=False, pass_fds=()):
        session = Session(argv, self.folder, self.environment(), sockets, pass_fds)
        self.sessions.append(session)
        return session

    # --- what a test claims ---

    def assert_over(self, session, status, cut_short=False):
        """writ exits with `status` in time, nothing of the session is left running, and what was
        not read of its output are MCP messages. That need not be so if it was `cut_short`."""
        start = time.monotonic()
        self.assertEqual(session.status(), status, session.errors())
        self.assertLess(time.monotonic() - start, ALL_OVER)
        if session.from_ is not None and not cut_short:
            session.hear_out()
        self.assertEqual(self.left_running(), [])

    def assert_failed(self, message, id):
        self.assertEqual(message["id"], id)
        self.assertIsInstance(message["error"]["code"], int)
        self.assertTrue(message["error"]["message"])

    def noted(self, name):
        """What the server noted under `name`."""
        if not os.path.exists(self.path(name)):
            return ""
        with open(self.path(name)) as file:
            return file.read()

    def await_note(self, name):
        end = time.monotonic() + PATIENCE
        while not self.noted(name):
            self.assertLess(time.monotonic(), end, "the server did not get so far")
            time.sleep(0.01)
        return self.noted(name)

    def left_running(self):
        """The processes that carry this test's word."""
        mark = b"WRIT_FAULT_TEST=" + self.word.encode()
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open("/proc/%s/environ" % entry, "rb") as file:
                    if mark in file.read().split(b"\0"):
                        found.append(int(entry))
            except OSError:
                pass
        return found
