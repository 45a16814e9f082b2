#!/usr/bin/env python3
"""Keys and signatures of bundles: writ keygen, writ sign, and writ verify FILE.

    sign.py --writ PATH [unittest's options]
"""

import os
import pathlib
import re
import resource
import shlex
import shutil
import subprocess
import unittest

from harness import IN_NAMESPACE, PATIENCE, CommandTest, has_namespaces, main

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "bundle-format.md"

POLICY = """\
writ: 1
default: allow
rules:
  - { name: small, tools: pay, require: args.amount <= NUMBER }
"""
COPIED = "compile it again with this writ, or get it again if it was changed on its way"
NO_SECRET = "writ keygen -o NAME makes NAME.key, which is secret, and NAME.pub"
SIGN_AGAIN = "get it again, or sign the bundle again with writ sign"


class SignatureTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.folder = self.folder.resolve()

    def path(self, name):
        return self.folder / name

    def read(self, name):
        return self.path(name).read_bytes()

    def mode(self, name):
        return self.path(name).stat().st_mode & 0o7777

    def files(self):
        return sorted(os.listdir(self.folder))

    def make_bundle(self, name="p.writ", number=50):
        policy = self.write(name.replace(".writ", ".yaml"), POLICY.replace("NUMBER", str(number)))
        self.expect(self.run_writ("compile", policy, "-o", name), 0)
        return name

    def make_keys(self, *names):
        for name in names:
            self.expect(self.run_writ("keygen", "-o", name), 0, err="")

    def key_digits(self, name):
        return self.read(name).decode().split()[1]

    def sign(self, bundle="p.writ", key="team.key", *words):
        self.expect(self.run_writ("sign", "--key", key, bundle, *words), 0, err="")

    def expect_refused(self, words, said, hint, **given):
        """Says that, in one line and a hint, and nothing else."""
        done = self.run_writ(*words, **given)
        self.expect(done, 2, out="", err=f"writ: error: {said}\n" + (f"  hint: {hint}\n" if hint else ""))

    def run_where_files_end_at(self, most_bytes, *words):
        return subprocess.run(
            [self.writ, *words], cwd=self.folder, timeout=PATIENCE, capture_output=True, text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes)))


