#!/usr/bin/env python3
"""Bundles: that the same policies give the same bytes, what is written where, and what every command
says of bundles, good and bad.

    compile.py --writ PATH [unittest's options]

CLANG_BUILT_WRIT names a writ that Clang built, as .ci/run does: without one, its bundles are not
compared.
"""

import json
import os
import pathlib
import pty
import shutil
import subprocess
import unittest

from harness import PATIENCE, CommandTest, main

SOURCE = pathlib.Path(__file__).resolve().parents[2]

POLICY = """\
writ: 1
name: shop
default: allow
data:
  known: { from_file: known.txt }
rules:
  - name: known customers
    tools: pay
    require: args.customer in data.known && args.amount <= 12.5
    message: "${args.customer} is not known"
  - name: a hundred a day
    tools: pay
    quota: { max: 100, per: day, by: args.customer }
"""

COUNTING = """\
version: "1"
tools: {pay: {rules: [{name: slow, rate_limit: 5/hour}]}}
"""

ALLOWED = '{"name":"pay","arguments":{"customer":"ann","amount":3}}'
DENIED = '{"name":"pay","arguments":{"customer":"bob","amount":3}}'

FAULTY = 'version: "1"\ndefault: never\n'

MAGIC = b"\x8dwrit\r\n\x1a"


class BundleTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", POLICY)
        self.write("known.txt", "ann\n")

    def compile(self, *words):
        """The bytes of the bundle."""
        self.expect(self.run_writ("compile", *words, "-o", "made.writ"), 0)
        made = self.folder / "made.writ"
        data = made.read_bytes()
        made.unlink()
        return data

    def bundle(self, name="p.writ", *words):
        """A bundle of POLICY."""
        self.expect(self.run_writ("compile", "p.yaml", *words, "-o", name), 0, err="")
        return name


