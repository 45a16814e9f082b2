#!/usr/bin/env python3
"""Replays recorded MCP sessions through `writ run` with a policy that allows everything.

    replay.py --writ PATH [NAME.jsonl...]

Every file of the referees' traffic folder is a session of its own. This script plays the client's
lines, peer.py, started by writ, the server's, both in the recorded order, so that the ids in flight
are those that were. What arrives must be what was sent, byte for byte and in order, in both
directions, except for the client's lines in REFUSED: none of those may reach the server, and each
must be answered, or left without an answer, as the table says.

A server's answer to a refused request passes like any other: writ reads the server's lines for
their id and kind and keeps no list of what it refused.
"""

import argparse
import collections
import json
import os
import pathlib
import queue
import subprocess
import sys
import tempfile
import threading

from peer import read_recording

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "referees"))
from needs import shared  # noqa: E402

# The client's lines that the wire rules refuse or drop. An answer is an id and a code; a line
# without one (-) gets nothing, because its id is none, or none of a valid kind, or because its
# bytes are not JSON.
REFUSED = """
  # file             line  id  code    why
  everything.jsonl    168  64  -32602  the tool's name is a number
  everything.jsonl    170  65  -32602  no tool name
  everything-raw.jsonl  5   -       -  the id is fractional
  everything-raw.jsonl  7   -       -  the id of a request is null
  everything-raw.jsonl  9  21  -32602  duplicate member "name" in params
  everything-raw.jsonl 24   -       -  batch
  everything-raw.jsonl 25   -       -  not JSON
  everything-raw.jsonl 26   -       -  blank line
  everything-raw.jsonl 29  33  -32600  no "jsonrpc"
  everything-raw.jsonl 30  34  -32600  "jsonrpc" is "1.0"
  everything-raw.jsonl 33   -       -  tools/call without an id
  everything-raw.jsonl 36  37  -32602  params is an array
  everything-raw.jsonl 37  38  -32602  arguments is null
  everything-raw.jsonl 46   -       -  byte order mark
"""

WAIT = 20       # seconds for one line, or for the end
SESSION = 120   # seconds for a whole session, whatever it is stuck in

Refusal = collections.namedtuple("Refusal", "id code why")


class Mismatch(Exception):
    pass


def refusals():
    """{file: {line number: Refusal}}; id and code are None where there is no answer."""
    table = collections.defaultdict(dict)
    for row in REFUSED.strip().splitlines()[1:]:
        file, number, *answer, why = row.split(None, 4)
        id_, code = (None if word == "-" else json.loads(word) for word in answer)
        table[file][int(number)] = Refusal(id_, code, why)
    return table


def show(data):
    text = data.decode("utf-8", "backslashreplace")
    return repr(text if len(text) <= 200 else f"{text[:200]}… ({len(data)} bytes)")


class Session:
    """A running writ, seen from the client. Fails with Mismatch, never hangs."""

    def __init__(self, command, refused):
        self.refused = refused
        self.unanswered = {}  # line number: Refusal, for lines sent and not yet answered
        self.stderr = tempfile.TemporaryFile()
        self.writ = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=self.stderr)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.watchdog = threading.Timer(SESSION, self.writ.kill)
        self.watchdog.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.watchdog.cancel()
        self.writ.kill()  # by now a no-op, unless something went wrong
        self.writ.wait()
        self.reader.join(WAIT)
        self.writ.stdout.close()
        try:
            self.writ.stdin.close()
        except OSError:
            pass
        self.stderr.close()

    def _read(self):
        for line in self.writ.stdout:
            self.lines.put(line)
        self.lines.put(b"")

    def _next(self, what):
        """The next line from writ, b"" at the end."""
        try:
            return self.lines.get(timeout=WAIT)
        except queue.Empty:
            raise Mismatch(f"waited {WAIT} s for {what}{self._refused_so_far()}") from None

    def _refused_so_far(self):
        if not self.unanswered:
            return ""
        return f"; no answer yet to line {', '.join(map(str, self.unanswered))}"

    def send(self, number, line):
        refusal = self.refused.get(number)
        if refusal and refusal.code is not None:
            self.unanswered[number] = refusal
        try:
            self.writ.stdin.write(line + b"\n")
            self.writ.stdin.flush()
        except BrokenPipeError:
            raise Mismatch(f"line {number}: writ no longer reads its input") from None

    def expect(self, number, line):
        """The server's line, and before it any answers to refused lines."""
        while True:
            got = self._next(f"the server's line {number}: {show(line)}")
            if got == line + b"\n":
                return
            if not got:
                raise Mismatch(f"line {number}: writ's output ended instead of {show(line)}")
            if not self._is_answer(got):
                raise Mismatch(f"line {number}: the client got {show(got)} instead of {show(line)}")

    def finish(self):
        """Ends the session as a client does, reads what is left, and returns writ's status."""
        self.writ.stdin.close()
        while got := self._next("the end of writ's output"):
            if not self._is_answer(got):
                raise Mismatch(f"the client got {show(got)} after the server's last line")
        try:
            return self.writ.wait(WAIT)
        except subprocess.TimeoutExpired:
            raise Mismatch(f"writ closed its output but still ran {WAIT} s later") from None

    def _is_answer(self, line):
        try:
            message = json.loads(line)
        except ValueError:
            return False
        for number, refusal in self.unanswered.items():
            if is_error(message, refusal.id, refusal.code) and line.endswith(b"\n"):
                del self.unanswered[number]
                return True
        return False

    def log(self):
        self.stderr.seek(0)
        return self.stderr.read().decode("utf-8", "backslashreplace")


