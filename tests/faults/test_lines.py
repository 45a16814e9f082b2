"""Lines that are too long, and load that nobody takes."""
import hashlib
import threading
import time

from harness import FaultTest, call, encode, result

TEN_MEGABYTES = 10 << 20
MEMORY_LIMIT = 100 << 20


class BigLines(FaultTest):
    def test_from_the_client(self):
        """a line of 10 MB from the client arrives intact"""
        for sockets in (False, True):
            session = self.start(
                self.server("for line in lines(): answer(line, {'hash': hashlib.sha256(line).hexdigest()})\n"),
                sockets=sockets,
            )
            line = encode(call(1, text="x" * TEN_MEGABYTES))
            self.assertEqual(session.write(line), b"")
            self.assertEqual(session.hear(), result(1, {"hash": hashlib.sha256(line).hexdigest()}))
            session.say(call(2))
            self.assertEqual(session.hear()["id"], 2)
            self.assertLess(session.peak_memory(), MEMORY_LIMIT)
            session.close_input()
            self.assert_over(session, 0)

    def test_from_the_server(self):
        """a line of 10 MB from the server arrives intact"""
        for sockets in (False, True):
            session = self.start(
                self.server("for line in lines(): answer(line, {'text': 'y' * %d})\n" % TEN_MEGABYTES),
                sockets=sockets,
            )
            session.say(call(1))
            line = session.hear_line() + b"\n"
            expected = encode(result(1, {"text": "y" * TEN_MEGABYTES}))
            self.assertEqual(hashlib.sha256(line).digest(), hashlib.sha256(expected).digest())
            self.assertLess(session.peak_memory(), MEMORY_LIMIT)
            session.close_input()
            self.assert_over(session, 0)


class TooLong(FaultTest):
    OPTIONS = ["--max-line-bytes", "2000"]

    def test_from_the_client(self):
        """a line of the client over the limit is dropped and logged, the session goes on"""
        session = self.start(
            self.server('for line in lines(): note("got", line.decode()); answer(line)\n'), self.OPTIONS
        )
        for size in (2500, 3_000_000):
            session.say(call("long", text="x" * size))
        session.say(call(2))
        self.assertEqual(session.hear(), result(2))
        session.close_input()
        self.assertEqual(session.hear_out(), [])
        self.assert_over(session, 0)
        self.assertEqual(self.noted("got"), encode(call(2)).decode())
        self.assertEqual(session.errors().count("longer than 2000 bytes"), 2)

    def test_from_the_server(self):
        """a line of the server over the limit is dropped and logged, the session goes on"""
        session = self.start(
            self.server(
                """
                for line in lines():
                    for size in (2500, 3000000):
                        say({"jsonrpc": "2.0", "method": "notifications/long", "params": {"p": "x" * size}})
                    answer(line)
                """
            ),
            self.OPTIONS,
        )
        session.say(call(1))
        self.assertEqual(session.hear(), result(1))
        session.close_input()
        self.assertEqual(session.hear_out(), [])
        self.assert_over(session, 0)
        self.assertEqual(session.errors().count("longer than 2000 bytes"), 2)

    def test_never_ends(self):
        """a line without an end costs no memory"""
        session = self.start(self.server("for line in lines(): answer(line)\n"), self.OPTIONS)
        for _ in range(200):
            self.assertEqual(session.write(b"x" * (1 << 20)), b"")
        session.write(b"\n")
        session.say(call(1))
        self.assertEqual(session.hear(), result(1))
        self.assertLess(session.peak_memory(), MEMORY_LIMIT)
        session.close_input()
        self.assert_over(session, 0)


class Load(FaultTest):
    COUNT = 200_000
    NOTE = '{"jsonrpc": "2.0", "method": "notifications/n", "params": {"n": %d, "p": "' + "x" * 950 + '"}}\n'

    def test_slow_reader(self):
        """200 MB of notifications to a slow reader: under 100 MB resident, all in order"""
        session = self.start(
            self.server(
                """
                note_line = %r
                for n in range(0, %d, 1000):
                    sys.stdout.write("".join(note_line %% i for i in range(n, n + 1000)))
                sys.stdout.flush()
                for line in lines(): answer(line)
                """
                % (self.NOTE, self.COUNT)
            )
        )
        time.sleep(0.5)  # everything on the way is full by then
        expected = hashlib.sha256()
        size = 0
        for n in range(self.COUNT):
            line = (self.NOTE % n).encode()
            expected.update(line)
            size += len(line)
        self.assertGreaterEqual(size, 200 * 1000 * 1000)
        heard = hashlib.sha256()
        received = 0
        pause_at = 0
        while received < size:
            data = session.read(min(1 << 20, size - received))
            self.assertTrue(data, "the end, too early")
            heard.update(data)
            received += len(data)
            if received >= pause_at:
                time.sleep(0.01)
                pause_at += 2 << 20
        self.assertEqual(heard.hexdigest(), expected.hexdigest())
        session.say(call(1))
        self.assertEqual(session.hear(), result(1))
        peak = session.peak_memory()
        self.assertLess(peak, MEMORY_LIMIT)
        session.close_input()
        self.assert_over(session, 0)

    def test_server_does_not_read(self):
        """a client that floods a server which does not read is stopped"""
        session = self.start(self.server("signal.pause()\n"))
        flood = b"".join(b'{"jsonrpc":"2.0","method":"notifications/%d"}\n' % n for n in range(200_000))
        left = session.write(flood, patience=1)
        self.assertGreater(len(left), len(flood) // 2)
        self.assertLess(session.peak_memory(), MEMORY_LIMIT)
        session.close_input()
        self.assert_over(session, 0)

    def test_both_ways_full(self):
        """client and server both write before they read: nothing moves, until one reads"""
        for sockets in (False, True):
            session = self.start(
                self.server(
                    """
                    for n in range(2000):
                        say({"jsonrpc": "2.0", "method": "notifications/n", "params": {"n": n, "p": "x" * 1000}})
                    for line in lines(): answer(line)
                    """
                ),
                sockets=sockets,
            )
            calls = b"".join(encode(call(n, p="y" * 1000)) for n in range(2000))
            left = session.write(calls, patience=0.5)
            self.assertGreater(len(left), 0)
            writer = threading.Thread(target=session.write, args=(left,))
            writer.start()
            heard = []
            while len(heard) < 4000:
                heard.append(session.hear())
            writer.join()
            self.assertEqual([m["params"]["n"] for m in heard if "method" in m], list(range(2000)))
            self.assertEqual([m["id"] for m in heard if "id" in m], list(range(2000)))
            session.close_input()
            self.assertEqual(session.hear_out(), [])
            self.assert_over(session, 0)

    def test_writes_before_it_reads(self):
        """a client that reads nothing gets its messages to a server that still reads"""
        session = self.start(
            self.server(
                """
                import threading
                def flood():
                    for n in range(2000):
                        say({"jsonrpc": "2.0", "method": "notifications/n", "params": {"p": "x" * 1000}})
                threading.Thread(target=flood, daemon=True).start()
                got = 0
                for line in lines():
                    got += 1
                    if got == 2000: note("got", "all")
                """
            )
        )
        time.sleep(0.5)
        messages = b"".join(
            b'{"jsonrpc":"2.0","method":"notifications/n","params":{"p":"%s"}}\n' % (b"y" * 1000)
            for _ in range(2000)
        )
        self.assertEqual(session.write(messages), b"")
        self.assertEqual(self.await_note("got"), "all")
        heard = [session.hear() for _ in range(2000)]
        self.assertEqual(len(heard), 2000)
        session.close_input()
        self.assert_over(session, 0)