class Keygen(SignatureTest):
    def test_a_pair(self):
        done = self.run_writ("keygen", "-o", "team")
        self.assertEqual(self.files(), ["team.key", "team.pub"])
        self.assertRegex(self.read("team.key"), rb"\Awrit-secret-key-1 [0-9a-f]{64}\n\Z")
        self.assertRegex(self.read("team.pub"), rb"\Awrit-public-key-1 [0-9a-f]{64}\n\Z")
        digits = self.key_digits("team.pub")
        self.expect(done, 0, err="",
                    out="team.key  secret: whoever can read it can sign in your name\n"
                        f"team.pub  for everybody who verifies: {digits}\n")
        self.assertNotIn(self.key_digits("team.key"), done.out)

    def test_pairs_differ(self):
        self.make_keys("a", "b")
        for name in ("key", "pub"):
            self.assertNotEqual(self.read(f"a.{name}"), self.read(f"b.{name}"))

    def test_as_json(self):
        done = self.run_writ("keygen", "--json", "-o", "team")
        self.expect(done, 0, err="")
        self.assertEqual(done.json(), {"ok": True, "secret": "team.key", "public": "team.pub",
                                       "key": self.key_digits("team.pub")})
        done = self.run_writ("keygen", "--json", "-o", "team")
        self.expect(done, 2, err="")
        self.assertFalse(done.json()["ok"])
        self.assertIn("team.key is there already", done.json()["error"])

    def test_modes(self):
        for mask, public in ((0o000, 0o644), (0o022, 0o644), (0o002, 0o644), (0o077, 0o600),
                             (0o777, 0o600), (0o400, 0o644)):
            with self.subTest(oct(mask)):
                name = f"team{mask:o}"
                before = os.umask(mask)
                self.addCleanup(os.umask, before)
                self.make_keys(name)
                os.umask(before)
                self.assertEqual(self.mode(f"{name}.key"), 0o600)
                self.assertEqual(self.mode(f"{name}.pub"), public)

    def test_nothing_is_overwritten(self):
        hint = "name another pair, or move that one away: what it signed is verified with no other"
        for there in ("team.key", "team.pub"):
            for make in (lambda path: path.write_text("mine"), lambda path: path.symlink_to("nowhere"),
                         lambda path: path.mkdir()):
                with self.subTest(there):
                    make(self.path(there))
                    self.expect_refused(["keygen", "-o", "team"],
                                        f"{there} is there already, and keygen overwrites nothing", hint)
                    self.assertEqual(self.files(), [there])
                    os.rmdir(self.path(there)) if self.path(there).is_dir() else os.unlink(self.path(there))

    def test_what_cannot_be_written_leaves_nothing(self):
        self.expect_refused(["keygen", "-o", "none/team"], "cannot write none/team.key: No such file or directory", "")
        name = "n" * 252
        self.expect_refused(["keygen", "-o", name], f"cannot write {name}.key: File name too long", "")
        done = self.run_where_files_end_at(20, "keygen", "-o", "team")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done)
        self.assertIn("cannot write team.key: File too large", done.stderr)
        self.assertEqual(self.files(), [])

    @unittest.skipUnless(has_namespaces(), "no user namespaces here")
    def test_without_the_second_file_the_first_goes(self):
        """On a file system that has room for one file."""
        script = 'mount -t tmpfs -o nr_inodes=2 none /mnt; cd /mnt; "$0" keygen -o team || ls -A'
        done = subprocess.run([*IN_NAMESPACE, script, self.writ], capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((done.stdout, done.stderr),
                         ("", "writ: error: cannot write team.pub: No space left on device\n"))

    def test_names(self):
        makes = "writ keygen -o team makes team.key and team.pub"
        for words, said in (([], "no name for the keys was given"),
                            (["-o", ""], "--output is no name for the keys"),
                            (["-o", "keys/"], "--output is no name for the keys"),
                            (["-o", "-"], "keys are written to files, not to stdout"),
                            (["-o", "team.key"], '--output names a pair, and "team.key" is one file'),
                            (["-o", "team.pub"], '--output names a pair, and "team.pub" is one file')):
            with self.subTest(words):
                self.expect_refused(["keygen", *words], said, makes)
        self.assertEqual(self.files(), [])

    def test_where_others_can_write(self):
        os.chmod(self.folder, 0o777)
        self.expect_refused(["keygen", "-o", "team"],
                            f"team.key is not safe to keep a secret key in: {self.folder} is writable by everybody",
                            f"chmod go-w {self.folder} takes that right away; "
                            "--insecure-permissions takes it as it is")
        self.assertEqual(self.files(), [])
        self.expect(self.run_writ("keygen", "--insecure-permissions", "-o", "team"), 0, err="")


class Sign(SignatureTest):
    def setUp(self):
        super().setUp()
        self.make_bundle()
        self.make_keys("team")

    def test_beside_the_bundle(self):
        before = self.read("p.writ")
        done = self.run_writ("sign", "--key", "team.key", "p.writ")
        digits = self.key_digits("team.pub")
        self.assertRegex(self.read("p.writ.sig").decode(), rf"\Awrit-signature-1 {digits} [0-9a-f]{{128}}\n\Z")
        self.expect(done, 0, err="", out=f"p.writ.sig: signed\nroot hash  {before[32:64].hex()}\nformat     1\n"
                                         f"key        {digits}\n")
        self.assertEqual(self.read("p.writ"), before)
        self.expect(self.run_writ("verify", "--key", "team.pub", "p.writ"), 0, err="")

    def test_as_json(self):
        done = self.run_writ("sign", "--json", "--key", "team.key", "p.writ")
        self.expect(done, 0, err="")
        self.assertEqual(done.json(), {"ok": True, "signature": "p.writ.sig", "format": 1,
                                       "root": self.read("p.writ")[32:64].hex(), "key": self.key_digits("team.pub")})

    def test_elsewhere(self):
        self.sign("p.writ", "team.key", "-o", "elsewhere")
        self.assertNotIn("p.writ.sig", self.files())
        line = self.read("elsewhere").decode()
        self.expect(self.run_writ("sign", "--key", "team.key", "p.writ", "-o", "-"), 0, out=line, err="")
        self.expect(self.run_writ("verify", "--key", "team.pub", "p.writ", "--signature", "elsewhere"), 0, err="")
        self.expect_refused(["sign", "--key", "team.key", "p.writ", "--json", "-o", "-"],
                            "--json and the signature cannot both go to stdout", "-o FILE.sig")
        self.expect_refused(["sign", "--key", "team.key", "p.writ", "-o", ""], "--output is empty", "")

    def test_a_signature_that_is_there(self):
        self.sign()
        before = self.path("p.writ.sig").stat()
        self.sign()
        self.assertEqual(self.path("p.writ.sig").stat().st_ino, before.st_ino)
        self.make_keys("other")
        said = '"p.writ.sig" is there already'
        hint = "name another file, or overwrite it with --force"
        self.expect_refused(["sign", "--key", "other.key", "p.writ"], said, hint)
        self.sign("p.writ", "other.key", "--force")
        self.expect(self.run_writ("verify", "--key", "other.pub", "p.writ"), 0, err="")
        self.write("p.writ.sig", self.read("p.writ.sig") + b"\n")
        self.expect_refused(["sign", "--key", "other.key", "p.writ"], said, hint)
        os.unlink(self.path("p.writ.sig"))
        os.mkfifo(self.path("p.writ.sig"))
        self.expect_refused(["sign", "--key", "team.key", "p.writ"], said, hint)

    def test_again_and_again(self):
        for number in (1, 2, 3):
            self.make_bundle("p.writ", number)
            self.sign()
            self.expect(self.run_writ("verify", "--key", "team.pub", "p.writ"), 0, err="")

    def test_a_bundle_that_is_another_one(self):
        self.sign()
        self.expect(self.run_writ("compile", "p.yaml", "-o", "p.writ"), 0, err="")
        self.write("p.yaml", POLICY.replace("NUMBER", "7"))
        self.expect(self.run_writ("compile", "p.yaml", "-o", "p.writ"), 0,
                    err="writ: note: p.writ.sig is of another bundle now\n"
                        "  hint: sign this one: writ sign --key NAME.key p.writ\n")
        self.sign()
        self.expect(self.run_writ("compile", "p.yaml", "-o", "p.writ"), 0, err="")

    def test_what_is_read_is_not_overwritten(self):
        os.symlink("p.writ", self.path("link"))
        os.link(self.path("team.key"), self.path("same.key"))
        self.make_keys("other")
        self.write("list.txt", "ann\n")
        self.write("l.yaml", "writ: 1\ndefault: allow\ndata: { l: { from_file: list.txt } }\n"
                             "rules:\n  - { name: a, tools: pay, require: args.c in data.l }\n")
        before = {name: self.read(name) for name in self.files()}
        for name, words in (("p.writ", ["sign", "--key", "team.key", "p.writ"]),
                            ("link", ["sign", "--key", "team.key", "p.writ"]),
                            ("team.key", ["sign", "--key", "team.key", "p.writ"]),
                            ("same.key", ["sign", "--key", "team.key", "p.writ"]),
                            ("p.yaml", ["compile", "p.yaml"]),
                            ("./p.writ", ["compile", "p.writ", "--strip"]),
                            ("list.txt", ["compile", "l.yaml"])):
            for force in ([], ["--force"]):
                if name == "list.txt" and not force:
                    continue
                with self.subTest(name=name, force=force):
                    self.expect_refused([*words, "-o", name, *force],
                                        f'"{name}" is what is read here, and would be overwritten',
                                        "name another file")
        for words in (["compile", "p.yaml"], ["sign", "--key", "team.key", "p.writ"]):
            self.expect_refused([*words, "-o", "other.key", "--force"],
                                '"other.key" is a secret key, and nothing overwrites one',
                                "name another file, or move that one away")
        self.assertEqual({name: self.read(name) for name in self.files()}, before)

    def test_what_cannot_be_written_whole_leaves_all_as_it_was(self):
        self.write("p.writ.sig", "mine")
        before = self.files()
        for words in (["--force"], ["-o", "new.sig"]):
            done = self.run_where_files_end_at(100, "sign", "--key", "team.key", "p.writ", *words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), done)
            self.assertIn("File too large", done.stderr)
            self.assertEqual(self.files(), before)
            self.assertEqual(self.read("p.writ.sig"), b"mine")

    def test_what_is_no_sound_bundle_is_not_signed(self):
        bytes_ = self.read("p.writ")
        self.write("short.writ", bytes_[:-1])
        self.write("changed.writ", bytes_[:-1] + bytes([bytes_[-1] ^ 1]))
        for name in ("short.writ", "changed.writ", "p.yaml", "team.pub"):
            with self.subTest(name):
                done = self.run_writ("sign", "--key", "team.key", name)
                self.expect(done, 2, out="")
                self.assertIn(f"writ: error: {name} is ", done.err)
                self.assertNotIn(f"{name}.sig", self.files())

    def test_a_key_that_others_can_read_or_write(self):
        for mode, what in ((0o640, "may be read by others"), (0o604, "may be read by others"),
                           (0o602, "is writable by everybody"), (0o610, "may be read by others")):
            with self.subTest(oct(mode)):
                os.chmod(self.path("team.key"), mode)
                done = self.run_writ("sign", "--key", f"{self.folder}/team.key", "p.writ")
                self.expect(done, 2, out="")
                self.assertIn(f"{self.folder}/team.key is not safe to sign with: {self.folder}/team.key {what}\n",
                              done.err)
                self.assertNotIn("p.writ.sig", self.files())
                remedy = re.search(r"hint: (.*) takes that right away; --insecure-permissions takes it as it is\n",
                                   done.err).group(1)
                subprocess.run(shlex.split(remedy), check=True)
                self.sign()
                os.unlink(self.path("p.writ.sig"))
        os.chmod(self.path("team.key"), 0o644)
        self.sign("p.writ", "team.key", "--insecure-permissions")

    def test_a_key_that_was_given_open(self):
        line = self.read("team.key")
        os.chmod(self.path("team.key"), 0o644)
        done = self.run_writ("sign", "--key", "/dev/stdin", "p.writ", given=line)
        self.expect(done, 0, err="")
        self.expect(self.run_writ("verify", "--key", "team.pub", "p.writ"), 0, err="")

    def test_a_bundle_that_was_given_open(self):
        given = self.read("p.writ")
        self.expect_refused(["sign", "--key", "team.key", "/dev/stdin"], 'nothing can be written beside "/dev/stdin"',
                            "-o FILE.sig says where the signature goes", given=given)
        done = self.run_writ("sign", "--key", "team.key", "/dev/stdin", "-o", "p.writ.sig", given=given)
        self.expect(done, 0, err="")
        self.expect_refused(["verify", "--key", "team.pub", "/dev/stdin"], 'there is no signature beside "/dev/stdin"',
                            "--signature FILE.sig says where it is", given=given)
        done = self.run_writ("verify", "--key", "team.pub", "/dev/stdin", "--signature", "p.writ.sig", given=given)
        self.expect(done, 0, err="")

    def test_keys_that_are_none(self):
        secret = self.read("team.key").decode()
        again = "put it back from a copy, or make a new pair with writ keygen"
        sound = "k is no sound secret key: "
        for text, said, hint in (
                (self.read("team.pub"), "k is a public key, and a secret key is wanted",
                 "give the file NAME.key that was made with it"),
                (self.read("p.writ"), "k is a bundle, and a secret key is wanted", NO_SECRET),
                (POLICY, "k is a policy in YAML, and a secret key is wanted", NO_SECRET),
                ("", "k is empty, and a secret key is wanted", NO_SECRET),
                ("-----BEGIN PRIVATE KEY-----\n", "k is no secret key", NO_SECRET),
                (" " + secret, "k is no secret key", NO_SECRET),
                (secret.rstrip("\n"), sound + "it is cut short", again),
                ("writ-secret-key-", sound + "it is cut short", again),
                (secret[:40], sound + "it is cut short", again),
                (secret.replace("\n", "\r\n"), sound + "its line ends in CR LF", again),
                (secret + "\n", sound + "something follows its line", again),
                (secret + "x" * 100_000, sound + "something follows its line", again),
                (secret[:18] + "A" * 64 + "\n", sound + "its hex digits are not all in lower case", again),
                (secret[:18] + "g" * 64 + "\n", sound + "its line is not the one that writ writes", again),
                (secret.replace("-1 ", "-2 "), sound + "it has a form that this writ does not read", again)):
            with self.subTest(said):
                self.write("k", text)
                os.chmod(self.path("k"), 0o600)
                self.expect_refused(["sign", "--key", "k", "p.writ"], said, hint)
        self.assertNotIn("p.writ.sig", self.files())


