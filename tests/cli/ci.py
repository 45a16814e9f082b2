#!/usr/bin/env python3
"""The scripts, the hooks and the workflow of docs/ci.md, run as they stand on the page.

    ci.py --writ PATH [unittest's options]

They run over the project's own policies, in repositories that git makes here.
"""

import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / folder)
                for folder in ("docs", "referees")]

import yaml_values
import snippets
from harness import PATIENCE, CommandTest, Result, main
from needs import SOURCE

PAGE = {snippet.kind: snippet for snippet
        in snippets.parse((SOURCE / "docs" / "ci.md").read_text()).snippets}

GOOD = """\
writ: 1
default: deny
allow: [pay]
rules:
  - { name: small, tools: pay, require: args.amount <= 100 }
"""
FAULTY = GOOD.replace("require", "requires")
LAX = GOOD.replace("100", "1000")
SUITE = """\
policy: pay.yaml
cases:
  - { name: large, call: pay, args: { amount: 500 }, expect: deny }
  - { name: small, call: pay, args: { amount: 50 }, expect: allow }
  - { name: nobody listed it, call: refund, expect: deny }
"""


class PageTest(CommandTest):
    """With writ in PATH, and a folder for temporary files in which nothing may be left."""

    def setUp(self):
        super().setUp()
        for name in ("bin", "tmp", "home", "repository/policies", "repository/ci"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "bin" / "writ").symlink_to(self.writ)
        self.environment |= {
            "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin", "TMPDIR": str(self.folder / "tmp"),
            "HOME": str(self.folder / "home"), "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
        for role in ("AUTHOR", "COMMITTER"):
            self.environment |= {f"GIT_{role}_NAME": "a", f"GIT_{role}_EMAIL": "a@example.com"}
        self.repository = self.folder / "repository"
        self.policies = self.repository / "policies"

    def run_in_repository(self, *command, **environment):
        done = subprocess.run(command, cwd=self.repository, env=self.environment | environment,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
        return Result(done)

    def expect_nothing_left(self):
        self.assertEqual(list((self.folder / "tmp").iterdir()), [])

    def copy_our_policies(self):
        shutil.copytree(SOURCE / "policies", self.policies, dirs_exist_ok=True)


class Hook(PageTest):
    """.git/hooks/pre-commit"""

    def setUp(self):
        super().setUp()
        self.git("init", "--quiet")
        hook = self.repository / ".git" / "hooks" / "pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(PAGE["sh pre-commit"].text)
        hook.chmod(0o755)

    def git(self, *words):
        result = self.run_in_repository("git", *words)
        self.assertEqual(result.status, 0, result)
        return result.out

    def stage(self, name, text):
        path = self.repository / name
        path.write_text(text)
        self.git("add", name)

    def commits(self):
        return len(self.run_in_repository("git", "log", "--format=%h").out.splitlines())

    def expect_commit(self, passes, said=""):
        before = self.commits()
        result = self.run_in_repository("git", "commit", "--quiet", "-m", "a change")
        self.assertEqual(result.status, 0 if passes else 1, result)
        self.assertEqual(self.commits(), before + (1 if passes else 0))
        self.assertIn(said, result.out + result.err)
        self.expect_nothing_left()

    def test_a_sound_policy_passes_and_a_faulty_one_does_not(self):
        self.stage("policies/pay.yaml", GOOD)
        self.expect_commit(True)
        self.stage("policies/pay.yaml", FAULTY)
        self.expect_commit(False, "policies/pay.yaml:5:32: error: unknown key \"requires\"")

    def test_suites(self):
        self.stage("policies/pay.yaml", GOOD)
        self.stage("policies/pay.test.yaml", SUITE)
        self.expect_commit(True)
        self.stage("policies/pay.yaml", LAX)
        self.expect_commit(False, "expected deny, got allow")
        self.stage("policies/pay.yaml", GOOD)
        self.stage("policies/pay.test.yaml", SUITE.replace("deny", "allow"))
        self.expect_commit(False, "expected allow, got deny")

    def test_what_is_staged_counts(self):
        self.stage("policies/pay.yaml", GOOD)
        (self.policies / "pay.yaml").write_text(FAULTY)
        self.expect_commit(True)
        self.stage("policies/pay.yaml", FAULTY + "# more\n")
        (self.policies / "pay.yaml").write_text(GOOD)
        self.expect_commit(False, "unknown key")

    def test_one_faulty_policy_of_several_is_enough(self):
        self.stage("policies/a faulty one.yaml", FAULTY)
        self.stage("policies/pay.yaml", GOOD)
        self.expect_commit(False, "policies/a faulty one.yaml:5:32")

    def test_what_is_deleted(self):
        self.stage("policies/pay.yaml", GOOD)
        self.stage("policies/pay.test.yaml", SUITE)
        self.stage("policies/other.yaml", GOOD)
        self.expect_commit(True)
        self.git("rm", "--quiet", "policies/other.yaml")
        self.expect_commit(True)
        # Its suite is still there.
        self.git("rm", "--quiet", "policies/pay.yaml")
        self.expect_commit(False, "policies/pay.yaml cannot be read")
        self.git("rm", "--quiet", "policies/pay.test.yaml")
        self.expect_commit(True)

    def test_what_is_renamed(self):
        self.stage("policies/pay.yaml", GOOD)
        self.stage("policies/pay.test.yaml", SUITE)
        self.expect_commit(True)
        self.git("mv", "policies/pay.yaml", "policies/paid.yaml")
        self.expect_commit(False, "policies/pay.yaml cannot be read")

    def test_the_other_ending(self):
        self.stage("policies/pay.yml", FAULTY)
        self.expect_commit(False, "unknown key")
        self.stage("policies/pay.yml", LAX)
        self.stage("policies/pay.test.yml", SUITE.replace("pay.yaml", "pay.yml"))
        self.expect_commit(False, "expected deny, got allow")
        self.stage("policies/pay.yml", GOOD)
        self.expect_commit(True)

    def test_lists_are_there(self):
        self.stage("policies/hosts.txt", "example.com\n")
        self.stage("policies/pay.yaml", GOOD + "data: { hosts: { from_file: hosts.txt } }\n")
        self.expect_commit(True)

    def test_other_commits_are_left_alone(self):
        (self.folder / "bin" / "writ").unlink()
        self.stage("README", "a\n")
        self.expect_commit(True)
        self.stage("policies/pay.yaml", GOOD)
        self.expect_commit(False, "writ: not found")


class Framework(PageTest):
    """.pre-commit-hooks.yaml, run as the framework does: with the names of the files that fit."""

    def run_hooks(self):
        files = [str(path.relative_to(self.repository))
                 for path in sorted(self.repository.rglob("*")) if path.is_file()]
        statuses = {}
        for hook in yaml_values.read((SOURCE / ".pre-commit-hooks.yaml").read_text()):
            fitting = [name for name in files if re.search(hook["files"], name)
                       and not re.search(hook.get("exclude", "^$"), name)]
            names = fitting if hook.get("pass_filenames", True) else []
            statuses[hook["id"]] = self.run_in_repository(*shlex.split(hook["entry"]), *names).status
        return statuses

    def test_our_policies(self):
        self.copy_our_policies()
        self.assertEqual(self.run_hooks(), {"writ-check": 0, "writ-test": 0})

    def test_faults(self):
        (self.policies / "pay.yaml").write_text(FAULTY)
        self.assertEqual(self.run_hooks(), {"writ-check": 1, "writ-test": 0})
        (self.policies / "pay.yaml").write_text(LAX)
        (self.policies / "pay.test.yaml").write_text(SUITE)
        self.assertEqual(self.run_hooks(), {"writ-check": 0, "writ-test": 1})


class KeyedTest(PageTest):
    """With ci/policies.sh, and a key outside the repository."""

    def setUp(self):
        super().setUp()
        (self.repository / "ci" / "policies.sh").write_text(PAGE["sh policies.sh"].text)
        self.make_key("team")
        (self.folder / "team.pub").rename(self.repository / "ci" / "team.pub")

    def make_key(self, name):
        made = self.run_writ("keygen", "-o", name)
        self.assertEqual(made.status, 0, made)

    def published(self):
        folder = self.repository / "published"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def expect_ours_published(self):
        names = [path.stem for path in (SOURCE / "policies").glob("*.yaml")
                 if not path.name.endswith(".test.yaml")]
        self.assertGreater(len(names), 10)
        self.assertEqual(self.published(), sorted(
            [f"{name}.writ{end}" for name in names for end in ("", ".sig")] + ["team.pub"]))
        for name in names:
            verified = self.run_writ("verify", "--key", "repository/ci/team.pub",
                                     f"repository/published/{name}.writ")
            self.assertEqual(verified.status, 0, verified)
        self.expect_nothing_left()


class Script(KeyedTest):
    """ci/policies.sh"""

    def policies_sh(self, *words):
        return self.run_in_repository("sh", "ci/policies.sh", *words)

    def publish(self, key="team.key", pub="ci/team.pub"):
        return self.policies_sh("publish", f"../{key}", pub, "published")

    def test_check(self):
        self.copy_our_policies()
        result = self.policies_sh("check")
        self.assertEqual(result.status, 0, result)
        self.assertIn(" passed, 0 failed", result.out)

    def test_check_finds_faults(self):
        self.assertEqual(self.policies_sh("check").status, 2)  # there are no policies
        (self.policies / "pay.yaml").write_text(GOOD)
        self.assertEqual(self.policies_sh("check").status, 2)  # nor suites
        (self.policies / "pay.test.yaml").write_text(SUITE)
        self.assertEqual(self.policies_sh("check").status, 0)
        (self.policies / "pay.yaml").write_text(LAX)
        self.assertEqual(self.policies_sh("check").status, 1)
        (self.policies / "pay.yaml").write_text(FAULTY)
        self.assertEqual(self.policies_sh("check").status, 1)

    def test_publish(self):
        self.copy_our_policies()
        result = self.publish()
        self.assertEqual(result.status, 0, result)
        self.expect_ours_published()
        before = {path.name: path.read_bytes()
                  for path in (self.repository / "published").iterdir()}
        self.assertEqual(self.publish().status, 0)
        self.assertEqual(before, {path.name: path.read_bytes()
                                  for path in (self.repository / "published").iterdir()})

    def test_nothing_is_published_that_is_faulty_or_signed_by_another(self):
        self.copy_our_policies()
        self.make_key("other")
        self.assertNotEqual(self.publish(key="other.key").status, 0)
        self.assertNotEqual(self.publish(key="no-such.key").status, 0)
        (self.folder / "team.key").chmod(0o644)
        self.assertNotEqual(self.publish().status, 0)
        (self.folder / "team.key").chmod(0o600)
        (self.policies / "pay.yaml").write_text(FAULTY)
        self.assertNotEqual(self.publish().status, 0)
        self.assertEqual(self.published(), [])
        self.expect_nothing_left()

    def test_usage(self):
        for words in ((), ("publish",), ("check", "it"), ("publish", "a", "b")):
            result = self.policies_sh(*words)
            self.expect(result, 2, "")
            self.assertIn("policies.sh publish KEY PUB FOLDER", result.err)


class Workflow(KeyedTest):
    """What the steps of .github/workflows/policies.yml run."""

    def setUp(self):
        super().setUp()
        self.workflow = yaml_values.read(PAGE["yaml workflow"].text)
        self.steps = snippets.steps_of(self.workflow)

    def run_step(self, beginning, **environment):
        (script,) = [script for name, script in self.steps.items() if name.startswith(beginning)]
        self.assertNotIn("${{", script)
        return self.run_in_repository("sh", "-e", "-c", script, **environment)

    def test_our_policies(self):
        self.copy_our_policies()
        for beginning in ("Check", "Test", "Findings"):
            result = self.run_step(beginning)
            self.assertEqual(result.status, 0, result)
        key = (self.folder / "team.key").read_text().strip()
        result = self.run_step("Sign", WRIT_KEY=key)
        self.assertEqual(result.status, 0, result)
        self.assertNotIn(key.split()[1], result.out + result.err)
        self.expect_ours_published()

    def test_faults(self):
        (self.policies / "pay.yaml").write_text(FAULTY)
        checked = self.run_step("Check")
        self.assertEqual(checked.status, 1, checked)
        self.assertIn("::error file=policies/pay.yaml,line=5,col=32,", checked.out)
        found = self.run_step("Findings")
        self.assertEqual(found.status, 0, found)
        (run,) = json.loads((self.repository / "policies.sarif").read_text())["runs"]
        self.assertEqual(len(run["results"]), 1)

    def test_no_key(self):
        self.copy_our_policies()
        self.assertNotEqual(self.run_step("Sign", WRIT_KEY="").status, 0)
        self.assertEqual(self.published(), [])
        self.expect_nothing_left()

    def test_the_secret_is_for_what_was_reviewed(self):
        check, publish = self.workflow["jobs"]["check"], self.workflow["jobs"]["publish"]
        self.assertNotIn("WRIT_KEY", json.dumps(check))
        self.assertEqual(publish["needs"], "check")
        self.assertEqual(publish["if"], "github.event_name == 'push'")
        self.assertEqual(self.workflow["on"]["push"], {"branches": ["main"]})


if __name__ == "__main__":
    main()
