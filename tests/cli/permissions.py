#!/usr/bin/env python3
"""Files that others can write: run takes no policy, nor a list, from them, and keeps nothing there.

    permissions.py --writ PATH [unittest's options]
"""

import os
import shlex
import subprocess
import unittest

from harness import IN_NAMESPACE, CommandTest, has_namespaces, main

POLICY = """\
writ: 1
default: allow
data:
  names: { from_file: names.txt }
rules:
  - { name: known, tools: greet, require: args.name in data.names }
"""

COUNTING = """\
writ: 1
default: allow
rules:
  - { name: some, tools: greet, quota: { max: 5, per: day } }
"""


class Permissions(CommandTest):
    def setUp(self):
        super().setUp()
        self.folder = self.folder.resolve()
        self.write("p.yaml", POLICY)
        self.write("names.txt", "ann\n")

    def run_policy(self, *flags, policy="p.yaml", server=("true",)):
        return self.run_writ("run", *flags, "--log-level", "error", "-c", policy, "--", *server)

    def expect_taken(self, *flags):
        result = self.run_policy(*flags)
        self.assertNotIn("safe", result.err)
        self.assertNotEqual(result.status, 2, result)

    def expect_refused(self, file, opened, remedy):
        self.expect(self.run_policy(server=("touch", "started")), 2, out="",
                    err=f"writ: error: {file} is not safe to decide by: {opened}\n"
                        f"  hint: {remedy}--insecure-permissions takes it as it is\n")
        self.assertFalse((self.folder / "started").exists())
        self.expect_taken("--insecure-permissions")

    def test_what_others_cannot_write(self):
        self.expect_taken()
        os.chmod(self.folder / "p.yaml", 0o444)
        self.expect_taken()

    def test_what_others_can_write(self):
        """Each is refused, and what the hint names mends it."""
        for name, path in (("p.yaml", "p.yaml"), ("names.txt", "names.txt"), ("p.yaml", "")):
            with self.subTest(path or "the folder"):
                whole = str(self.folder / path)
                mode = os.stat(whole).st_mode
                os.chmod(whole, mode | 0o002)
                remedy = f"chmod go-w {whole}"
                self.expect_refused(name, f"{whole} is writable by everybody",
                                    f"{remedy} takes that right away; ")
                subprocess.run(shlex.split(remedy), check=True)
                self.expect_taken()
                os.chmod(whole, mode)

    @unittest.skipIf(os.geteuid() != 0, "only root gives files away")
    def test_of_another_user(self):
        os.chown(self.folder / "p.yaml", 12345, 0)
        self.expect_refused("p.yaml", f"{self.folder}/p.yaml belongs to another user (uid 12345)", "")

    def run_in_namespace(self, script):
        words = [self.writ, "run", "-c", "p.yaml", "--", "true"]
        done = subprocess.run([*IN_NAMESPACE, f'{script}; cd "$PWD"; exec "$0" "$@"', *words], cwd=self.folder,
                              env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 2, done)
        return done.stderr

    @unittest.skipUnless(has_namespaces(), "no user namespaces here")
    def test_mounted_read_only(self):
        """No command is named that cannot work."""
        os.chmod(self.folder / "p.yaml", 0o646)
        said = self.run_in_namespace("mount --bind . .; mount -o remount,bind,ro .")
        self.assertIn("p.yaml is writable by everybody\n  hint: --insecure-permissions takes it as it is\n", said)

    @unittest.skipUnless(has_namespaces(), "no user namespaces here")
    @unittest.skipIf(os.geteuid() != 0, "only root gives files away")
    def test_of_a_user_who_is_not_mapped(self):
        os.chown(self.folder / "p.yaml", 12345, 0)
        self.assertIn("p.yaml belongs to another user (uid 65534, as whoever is not mapped in this user namespace)\n"
                      "  hint: --insecure-permissions takes it as it is\n", self.run_in_namespace(":"))

    @unittest.skipIf(os.geteuid() != 0, "only root gives files away")
    def test_counters_of_another_user(self):
        """As root with another's HOME: nothing of root's is left there."""
        self.write("p.yaml", COUNTING)
        home = self.folder / "home"
        home.mkdir()
        os.chown(home, 12345, 0)
        del self.environment["XDG_STATE_HOME"]
        self.environment["HOME"] = str(home)
        result = self.run_policy()
        self.expect(result, 2, out="")
        self.assertIn(f"{home} belongs to another user (uid 12345)", result.err)
        self.assertIn("--insecure-permissions takes them as they are", result.err)
        self.assertEqual(list(home.iterdir()), [])

    @unittest.skipIf(os.geteuid() != 0, "only root becomes another user")
    def test_of_root_for_another_user(self):
        """What only root can write is safe for everybody."""
        os.chmod(self.folder, 0o755)
        self.environment["XDG_STATE_HOME"] = "/nonexistent"
        done = subprocess.run([self.writ, "run", "--audit", "none", "-c", "p.yaml", "--", "true"],
                              cwd=self.folder, user=12345, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60)
        if done.returncode < 0 or b"ermission denied" in done.stderr:
            self.skipTest("another user cannot start this writ")
        self.assertNotIn(b"safe", done.stderr)

    def test_a_stream(self):
        """What writ is given open was chosen by whoever gave it."""
        os.remove(self.folder / "names.txt")
        done = subprocess.run(["bash", "-c", '"$0" run -c <(echo "version: \\"1\\"") -- true </dev/null', self.writ],
                              cwd=self.folder, env=self.environment, capture_output=True, timeout=60)
        self.assertNotIn(b"safe", done.stderr)
        self.assertNotEqual(done.returncode, 2, done.stderr)

    def test_only_run_asks(self):
        os.chmod(self.folder / "p.yaml", 0o666)
        self.expect(self.run_writ("check", "p.yaml"), 0, err="")
        result = self.run_writ("eval", "-c", "p.yaml", given=b'{"name":"greet","arguments":{"name":"ann"}}')
        self.assertNotIn("safe", result.err)

    def test_counters(self):
        """Nothing is made where it would not be safe, and what the hint names mends it."""
        self.write("p.yaml", COUNTING)
        state = self.folder / "state"
        state.mkdir(0o700)
        os.chmod(state, 0o777)
        remedy = f"chmod go-w {state}"
        self.expect(self.run_policy(), 2, out="",
                    err=f"writ: error: counters are not safe in {state}/writ: {state} is writable by everybody\n"
                        f"  hint: {remedy} takes that right away; --state-dir DIR keeps counters elsewhere, "
                        "--state memory for this run only; --insecure-permissions takes them as they are\n")
        self.assertEqual(list(state.iterdir()), [])
        subprocess.run(shlex.split(remedy), check=True)
        self.expect_taken()
        self.assertTrue((state / "writ" / "counters.db").exists())

    def test_audit_log(self):
        """Likewise of the log: by default, in a folder and in a file of one's choice."""
        shared = self.folder / "shared"
        shared.mkdir(0o700)
        remedy = f"chmod go-w {shared}"
        opened = f"{shared} is writable by everybody"
        for words, refused, elsewhere in (
                (["--state-dir", f"{shared}/state"], "the key of the audit log is not safe",
                 "--state-dir DIR has a key of its own, --audit none needs none"),
                (["--audit", f"{shared}/log/"], f"records are not safe in {shared}/log",
                 "--audit FILE or DIR/ keeps records elsewhere, --audit none keeps none"),
                (["--audit", f"{shared}/log.jsonl"], f"records are not safe in {shared}/log.jsonl",
                 "--audit FILE or DIR/ keeps records elsewhere, --audit none keeps none")):
            with self.subTest(words):
                os.chmod(shared, 0o777)
                before = sorted(shared.iterdir())
                self.expect(self.run_policy(*words, server=("touch", "started")), 2, out="",
                            err=f"writ: error: the audit log cannot be kept: {refused}: {opened}\n"
                                f"  hint: {remedy} takes that right away; {elsewhere}; "
                                "--insecure-permissions takes them as they are\n")
                self.assertEqual(sorted(shared.iterdir()), before)
                self.assertFalse((self.folder / "started").exists())
                subprocess.run(shlex.split(remedy), check=True)
                self.expect_taken(*words)
                self.assertNotEqual(sorted(shared.iterdir()), before)

    def test_audit_file_that_others_can_write(self):
        log = self.folder / "log.jsonl"
        self.expect_taken("--audit", str(log))
        os.chmod(log, 0o622)
        result = self.run_policy("--audit", str(log))
        self.expect(result, 2, out="")
        self.assertIn(f"chmod go-w {log} takes that right away", result.err)
        self.expect_taken("--insecure-permissions", "--audit", str(log))

    def test_audit_key_that_others_can_read(self):
        state = self.folder / "own"
        self.expect_taken("--state-dir", str(state))
        os.chmod(state / "audit.key", 0o640)
        remedy = f"chmod go= {state}/audit.key"
        for result in (self.run_policy("--state-dir", str(state)),
                       self.run_writ("verify", "--state-dir", str(state), "--audit", f"{state}/audit")):
            self.expect(result, 2, out="")
            self.assertIn(f"{state}/audit.key may be read by others", result.err)
            self.assertIn(f"hint: {remedy} takes that right away; ", result.err)
        subprocess.run(shlex.split(remedy), check=True)
        self.expect_taken("--state-dir", str(state))
        self.expect(self.run_writ("verify", "--state-dir", str(state), "--audit", f"{state}/audit"), 0, err="")

    @unittest.skipIf(os.geteuid() != 0, "only root gives files away")
    def test_audit_log_of_another_user(self):
        """As root with another's HOME: no key of root's is left there."""
        home = self.folder / "home"
        home.mkdir()
        os.chown(home, 12345, 0)
        del self.environment["XDG_STATE_HOME"]
        self.environment["HOME"] = str(home)
        result = self.run_policy()
        self.expect(result, 2, out="")
        self.assertIn(f"{home} belongs to another user (uid 12345)", result.err)
        self.assertEqual(list(home.iterdir()), [])


if __name__ == "__main__":
    main()