class Verify(SignatureTest):
    def setUp(self):
        super().setUp()
        self.make_bundle()
        self.make_keys("team", "other")
        self.sign()
        self.root = self.read("p.writ")[32:64].hex()
        self.team = self.key_digits("team.pub")
        self.other = self.key_digits("other.pub")

    def test_a_sound_bundle(self):
        said = f"p.writ: sound\nroot hash  {self.root}\nformat     1\nsize       {len(self.read('p.writ'))} bytes\n"
        self.expect(self.run_writ("verify", "p.writ"), 0, err="",
                    out=said + "signed by  not looked at: give --key NAME.pub\n")
        self.expect(self.run_writ("verify", "--key", "team.pub", "p.writ"), 0, err="",
                    out=said + f"signed by  team.pub ({self.team})\n")

    def test_one_of_several_keys_is_enough(self):
        done = self.run_writ("verify", "--key", "other.pub", "--key", "team.pub", "p.writ")
        self.expect(done, 0, err="")
        self.assertIn("signed by  team.pub", done.out)

    def test_as_json(self):
        sound = {"ok": True, "file": "p.writ", "root": self.root, "format": 1, "bytes": len(self.read("p.writ")),
                 "signed_by": None, "key": None, "error": None, "hint": None}
        done = self.run_writ("verify", "--json", "p.writ")
        self.expect(done, 0, err="")
        self.assertEqual(done.json(), sound)
        done = self.run_writ("verify", "--json", "--key", "team.pub", "p.writ")
        self.expect(done, 0, err="")
        self.assertEqual(done.json(), {**sound, "signed_by": "team.pub", "key": self.team})
        done = self.run_writ("verify", "--json", "--key", "other.pub", "p.writ")
        self.expect(done, 2, err="")
        self.assertIn("p.writ is not signed by other.pub", done.json()["error"])
        self.assertEqual({**done.json(), "error": None, "hint": None}, {**sound, "ok": False})
        done = self.run_writ("verify", "--json", "p.yaml")
        self.expect(done, 2, err="")
        self.assertEqual((done.json()["ok"], done.json()["root"], done.json()["bytes"]), (False, None, None))

    def test_signed_by_another_key(self):
        self.expect_refused(
            ["verify", "--key", "other.pub", "p.writ"],
            f"p.writ is not signed by other.pub ({self.other[:16]}…): p.writ.sig is of key {self.team[:16]}…",
            "give the public key of whoever signed it, or have it signed with a key of these")

    def test_many_keys_of_which_none_signed_it(self):
        done = self.run_writ("verify", *["--key", "other.pub"] * 5, "p.writ")
        self.expect(done, 2, out="")
        self.assertIn(f"other.pub ({self.other[:16]}…) or 2 more: ", done.err)

    def test_the_signature_of_another_bundle(self):
        root = self.read(self.make_bundle("q.writ", 60))[32:64].hex()
        self.expect_refused(
            ["verify", "--key", "team.pub", "q.writ", "--signature", "p.writ.sig"],
            f"p.writ.sig is not the signature of q.writ: team.pub ({self.team[:16]}…) did not sign root hash "
            f"{root[:16]}…",
            "it is another bundle's, or was changed: get both files again, or sign the bundle again")
        self.expect_refused(
            ["verify", "--key", "other.pub", "q.writ", "--signature", "p.writ.sig"],
            f"q.writ is not signed by other.pub ({self.other[:16]}…): p.writ.sig is of key {self.team[:16]}…, "
            "and of another bundle",
            "give the public key of whoever signed it, or have it signed with a key of these")

    def test_no_signature(self):
        os.unlink(self.path("p.writ.sig"))
        self.expect_refused(["verify", "--key", "team.pub", "p.writ"], "p.writ is not signed: there is no p.writ.sig",
                            "writ sign --key NAME.key p.writ signs it")

    def test_a_signature_that_is_cut_short_or_changed_anywhere(self):
        line = self.read("p.writ.sig")
        for size in range(len(line)):
            with self.subTest(size=size):
                self.write("s", line[:size])
                self.expect(self.run_writ("verify", "--key", "team.pub", "p.writ", "--signature", "s"), 2, out="")
                self.write("s", line[:size] + bytes([line[size] ^ 1]) + line[size + 1:])
                self.expect(self.run_writ("verify", "--key", "team.pub", "p.writ", "--signature", "s"), 2, out="")

    def test_signatures_that_are_none(self):
        line = self.read("p.writ.sig").decode()
        sound = "s is no sound signature: "
        beside = "writ sign writes the signature of a bundle to FILE.sig"
        for text, said, hint in (
                (self.read("p.writ"), "s is a bundle, and a signature is wanted", beside),
                (self.read("team.pub"), "s is a public key, and a signature is wanted", beside),
                (self.read("team.key"), "s is a secret key, and a signature is wanted", beside),
                (POLICY, "s is a policy in YAML, and a signature is wanted", beside),
                ("", "s is empty, and a signature is wanted", beside),
                ("\0" * 10_000, "s is no signature", beside),
                (line[:100], sound + "it is cut short", SIGN_AGAIN),
                (line + " ", sound + "something follows its line", SIGN_AGAIN),
                (line + line, sound + "something follows its line", SIGN_AGAIN),
                (line.replace("\n", "\r\n"), sound + "its line ends in CR LF", SIGN_AGAIN),
                (line[:17] + line[17:].upper(), sound + "its hex digits are not all in lower case", SIGN_AGAIN),
                (line[:81] + "\t" + line[82:], sound + "its line is not the one that writ writes", SIGN_AGAIN),
                (line.replace("-1 ", "-9 "), sound + "it has a form that this writ does not read", SIGN_AGAIN)):
            with self.subTest(said):
                self.write("s", text)
                self.expect_refused(["verify", "--key", "team.pub", "p.writ", "--signature", "s"], said, hint)

    def test_keys_that_are_none(self):
        public = self.read("team.pub").decode()
        sound = "k is no sound public key: "
        again = "get it again from whoever made it"
        for text, said, hint in (
                (self.read("team.key"), "k is a secret key, and a public key is wanted",
                 "give the file NAME.pub that was made with it; who verifies needs no secret"),
                (self.read("p.writ.sig"), "k is a signature, and a public key is wanted", NO_SECRET),
                (public.replace("\n", "\r\n"), sound + "its line ends in CR LF", again),
                (public.rstrip("\n"), sound + "it is cut short", again)):
            with self.subTest(said):
                self.write("k", text)
                self.expect_refused(["verify", "--key", "k", "p.writ"], said, hint)
                # What one key says does not hide that another one cannot be read.
                self.expect_refused(["verify", "--key", "team.pub", "--key", "k", "p.writ"], said, hint)

    def test_bundles_that_are_none(self):
        whole = self.read("p.writ")
        sound = "b is no sound bundle: "
        for bytes_, said, hint in (
                (POLICY, "b is a policy in YAML, and a bundle is wanted",
                 "writ compile makes a bundle of it: writ compile b -o FILE.writ"),
                ("\ufeff# Ours.\n---\nversion: \"1\"\n", "b is a policy in YAML, and a bundle is wanted",
                 "writ compile makes a bundle of it: writ compile b -o FILE.writ"),
                (self.read("p.writ.sig"), "b is a signature, and a bundle is wanted",
                 "give the bundle that it is the signature of"),
                (self.read("team.pub"), "b is a public key, and a bundle is wanted", "keys follow --key"),
                (self.read("team.key"), "b is a secret key, and a bundle is wanted", "keys follow --key"),
                ("", "b is empty, and a bundle is wanted", "writ compile makes bundles of policies"),
                ("\x7fELF", "b is no bundle", "writ compile makes bundles of policies"),
                (whole[:1], sound + "it is cut short", COPIED),
                (whole[:63], sound + "it is cut short", COPIED),
                (whole[:-1], sound + "its size is not the one that it says", COPIED),
                (whole + b"\0", sound + "its size is not the one that it says", COPIED),
                (whole[:8] + b"\2" + whole[9:], sound + "it has format 2, and this writ reads up to 1", COPIED),
                (whole.replace(b"\r\n", b"\n"), sound + "its first bytes were changed, as where a file is sent as text",
                 COPIED)):
            with self.subTest(said):
                self.write("b", bytes_)
                self.expect_refused(["verify", "b"], said, hint)
                self.expect_refused(["verify", "--key", "team.pub", "b"], said, hint)

    def test_files_that_cannot_be_read(self):
        path = "check the path; it is relative to the current folder"
        self.path("folder").mkdir()
        os.mkfifo(self.path("pipe"))
        self.path("circle").symlink_to("circle")
        for name, why, hint in (("none", "No such file or directory", path), ("folder", "Is a directory", ""),
                                ("pipe", "it is no regular file", ""), ("/dev/zero", "it is no regular file", ""),
                                ("circle", "Too many levels of symbolic links", "")):
            for words in (["verify", name], ["verify", "--key", name, "p.writ"],
                          ["sign", "--key", name, "p.writ"], ["sign", "--key", "team.key", name, "-o", "new"]):
                with self.subTest(words):
                    self.expect_refused(words, f"{name} cannot be read: {why}", hint)
            if name != "none":
                self.expect_refused(["verify", "--key", "team.pub", "p.writ", "--signature", name],
                                    f"{name} cannot be read: {why}", hint)
        self.assertNotIn("new", self.files())

    def test_huge_files(self):
        with open(self.path("huge"), "wb") as file:
            file.truncate(1 << 40)
        self.expect_refused(["verify", "huge"], "huge has more than 256 MiB, the most that a bundle has", "")
        self.expect_refused(["verify", "--key", "huge", "p.writ"], "huge is no public key", NO_SECRET)
        self.expect_refused(["verify", "--key", "team.pub", "p.writ", "--signature", "huge"], "huge is no signature",
                            "writ sign writes the signature of a bundle to FILE.sig")

    def test_a_key_that_others_can_write(self):
        os.chmod(self.path("team.pub"), 0o646)
        self.expect_refused(
            ["verify", "--key", "team.pub", "p.writ"],
            f"team.pub is not safe to verify with: {self.folder}/team.pub is writable by everybody",
            f"chmod go-w {self.folder}/team.pub takes that right away; --insecure-permissions takes it as it is")
        self.expect(self.run_writ("verify", "--insecure-permissions", "--key", "team.pub", "p.writ"), 0, err="")

    def test_names_that_are_no_utf8(self):
        name = b"p\xff\x1b[31m.writ"
        (pathlib.Path(os.fsdecode(bytes(self.folder) + b"/" + name))).write_bytes(self.read("p.writ"))
        self.expect(self.run_writ("sign", "--key", "team.key", name), 0, err="")
        for words in (["verify", "--key", "team.pub", name], ["verify", "--json", "--key", "team.pub", name]):
            done = self.run_writ(*words)
            self.expect(done, 0, err="")
            self.assertNotIn("\x1b", done.out)
        done = self.run_writ("verify", "--key", "other.pub", name)
        self.expect(done, 2, out="")
        self.assertNotIn("\x1b", done.err)

    def test_usage(self):
        for words, said, hint in (
                (["--audit", "a", "--key", "team.pub"], "--audit and --key are two things to verify",
                 "verify them one after the other"),
                (["p.writ", "--audit", "a"], "--audit and a bundle are two things to verify",
                 "verify them one after the other"),
                (["--key", "team.pub"], "nothing to verify was given",
                 "writ verify policy.writ, or writ verify --audit FILE"),
                (["p.writ", "--signature", "p.writ.sig"], "--signature has no use without --key",
                 "--key NAME.pub says whose signature it must be"),
                (["p.writ", "--state-dir", "x"], "--state-dir has no use for a bundle",
                 "--key NAME.pub says whose it must be"),
                (["p.writ", "q.writ"], 'verify has no use for "q.writ"', "writ verify --help shows what it takes")):
            with self.subTest(words):
                self.expect_refused(["verify", *words], said, hint)


class WithoutWrit(SignatureTest):
    """Who verifies needs nothing of ours: the commands of the document do it."""

    def commands(self):
        blocks = re.findall(r"^```text\n(.*?)^```$", DOCUMENT.read_text(), re.M | re.S)
        return next(block for block in blocks if "openssl pkeyutl" in block)

    def verify(self):
        return subprocess.run(["/bin/sh", "-ec", self.commands()], cwd=self.folder, capture_output=True, text=True,
                              timeout=PATIENCE)

    def test_openssl(self):
        if shutil.which("openssl") is None:
            self.assertNotEqual(os.environ.get("CI"), "true", "openssl is missing; scripts/deps tests installs it")
            self.skipTest("openssl is missing; scripts/deps tests installs it")
        self.make_bundle("policy.writ")
        self.make_keys("team", "other")
        self.sign("policy.writ")
        done = self.verify()
        self.assertEqual((done.returncode, done.stdout), (0, "Signature Verified Successfully\n"), done)
        self.assertEqual(len(self.read("signed")), 58)
        self.sign("policy.writ", "other.key", "--force")
        self.assertNotEqual(self.verify().returncode, 0)


if __name__ == "__main__":
    main()