class Reproducible(BundleTest):
    def setUp(self):
        super().setUp()
        self.policies = ["p.yaml"]
        for policy in sorted((SOURCE / "policies").glob("*.yaml")):
            if not policy.name.endswith(".test.yaml"):
                shutil.copy(policy, self.folder)
                self.policies.append(policy.name)
        self.assertGreater(len(self.policies), 10)

    def compile_all(self, folder, writ=None, umask=0o022, **environment):
        """By policy."""
        made = {}
        for policy in self.policies:
            for words in ((policy,), (policy, "--strip")):
                bundle = folder / "made.writ"
                done = subprocess.run([writ or self.writ, "compile", *words, "-o", "made.writ"],
                                      cwd=folder, env={**self.environment, **environment},
                                      preexec_fn=lambda: os.umask(umask), timeout=PATIENCE,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE)
                self.assertEqual(done.returncode, 0, done.stderr)
                made[words] = bundle.read_bytes()
                bundle.unlink()
        return made

    def test_each_time(self):
        # The system puts the process elsewhere each time.
        self.assertEqual(self.compile_all(self.folder), self.compile_all(self.folder))

    def test_everywhere(self):
        made = self.compile_all(self.folder)
        elsewhere = self.folder / "another folder" / "below"
        shutil.copytree(self.folder, elsewhere)
        for file in elsewhere.iterdir():
            os.utime(file, (0, 0))
        (elsewhere / "home").mkdir()
        self.assertEqual(made, self.compile_all(
            elsewhere, umask=0o077, TZ="Pacific/Auckland", LANG="tr_TR.UTF-8", LC_ALL="tr_TR.UTF-8",
            HOME=str(elsewhere / "home"), USER="somebody", LOGNAME="somebody", TMPDIR="/var/tmp",
            HOSTNAME="elsewhere", SOURCE_DATE_EPOCH="1"))

    def test_by_whatever_path(self):
        made = self.compile("p.yaml")
        self.assertEqual(made, self.compile("./p.yaml"))
        self.assertEqual(made, self.compile(str(self.folder / "p.yaml")))
        self.assertNotIn(str(self.folder).encode(), made)

    def test_to_a_pipe_as_to_a_file(self):
        done = subprocess.run([self.writ, "compile", "p.yaml", "-o", "-"], cwd=self.folder,
                              env=self.environment, timeout=PATIENCE, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(done.stdout, self.compile("p.yaml"))
        done = subprocess.run([self.writ, "compile", "p.yaml", "-o", "/dev/stdout"],
                              cwd=self.folder, env=self.environment, timeout=PATIENCE,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.assertEqual(done.stdout, self.compile("p.yaml"))

    def test_of_a_bundle_the_bundle(self):
        for words in ((), ("--strip",)):
            self.bundle("one.writ", *words, "--force")
            self.assertEqual(self.compile("one.writ"), (self.folder / "one.writ").read_bytes())

    def test_by_another_compiler(self):
        other = os.environ.get("CLANG_BUILT_WRIT")
        if not other:
            raise unittest.SkipTest("CLANG_BUILT_WRIT names no writ that Clang built, as .ci/run does")
        other = str(pathlib.Path(other).absolute())
        self.assertEqual(self.compile_all(self.folder),
                         self.compile_all(self.folder, writ=other, ASAN_OPTIONS="detect_leaks=0"))


class Written(BundleTest):
    def test_what_is_said(self):
        result = self.run_writ("compile", "p.yaml", "-o", "p.writ")
        size = (self.folder / "p.writ").stat().st_size
        self.expect(result, 0, err="")
        self.assertRegex(result.out, rf"^p\.writ: {size} bytes, root hash [0-9a-f]{{64}}\n$")
        root = result.out.split()[-1]
        said = self.run_writ("compile", "p.yaml", "-o", "p.writ", "--json")
        self.expect(said, 0, out=f'{{"bundle":"p.writ","program":"{root}","bytes":{size}}}\n', err="")
        self.assertEqual(self.run_writ("eval", "-c", "p.yaml", given=ALLOWED).json().get("program", root),
                         root)
        self.assertEqual((self.folder / "p.writ").stat().st_mode & 0o777, 0o644)

    def test_stripped(self):
        whole = self.compile("p.yaml")
        stripped = self.compile("p.yaml", "--strip")
        self.assertLess(len(stripped), len(whole))
        self.assertIn(b"p.yaml", whole)
        self.assertNotIn(b"p.yaml", stripped)
        self.assertIn(b"a hundred a day", stripped)

    def test_several_policies(self):
        self.write("more.yaml", "writ: 1\nname: more\ndefault: allow\nrules:\n"
                                "  - { name: never bob, tools: pay, forbid: 'args.customer == \"bob\"' }\n")
        both = self.compile("p.yaml", "more.yaml")
        self.assertNotEqual(both, self.compile("more.yaml", "p.yaml"))
        self.assertEqual(both, self.compile("-c", "p.yaml", "-c", "more.yaml"))
        self.write("both.writ", both)
        self.write("known.txt", "ann\nbob\n")  # what was in the file when it was compiled counts
        denied = self.run_writ("eval", "-c", "both.writ", given=DENIED)
        self.expect(denied, 1, err="")
        self.assertEqual(denied.json()["rule"]["name"], "known customers")

    def test_no_bundle_for_a_terminal(self):
        for name in ("-", "/dev/stdout"):
            with self.subTest(name):
                terminal, end = pty.openpty()
                done = subprocess.run([self.writ, "compile", "p.yaml", "-o", name],
                                      cwd=self.folder, env=self.environment, timeout=PATIENCE,
                                      stdin=subprocess.DEVNULL, stdout=end, stderr=subprocess.PIPE)
                os.close(end)
                os.set_blocking(terminal, False)
                try:
                    shown = os.read(terminal, 100)
                except OSError:  # nothing, and nobody at the other end
                    shown = b""
                os.close(terminal)
                self.assertEqual((done.returncode, shown, done.stderr.decode()),
                                 (2, b"", "writ: error: a bundle is no text for a terminal\n"
                                          "  hint: name its file: -o policy.writ\n"))

    def test_two_things_for_stdout(self):
        self.expect(self.run_writ("compile", "p.yaml", "-o", "-", "--json"), 2, out="",
                    err="writ: error: --json and the bundle cannot both go to stdout\n"
                        "  hint: name a file for the bundle: -o policy.writ\n")

    def test_what_is_overwritten(self):
        self.bundle()
        self.write("more.yaml", "writ: 1\nname: more\ndefault: allow\n")
        self.expect(self.run_writ("compile", "more.yaml", "-o", "p.writ"), 0, err="")
        self.assertEqual((self.folder / "p.writ").read_bytes(), self.compile("more.yaml"))
        for there in (b"notes", b"", b"\x89PNG\r\n\x1a\n"):
            self.write("notes", there)
            self.expect(self.run_writ("compile", "p.yaml", "-o", "notes"), 2, out="",
                        err='writ: error: "notes" is there already\n'
                            '  hint: name another file, or overwrite it with --force\n')
            self.assertEqual((self.folder / "notes").read_bytes(), there)
        self.expect(self.run_writ("compile", "p.yaml", "-o", "p.yaml"), 2, out="")
        self.assertEqual((self.folder / "p.yaml").read_text(), POLICY)
        self.expect(self.run_writ("compile", "p.yaml", "-o", "notes", "--force"), 0, err="")
        self.assertTrue((self.folder / "notes").read_bytes().startswith(MAGIC))

    def test_many_at_once(self):
        for _ in range(5):
            made = [subprocess.Popen([self.writ, "compile", "p.yaml", "-o", "p.writ"],
                                     cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE) for _ in range(8)]
            for process in made:
                _, said = process.communicate(timeout=PATIENCE)
                self.assertEqual((process.returncode, said), (0, b""))
            os.unlink(self.folder / "p.writ")
        self.assertEqual(sorted(os.listdir(self.folder)), ["known.txt", "p.yaml"])

    def test_faults(self):
        self.write("faulty.yaml", FAULTY)
        result = self.run_writ("compile", "p.yaml", "faulty.yaml", "-o", "p.writ")
        self.expect(result, 1, out="")
        self.assertIn("faulty.yaml:2:10: error: default must be allow or deny", result.err)
        self.assertEqual(sorted(os.listdir(self.folder)), ["faulty.yaml", "known.txt", "p.yaml"])
        # What was there is left.
        self.bundle()
        before = (self.folder / "p.writ").read_bytes()
        self.expect(self.run_writ("compile", "faulty.yaml", "-o", "p.writ"), 1, out="")
        self.assertEqual((self.folder / "p.writ").read_bytes(), before)

    def test_what_cannot_be_read(self):
        self.expect(self.run_writ("compile", "gone.yaml", "-o", "p.writ"), 2, out="",
                    err="gone.yaml: error: cannot be read: No such file or directory\n"
                        "  hint: check the path; it is relative to the current folder\n")
        self.assertFalse((self.folder / "p.writ").exists())

    def test_what_cannot_be_written(self):
        self.expect(self.run_writ("compile", "p.yaml", "-o", "gone/p.writ"), 2, out="",
                    err='writ: error: cannot write "gone/p.writ": No such file or directory\n')
        self.expect(self.run_writ("compile", "p.yaml", "-o", "/dev/full", "--force"), 2, out="",
                    err='writ: error: cannot write "/dev/full": No space left on device\n')
        result = self.run_redirected(">/dev/full", "compile", "p.yaml", "-o", "-")
        self.expect(result, 2, err="writ: error: cannot write the output: No space left on device\n")
        # So that whoever runs the tests as root sees it too.
        result = self.run_writ("compile", "p.yaml", "-o", "/proc/p.writ")
        self.expect(result, 2, out="")
        self.assertRegex(result.err, r'^writ: error: cannot write "/proc/p\.writ": [A-Z][a-z ]+\n$')

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_folder_that_is_read_only(self):
        folder = self.folder / "locked"
        folder.mkdir(0o555)
        self.expect(self.run_writ("compile", "p.yaml", "-o", "locked/p.writ"), 2, out="",
                    err='writ: error: cannot write "locked/p.writ": Permission denied\n')

    def test_counts_of_a_policy_without_a_name(self):
        self.write("c.yaml", COUNTING)
        result = self.run_writ("compile", "c.yaml", "-o", "c.writ")
        self.expect(result, 0, err="writ: warning: c.yaml has no name, so what it counts is kept by "
                                   "where the bundle lies\n  hint: writ migrate makes it a policy of "
                                   "writ: 1, which can have a name:\n")
        self.write("w.yaml", POLICY.replace("name: shop\n", ""))
        result = self.run_writ("compile", "w.yaml", "-o", "w.writ")
        self.expect(result, 0, err="writ: warning: w.yaml has no name, so what it counts is kept by "
                                   "where the bundle lies\n  hint: give it a name:, and its counts are "
                                   "its own wherever it is\n")
        # Nothing is kept of a session.
        self.write("s.yaml", POLICY.replace("name: shop\n", "").replace("per: day", "per: session"))
        self.expect(self.run_writ("compile", "s.yaml", "-o", "s.writ"), 0, err="")

    def test_names_that_are_no_utf8(self):
        for text in (POLICY, POLICY.replace("name: shop\n", ""), COUNTING):
            with self.subTest(text):
                with open(os.fsencode(self.folder) + b"/n\xff.yaml", "w", encoding="utf-8") as file:
                    file.write(text)
                self.expect(self.run_writ("check", b"n\xff.yaml"), 0, err="")
                self.expect(self.run_writ("compile", b"n\xff.yaml", "-o", "n.writ", "--force"), 0)
                self.expect(self.run_writ("eval", "-c", b"n\xff.yaml", given=ALLOWED), 0, err="")
                policy = self.run_writ("inspect", "--json", "n.writ").json()["policies"][0]
                self.assertEqual(policy["file"], "n\ufffd.yaml")
                self.assertEqual(policy["name"], "shop" if "shop" in text else "n\ufffd")
                result = self.run_writ("run", "--audit", "none", "-c", b"n\xff.yaml", "--", "cat")
                self.expect(result, 0)

    def test_usage(self):
        for words, said in ((["p.yaml"], "no -o was given"), (["-o", "p.writ"], "no policy was given"),
                            ([], "no policy was given")):
            self.expect(self.run_writ("compile", *words), 2, out="",
                        err=f"writ: error: {said}\n  hint: writ compile policy.yaml -o policy.writ\n")


class Used(BundleTest):
    def setUp(self):
        super().setUp()
        self.bundle()

    def same(self, *words, **how):
        of_policy = self.run_writ(*words, "p.yaml", **how)
        of_bundle = self.run_writ(*words, "p.writ", **how)
        self.expect(of_bundle, of_policy.status, out=of_policy.out, err=of_policy.err)

    def test_check(self):
        self.expect(self.run_writ("check", "p.writ"), 0, err="")
        self.expect(self.run_writ("check", "--json", "p.writ"), 0, err="")
        self.expect(self.run_writ("check", "--costs", "p.yaml"), 0, err="")
        self.expect(self.run_writ("check", "--costs", "p.writ"), 0,
                    err="writ: note: p.writ is a bundle, of whose rules no costs are known\n  hint: writ "
                        "inspect shows those of its tools; --costs takes the policies in YAML\n")

    def test_eval(self):
        for call, status in ((ALLOWED, 0), (DENIED, 1)):
            self.same("eval", "-c", given=call)
            self.assertEqual(self.run_writ("eval", "-c", "p.writ", given=call).status, status)

    def test_test(self):
        case = "cases:\n  - { name: one, call: pay, args: { customer: bob, amount: 1 }, expect: deny }\n"
        self.write("s.test.yaml", "policy: p.writ\n" + case)
        self.expect(self.run_writ("test", "s.test.yaml"), 0, err="")
        self.write("s.test.yaml", "policy: p.writ\n" + case.replace("deny", "allow"))
        result = self.run_writ("test", "s.test.yaml")
        self.expect(result, 1)
        self.assertIn("expected allow, got deny by known customers: bob is not known", result.err)

    def test_where_a_policy_or_a_suite_is_wanted(self):
        for words in (["-o", "new.yaml"], []):
            self.expect(self.run_writ("migrate", "p.writ", *words), 2, out="",
                        err="writ: error: p.writ is a bundle, and a policy in YAML is wanted\n"
                            "  hint: give the policy that it was compiled from\n")
        self.assertFalse((self.folder / "new.yaml").exists())
        for words in ([], ["--json"]):
            self.expect(self.run_writ("test", "p.writ", *words), 2, out="",
                        err="writ: error: p.writ is a bundle, and no suite\n"
                            "  hint: a suite names it: policy: p.writ\n")

    def test_run(self):
        lines = "".join(json.dumps({"jsonrpc": "2.0", "id": i, "method": "tools/call",
                                    "params": json.loads(call)}) + "\n"
                        for i, call in enumerate((ALLOWED, DENIED)))
        for policy in ("p.yaml", "p.writ"):
            result = self.run_writ("run", "--state", "memory", "--audit", "none", "-c", policy, "--",
                                   "cat", given=lines)
            self.assertEqual(result.status, 0, result)
            self.assertIn('bob\\" is not known' if '\\"bob' in result.out else "bob is not known",
                          result.out, result)

    def test_disasm(self):
        of_policy = self.run_writ("disasm", "p.yaml")
        self.expect(of_policy, 0, err="")
        self.expect(self.run_writ("disasm", "p.writ"), 0, out=of_policy.out, err="")


class Bad(BundleTest):
    COPY = "  hint: copy it again, or compile the policy anew with this writ: writ compile\n"
    NO_BUNDLE = ("cannot be loaded: it is no bundle\n"
                 "  hint: writ compile makes one; a policy in YAML is called .yaml\n")

    def setUp(self):
        super().setUp()
        self.good = self.compile("p.yaml")
        self.write("call.json", ALLOWED)
        self.write("s.test.yaml", "policy: p.writ\ncases:\n  - { name: one, call: a, expect: allow }\n")

    def refused(self, said):
        """By every command, of p.writ."""
        for words in (["check", "p.writ"], ["eval", "-c", "p.writ", "call.json"], ["disasm", "p.writ"],
                      ["inspect", "p.writ"], ["inspect", "--json", "p.writ"],
                      ["compile", "p.writ", "-o", "again.writ"],
                      ["run", "--state", "memory", "--audit", "none", "-c", "p.writ", "--", "touch",
                       "started"]):
            with self.subTest(words):
                self.expect(self.run_writ(*words), 2, out="", err="p.writ: error: " + said)
                self.assertFalse((self.folder / "started").exists())
                self.assertFalse((self.folder / "again.writ").exists())
        with self.subTest("check --json"):
            result = self.run_writ("check", "--json", "p.writ")
            self.assertEqual(result.status, 2, result)
            self.assertIn(json.dumps(said.split("\n")[0]), result.out)
        with self.subTest("test"):
            result = self.run_writ("test", "s.test.yaml")
            self.expect(result, 2)
            self.assertTrue(result.err.startswith("s.test.yaml:1:9: error: p.writ " + said.split("\n")[0]
                                                  + "\n"), result)

    def holding(self, data, said):
        self.write("p.writ", data)
        self.refused(said)

    def test_cut_short(self):
        self.holding(self.good[:20], "cannot be loaded: it is cut short\n" + self.COPY)
        self.holding(self.good[:-1], "cannot be loaded: its size is not the one that it says\n" + self.COPY)

    def test_newer(self):
        newer = bytearray(self.good)
        newer[8] = 2
        self.holding(bytes(newer), "cannot be loaded: it has format 2, and this writ reads up to 1\n"
                     + self.COPY)

    def test_changed(self):
        changed = bytearray(self.good)
        changed[-1] ^= 1
        self.write("p.writ", bytes(changed))
        result = self.run_writ("check", "p.writ")
        self.expect(result, 2, out="")
        self.assertRegex(result.err, r"^p\.writ: error: cannot be loaded: section [a-z_]+: its hash is "
                                     r"another\n")

    def test_sent_as_text(self):
        self.holding(self.good.replace(b"\r\n", b"\n"),
                     "cannot be loaded: its first bytes were changed, as where a file is sent as text\n"
                     + self.COPY)

    def test_no_bundle(self):
        for data in (b"hello\n", b"", POLICY.encode(), b"\x89PNG\r\n\x1a\n" + bytes(100)):
            self.holding(data, self.NO_BUNDLE)

    def test_too_large(self):
        with open(self.folder / "p.writ", "wb") as file:
            file.truncate(300 << 20)
        self.refused("has more than 256 MiB, the most that is read\n")

    def test_no_file(self):
        path = self.folder / "p.writ"
        path.mkdir()
        self.refused("cannot be read: Is a directory\n")
        path.rmdir()
        os.mkfifo(path)
        self.refused("cannot be read: it is no regular file\n")


if __name__ == "__main__":
    main()