def is_error(message, id_, code):
    return (isinstance(message, dict) and message.keys() == {"jsonrpc", "id", "error"}
            and message["jsonrpc"] == "2.0"
            and type(message["id"]) is type(id_) and message["id"] == id_
            and isinstance(message["error"], dict) and message["error"].get("code") == code
            and isinstance(message["error"].get("message"), str) and message["error"]["message"])


def compare_received(received, expected):
    """The server's input, byte for byte."""
    for number, line in expected:
        if not received.startswith(line + b"\n"):
            got = show(received.split(b"\n")[0])
            raise Mismatch(f"line {number}: the server got {got} instead of {show(line)}")
        received = received[len(line) + 1:]
    if received:
        raise Mismatch(f"the server got more than it should: {show(received)}")


def replay(writ, recording, refused, scratch):
    records = read_recording(recording)
    sent = {number: line for number, direction, line in records if direction == "c2s"}
    for number in refused.keys() - sent.keys():
        raise Mismatch(f"the table names line {number}, which is no line of the client")
    policy = scratch / "allow-all.yaml"
    policy.write_text('version: "1"\n')
    received = scratch / "received"
    command = [writ, "run", "--audit", "none", "-c", policy, "--", sys.executable, HERE / "peer.py", recording,
               received, *map(str, sorted(refused))]
    with Session([str(word) for word in command], refused) as session:
        try:
            for number, direction, line in records:
                (session.send if direction == "c2s" else session.expect)(number, line)
            status = session.finish()
            compare_received(received.read_bytes(),
                             [(n, line) for n, line in sent.items() if n not in refused])
            for number, refusal in session.unanswered.items():
                raise Mismatch(f"line {number} ({refusal.why}): no answer with id {refusal.id} and "
                               f"code {refusal.code}")
            if status != 0:
                raise Mismatch(f"writ exited with status {status}")
            warned = sum(row.startswith("writ: warn: ") for row in session.log().splitlines())
            to_be_logged = sum(sent[number] != b"" for number in refused)
            if warned < to_be_logged:
                raise Mismatch(f"{to_be_logged} lines were refused but {warned} logged")
        except Mismatch as mismatch:
            log = session.log().strip()
            raise Mismatch(f"{mismatch}\n{log}" if log else str(mismatch)) from None


def main():
    parser = argparse.ArgumentParser(description="replays recorded MCP sessions through writ")
    parser.add_argument("--writ", required=True, type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME.jsonl")
    arguments = parser.parse_args()
    writ = arguments.writ.absolute()
    recordings = sorted(shared("traffic").glob("*.jsonl"))
    table = refusals()
    os.umask(0o022)  # run takes no policy that a group can write
    passed = failed = 0
    for name in sorted(table.keys() - {recording.name for recording in recordings}):
        print(f"FAIL {name}: named in the table but not recorded")
        failed += 1
    for recording in recordings:
        if arguments.names and recording.name not in arguments.names:
            continue
        refused = table.get(recording.name, {})
        with tempfile.TemporaryDirectory(prefix="writ-replay-") as scratch:
            try:
                replay(writ, recording, refused, pathlib.Path(scratch))
                note = f", {len(refused)} refused" if refused else ""
                print(f"ok   {recording.name}{note}", flush=True)
                passed += 1
            except Mismatch as mismatch:
                print(f"FAIL {recording.name}: " + str(mismatch).replace("\n", "\n     "),
                      flush=True)
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
