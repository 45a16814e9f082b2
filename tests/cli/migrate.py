#!/usr/bin/env python3
"""writ migrate: where the policy goes, and what is said where there is none."""

import os
import resource
import subprocess

from harness import PATIENCE, CommandTest, main

POLICY = """\
version: "1"
tools:
  pay:
    rules:
      - name: small
        conditions: [{path: args.amount, op: lte, value: 50}]
"""
READS_A_COUNTER = """\
version: "1"
tools:
  login: {rules: [{name: five, rate_limit: 5/hour}]}
  fetch:
    rules:
      - name: log in first
        conditions: [{path: state.login._rate_hour, op: gte, value: 1}]
"""


class MigrateTest(CommandTest):
    def test_to_stdout(self):
        done = self.run_writ("migrate", self.write("old.yaml", POLICY))
        self.expect(done, 0, err="")
        self.assertIn("# Migrated from old.yaml by writ migrate.", done.out)
        self.assertTrue(done.out.endswith("""\
writ: 1
default: allow
rules:
  # pay, line 5
  - name: small
    tools: pay
    require: args.amount <= 50
"""), done.out)
        self.write("new.yaml", done.out)
        self.expect(self.run_writ("check", "new.yaml"), 0)

    def test_to_a_file(self):
        self.write("old.yaml", POLICY)
        done = self.run_writ("migrate", "old.yaml", "-o", "new.yaml")
        self.expect(done, 0, out="", err="")
        self.expect(self.run_writ("check", "new.yaml"), 0)

    def test_a_file_that_is_there_is_kept(self):
        self.write("old.yaml", POLICY)
        self.write("new.yaml", "mine")
        done = self.run_writ("migrate", "old.yaml", "-o", "new.yaml")
        self.expect(done, 2, out="")
        self.assertIn('"new.yaml" is there already', done.err)
        self.assertEqual((self.folder / "new.yaml").read_text(), "mine")
        self.expect(self.run_writ("migrate", "--force", "old.yaml", "-o", "new.yaml"), 0)
        self.expect(self.run_writ("check", "new.yaml"), 0)

    def test_a_full_disk(self):
        self.write("old.yaml", POLICY)
        done = self.run_writ("migrate", "old.yaml", "--force", "-o", "/dev/full")
        self.expect(done, 2, out="")
        self.assertIn('cannot write "/dev/full"', done.err)

    def migrate_where_files_end_at(self, most_bytes, *words):
        return subprocess.run(
            [self.writ, "migrate", *words], cwd=self.folder, timeout=PATIENCE, capture_output=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes)))

    def test_what_cannot_be_written_whole_leaves_all_as_it_was(self):
        self.write("old.yaml", POLICY)
        self.write("mine.yaml", "mine")
        before = sorted(os.listdir(self.folder))
        for words in [["--force", "-o", "mine.yaml"], ["--force", "-o", "new.yaml"],
                      ["-o", "new.yaml"]]:
            with self.subTest(words):
                done = self.migrate_where_files_end_at(100, "old.yaml", *words)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(b"cannot write", done.stderr)
                self.assertEqual(sorted(os.listdir(self.folder)), before)
                self.assertEqual((self.folder / "mine.yaml").read_text(), "mine")

    def mode_of(self, name):
        return (self.folder / name).stat().st_mode & 0o777

    def test_nobody_else_may_write_the_policy(self):
        self.write("old.yaml", POLICY)
        for before, after in [(0o666, 0o644), (0o777, 0o644), (0o600, 0o600)]:
            self.write("new.yaml", "mine")
            (self.folder / "new.yaml").chmod(before)
            self.expect(self.run_writ("migrate", "--force", "old.yaml", "-o", "new.yaml"), 0)
            self.assertEqual(self.mode_of("new.yaml"), after)
        self.expect(self.run_writ("migrate", "old.yaml", "-o", "newer.yaml"), 0)
        self.assertEqual(self.mode_of("newer.yaml"), 0o644 & ~self.umask())

    def test_what_replaces_a_policy_has_its_owner_and_group(self):
        self.write("old.yaml", POLICY)
        self.write("new.yaml", "mine")
        new = self.folder / "new.yaml"
        new.chmod(0o640)
        others = [group for group in os.getgroups() if group != new.stat().st_gid]
        if os.geteuid() == 0:
            os.chown(new, 12345, 4321)
        elif others:
            os.chown(new, -1, others[0])
        else:
            self.skipTest("this user has one group, which every file has that it makes")
        before = new.stat()
        self.expect(self.run_writ("migrate", "--force", "old.yaml", "-o", "new.yaml"), 0)
        after = new.stat()
        self.assertEqual((after.st_uid, after.st_gid, after.st_mode),
                         (before.st_uid, before.st_gid, before.st_mode))

    @staticmethod
    def umask():
        mask = os.umask(0o022)
        os.umask(mask)
        return mask

    def test_a_link_is_followed(self):
        self.write("old.yaml", POLICY)
        (self.folder / "deep").mkdir()
        self.write("deep/real.yaml", "mine")
        (self.folder / "link.yaml").symlink_to("deep/real.yaml")
        self.expect(self.run_writ("migrate", "--force", "old.yaml", "-o", "link.yaml"), 0)
        self.assertTrue((self.folder / "link.yaml").is_symlink())
        self.assertIn("writ: 1\n", (self.folder / "deep/real.yaml").read_text())
        self.assertEqual(os.listdir(self.folder / "deep"), ["real.yaml"])

    def test_a_link_to_nothing_is_no_file(self):
        self.write("old.yaml", POLICY)
        (self.folder / "link.yaml").symlink_to("none.yaml")
        done = self.run_writ("migrate", "--force", "old.yaml", "-o", "link.yaml")
        self.expect(done, 2, out="")
        self.assertTrue((self.folder / "link.yaml").is_symlink())

    def test_devices_and_pipes_are_written_to(self):
        self.write("old.yaml", POLICY)
        for words in [["-o", "/dev/stdout"], ["--force", "-o", "/dev/stdout"],
                      ["--force", "-o", "/dev/fd/1"]]:
            done = self.run_writ("migrate", "old.yaml", *words)
            self.expect(done, 0, err="")
            self.assertIn("writ: 1\n", done.out)
        self.expect(self.run_writ("migrate", "old.yaml", "--force", "-o", "/dev/null"), 0)
        self.assertFalse(os.path.isfile("/dev/null"))

    def test_what_cannot_be_said(self):
        done = self.run_writ("migrate", self.write("old.yaml", READS_A_COUNTER), "-o", "new.yaml")
        self.expect(done, 1, out="", err="""\
old.yaml:7:29: error: in writ: 1 a rule cannot read what another rule has counted
  7 |         conditions: [{path: state.login._rate_hour, op: gte, value: 1}]
    |                             ^~~~~~~~~~~~~~~~~~~~~~
  hint: keep this policy in version: "1", or remove the condition if you can do without
""")
        self.assertFalse((self.folder / "new.yaml").exists())

    def test_policies_that_are_none_of_its(self):
        done = self.run_writ("migrate", self.write("new.yaml", "writ: 1\ndefault: allow\n"))
        self.expect(done, 2, out="")
        self.assertIn('"new.yaml" is in writ: 1 already', done.err)
        done = self.run_writ("migrate", self.write("faulty.yaml", 'version: "1"\ndefualt: deny\n'))
        self.expect(done, 1, out="")
        self.assertIn("unknown key", done.err)
        self.expect(self.run_writ("migrate", "none.yaml"), 2, out="")

    def test_usage(self):
        self.expect(self.run_writ("migrate"), 2, out="")
        self.expect(self.run_writ("migrate", "a.yaml", "b.yaml"), 2, out="")
        self.expect(self.run_writ("migrate", "a.yaml", "--", "server"), 2, out="")


if __name__ == "__main__":
    main()
