"""A line that is one message to a JSON reader and three to a server that takes a lone CR for the
end of a line, as the official Python SDK's does: the one in the middle is a tool call that no one
has judged."""

import json
import queue
import subprocess
import threading
import unittest

from desk import DIRECT, PATIENCE, THROUGH_WRIT, command, fresh_journal

HANDSHAKE = [
    b'{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25",'
    b'"capabilities":{},"clientInfo":{"name":"raw","version":"1"}}}',
    b'{"jsonrpc":"2.0","method":"notifications/initialized"}',
]
SMUGGLED = (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":\r'
            b'{"jsonrpc":"2.0","id":2,"method":"tools/call",'
            b'"params":{"name":"delete_notes","arguments":{}}}\r}')
LAST = b'{"jsonrpc":"2.0","id":"last","method":"ping"}'


class Raw:
    """A server, directly or behind writ, with its lines as they are."""

    def __init__(self, words):
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.watchdog = threading.Timer(PATIENCE, self.process.kill)
        self.watchdog.start()
        self.answers = queue.Queue()
        self.errors = b""
        self.readers = [threading.Thread(target=read) for read in (self._read, self._read_errors)]
        for reader in self.readers:
            reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.answers.put(json.loads(line))
        self.answers.put(None)

    def _read_errors(self):
        self.errors = self.process.stderr.read()

    def send(self, *lines):
        self.process.stdin.write(b"".join(line + b"\n" for line in lines))
        self.process.stdin.flush()

    def answers_until(self, *ids):
        """All answers up to where each of the ids has been seen."""
        seen, missing = [], set(ids)
        while missing:
            answer = self.answers.get(timeout=PATIENCE)
            if answer is None:
                raise AssertionError(f"no answer to {missing}: {self.errors}")
            seen.append(answer)
            missing.discard(answer.get("id"))
        return seen

    def end(self):
        """Ends the session; returns the answers that still came."""
        self.process.stdin.close()
        rest = list(iter(lambda: self.answers.get(timeout=PATIENCE), None))
        self.process.wait(PATIENCE)
        for reader in self.readers:
            reader.join()
        return rest

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.watchdog.cancel()
        self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass


class CarriageReturn(unittest.TestCase):
    def test_the_line_is_one_message(self):
        message = json.loads(SMUGGLED)
        self.assertEqual(message["method"], "ping")

    def test_without_writ_the_call_is_executed(self):
        with fresh_journal() as journal, Raw(command(DIRECT, journal)) as server:
            server.send(*HANDSHAKE)
            server.answers_until("init")
            server.send(SMUGGLED, LAST)
            server.answers_until(2, "last")
            self.assertEqual([call["name"] for call in journal.calls()], ["delete_notes"])

    def test_through_writ_nothing_reaches_the_server(self):
        with fresh_journal() as journal, Raw(command(THROUGH_WRIT, journal)) as writ:
            writ.send(*HANDSHAKE)
            writ.answers_until("init")
            writ.send(SMUGGLED, LAST)
            answers = writ.answers_until("last") + writ.end()
            self.assertEqual(journal.calls(), [])
            self.assertEqual(len(answers), 2, answers)
            refusals = [answer for answer in answers if answer["id"] != "last"]
            self.assertEqual([(r["id"], r["error"]["code"]) for r in refusals], [(1, -32700)])
            self.assertIn(b"writ: warn: ", writ.errors)


if __name__ == "__main__":
    unittest.main()
