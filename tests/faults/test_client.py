"""Clients that go away, and signals to writ."""
import os
import signal
import time

from harness import FaultTest, call, result

ECHO = "for line in lines(): answer(line)\n"

FLOOD = """
n = 0
while True:
    say({"jsonrpc": "2.0", "method": "notifications/n", "params": {"n": n}})
    n += 1
"""


class ClientGoes(FaultTest):
    def test_closes_its_output(self):
        """closes its output: the server ends, writ exits with 0"""
        for sockets in (False, True):
            session = self.start(self.server(ECHO), sockets=sockets)
            session.say(call(1))
            self.assertEqual(session.hear(), result(1))
            session.close_input()
            self.assertEqual(session.hear_out(), [])
            self.assert_over(session, 0)

    def test_status_of_the_server_does_not_count(self):
        """closes its output, and the server then fails: writ exits with 0"""
        session = self.start(self.server("for line in lines(): pass\nos._exit(9)\n"))
        session.close_input()
        self.assertEqual(session.hear_out(), [])
        self.assert_over(session, 0)

    def test_answers_outstanding(self):
        """closes its output with calls outstanding: what the server still answers arrives"""
        session = self.start(
            self.server(
                """
                held = list(lines())
                time.sleep(0.3)
                for line in held: answer(line)
                """
            )
        )
        session.say(call(1), call(2))
        session.close_input()
        self.assertEqual(session.hear_out(), [result(1), result(2)])
        self.assert_over(session, 0)

    def test_half_a_line(self):
        """ends in the middle of a line: the half is not forwarded, but logged"""
        session = self.start(self.server('for line in lines(): note("got", line.decode()); answer(line)\n'))
        session.say(call(1))
        self.assertEqual(session.hear(), result(1))
        session.write(b'{"jsonrpc":"2.0","id":2,"method":"tools/call"')
        session.close_input()
        self.assertEqual(session.hear_out(), [])
        self.assert_over(session, 0)
        self.assertEqual(self.noted("got").count("\n"), 1)
        self.assertIn("cut off", session.errors())

    def test_stops_reading(self):
        """closes its input while the server writes: the session ends, writ exits with 0"""
        for sockets in (False, True):
            session = self.start(self.server(FLOOD), sockets=sockets)
            self.assertEqual(session.hear()["params"]["n"], 0)
            session.close_output()
            self.assert_over(session, 0)

    def test_vanishes_from_a_server_that_does_not_read(self):
        """vanishes while its messages wait for a server that reads nothing"""
        session = self.start(self.server("signal.pause()\n"))
        session.write(b"".join(b'{"jsonrpc":"2.0","method":"notifications/%d"}\n' % n for n in range(50_000)), 0.3)
        session.close_input()
        session.close_output()
        self.assert_over(session, 0)

    def test_vanishes_without_reading(self):
        """vanishes while the server's messages wait for it"""
        session = self.start(self.server(FLOOD))
        session.hear()
        time.sleep(0.3)
        session.close_input()
        session.close_output()
        self.assert_over(session, 0)

    def test_never_reads_what_is_left(self):
        """closes its output and never reads what is left for it: writ does not wait for ever"""
        session = self.start(self.server(FLOOD))
        session.hear()
        session.close_input()
        self.assert_over(session, 0, cut_short=True)


class Streams(FaultTest):
    def test_flags(self):
        """streams shared with other processes stay blocking"""
        for sockets in (False, True):
            session = self.start(self.server(ECHO), sockets=sockets)
            session.say(call(1))
            self.assertEqual(session.hear(), result(1))
            for fd in (0, 1):
                with open("/proc/%d/fdinfo/%d" % (session.pid, fd)) as file:
                    flags = int([line for line in file if line.startswith("flags:")][0].split()[1], 8)
                self.assertEqual(flags & os.O_NONBLOCK, 0)
            session.close_input()
            self.assert_over(session, 0)

    def test_server_streams(self):
        """the server inherits stderr, blocking pipes and no other descriptor of writ"""
        session = self.start(
            self.server(
                """
                import fcntl, stat
                kinds = [stat.S_ISFIFO(os.fstat(fd).st_mode) for fd in (0, 1)]
                blocking = [fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK == 0 for fd in (0, 1)]
                sys.stderr.write("a word of the server\\n")
                extra = [fd for fd in os.listdir("/proc/self/fd") if int(fd) > 2]
                say({"jsonrpc": "2.0", "method": "x", "params": {"ok": kinds + blocking, "extra": len(extra)}})
                for line in lines(): pass
                """
            )
        )
        said = session.hear()["params"]
        self.assertEqual(said["ok"], [True] * 4)
        self.assertEqual(said["extra"], 1)  # the folder it lists
        session.close_input()
        self.assert_over(session, 0)
        self.assertIn("a word of the server\n", session.errors())


class SignalToWrit(FaultTest):
    def test_each(self):
        """SIGTERM, SIGINT and SIGHUP end the server and set the status"""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            session = self.start(
                self.server(
                    """
                    def leave(*_):
                        say({"jsonrpc": "2.0", "method": "notifications/leaving"})
                        os._exit(0)
                    signal.signal(signal.SIGTERM, leave)
                    for line in lines(): answer(line)
                    """
                )
            )
            session.say(call(1))
            self.assertEqual(session.hear(), result(1))
            session.process.send_signal(number)
            self.assertEqual([message["method"] for message in session.hear_out()], ["notifications/leaving"])
            self.assert_over(session, 128 + number)

    def test_calls_in_flight(self):
        """SIGTERM with a call in flight: the call gets an error"""
        session = self.start(self.server('for line in lines(): note("got", "it")\n'))
        session.say(call(1))
        self.await_note("got")
        session.process.send_signal(signal.SIGTERM)
        (heard,) = session.hear_out()
        self.assert_failed(heard, 1)
        self.assert_over(session, 128 + signal.SIGTERM)

    def test_deaf_server(self):
        """SIGTERM with a server that is deaf to it: the server is killed"""
        session = self.start(
            self.server(
                """
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                for line in lines(): answer(line)
                while True: time.sleep(1)
                """
            )
        )
        session.say(call(1))
        session.hear()
        session.process.send_signal(signal.SIGTERM)
        self.assertEqual(session.hear_out(), [])
        self.assert_over(session, 128 + signal.SIGTERM)

    def test_kill(self):
        """SIGKILL to writ: the server is told by SIGTERM and leaves"""
        session = self.start(self.server(ECHO + "while True: time.sleep(1)\n"))
        session.say(call(1))
        session.hear()
        session.process.kill()
        self.assertEqual(session.status(), 128 + signal.SIGKILL)
        end = time.monotonic() + 10
        while self.left_running() and time.monotonic() < end:
            time.sleep(0.01)
        self.assertEqual(self.left_running(), [])
