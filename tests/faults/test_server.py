"""Servers that die, close a stream, or do not want to end."""
import signal

from harness import FaultTest, call, result


class ServerDies(FaultTest):
    def test_exit_in_the_middle_of_calls(self):
        """exits with calls in flight: each gets an error with its id, then writ exits with its status"""
        session = self.start(
            self.server(
                """
                for line in lines():
                    if json.loads(line)["id"] == 1: answer(line)
                    if json.loads(line)["id"] == 3: os._exit(3)
                """
            )
        )
        session.say(call(1), call("two"), call(3))
        heard = session.hear_out()
        self.assertEqual(heard[0], result(1))
        self.assertEqual(len(heard), 3)
        self.assert_failed(heard[1], "two")
        self.assert_failed(heard[2], 3)
        self.assert_over(session, 3)
        self.assertIn("exited with status 3", session.errors())

    def test_killed(self):
        """is killed with a call in flight: the call gets an error, writ exits with 137"""
        session = self.start(
            self.server("for line in lines(): os.kill(os.getpid(), signal.SIGKILL)\n")
        )
        session.say(call(1))
        (heard,) = session.hear_out()
        self.assert_failed(heard, 1)
        self.assert_over(session, 128 + signal.SIGKILL)

    def test_exit_at_once(self):
        """exits before it reads anything: what was sent already gets an error"""
        session = self.start(self.server("time.sleep(0.3); os._exit(7)\n"))
        session.say(call(1), call(2))
        heard = session.hear_out()
        self.assertEqual([message["id"] for message in heard], [1, 2])
        for message in heard:
            self.assert_failed(message, message["id"])
        self.assert_over(session, 7)

    def test_half_a_line(self):
        """dies in the middle of a line: the half is not forwarded, but logged"""
        session = self.start(
            self.server(
                """
                for line in lines():
                    answer(line)
                    sys.stdout.write('{"jsonrpc":"2.0","method":"notifications/half')
                    sys.stdout.flush()
                    os._exit(0)
                """
            )
        )
        session.say(call(1))
        self.assertEqual(session.hear_out(), [result(1)])
        self.assert_over(session, 0)
        self.assertIn("cut off", session.errors())

    def test_last_words(self):
        """says three megabytes and exits: all of it reaches a client that reads late"""
        session = self.start(
            self.server(
                """
                for n in range(3000):
                    say({"jsonrpc": "2.0", "method": "notifications/n", "params": {"n": n, "p": "x" * 1000}})
                os._exit(5)
                """
            )
        )
        heard = session.hear_out()
        self.assertEqual([message["params"]["n"] for message in heard], list(range(3000)))
        self.assert_over(session, 5)


class ServerClosesAStream(FaultTest):
    def test_output(self):
        """closes its output and stays: calls in flight get errors, the server is ended"""
        session = self.start(
            self.server(
                """
                for line in lines():
                    os.close(1)
                    signal.pause()
                """
            )
        )
        session.say(call(1))
        (heard,) = session.hear_out()
        self.assert_failed(heard, 1)
        self.assert_over(session, 128 + signal.SIGTERM)

    def test_input(self):
        """closes its input and answers on: its answers arrive, the other calls get errors"""
        session = self.start(
            self.server(
                """
                line = sys.stdin.buffer.readline()
                os.close(0)
                say({"jsonrpc": "2.0", "method": "notifications/closed"})
                time.sleep(0.3)
                answer(line)
                os._exit(6)
                """
            )
        )
        session.say(call(1))
        self.assertEqual(session.hear()["method"], "notifications/closed")
        session.say(call(2))
        heard = session.hear_out()
        self.assertEqual(heard[0], result(1))
        self.assert_failed(heard[1], 2)
        self.assert_over(session, 6)


class ServerStays(FaultTest):
    def test_deaf(self):
        """ignores the end of its input and SIGTERM: it is killed"""
        session = self.start(
            self.server(
                """
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                say({"jsonrpc": "2.0", "method": "notifications/ready"})
                while True: time.sleep(1)
                """
            )
        )
        session.hear()
        session.close_input()
        self.assertEqual(session.hear_out(), [])
        self.assert_over(session, 0)

    def test_needs_sigterm(self):
        """ignores the end of its input only: SIGTERM ends it, and it can say so"""
        session = self.start(
            self.server(
                """
                def leave(*_):
                    say({"jsonrpc": "2.0", "method": "notifications/leaving"})
                    os._exit(0)
                signal.signal(signal.SIGTERM, leave)
                say({"jsonrpc": "2.0", "method": "notifications/ready"})
                while True: time.sleep(1)
                """
            )
        )
        session.hear()
        session.close_input()
        self.assertEqual([message["method"] for message in session.hear_out()], ["notifications/leaving"])
        self.assert_over(session, 0)


class Launchers(FaultTest):
    ECHO = "for line in lines(): answer(line)\n"

    def play(self, launcher):
        session = self.start(launcher)
        session.say(call(1))
        self.assertEqual(session.hear(), result(1))
        session.close_input()
        self.assertEqual(session.hear_out(), [])
        self.assert_over(session, 0)

    def test_shell(self):
        """a shell that waits for the server leaves nothing behind"""
        python, script = self.server(self.ECHO)
        self.play(["sh", "-c", '"$0" "$1"; true', python, script])

    def test_deaf_grandchild(self):
        """a shell whose server is deaf to everything leaves nothing behind"""
        python, script = self.server(
            """
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            for line in lines(): answer(line)
            while True: time.sleep(1)
            """
        )
        self.play(["sh", "-c", '"$0" "$1"; true', python, script])

    def test_own_session(self):
        """a launcher that starts the deaf server in a session of its own leaves nothing behind"""
        server = self.server(
            """
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            for line in lines(): answer(line)
            while True: time.sleep(1)
            """
        )
        launcher = "subprocess.run(%r, start_new_session=True)\n" % server
        self.play(self.server(launcher, "launcher.py"))

    def test_daemons(self):
        """a server that leaves daemons of daemons in sessions of their own leaves nothing behind"""
        python, script = self.server(self.ECHO)
        daemons = "setsid sh -c 'setsid sleep 1000 & sleep 1000' & exec \"$0\" \"$1\""
        self.play(["sh", "-c", daemons, python, script])

    def test_launcher_dies(self):
        """a launcher that dies before its server takes it along, and its status counts"""
        server = self.server(
            """
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            for line in lines():
                answer(line)
                note("answered", "yes")
            while True: time.sleep(1)
            """
        )
        launcher = (
            """
            subprocess.Popen(%r, start_new_session=True)
            while not os.path.exists(os.path.join(HERE, "answered")): time.sleep(0.01)
            os._exit(8)
            """
            % server
        )
        session = self.start(self.server(launcher, "launcher.py"))
        session.say(call(1))
        self.assertEqual(session.hear_out(), [result(1)])
        self.assert_over(session, 8)
