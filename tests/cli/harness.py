"""What the tests of the commands share: the binary, a scratch folder, one run."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PATIENCE = 60  # seconds for one run of writ

# What a shell does in it as root, mounting included, is seen by nobody else.
IN_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-ec")


def has_namespaces():
    try:
        return subprocess.run([*IN_NAMESPACE, "mount -t tmpfs none /mnt"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


class Result:
    """The exit status and what was written, as text."""

    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout.decode("utf-8")
        self.err = done.stderr.decode("utf-8")

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"exit status {self.status}\nstdout: {self.out}\nstderr: {self.err}"


class CommandTest(unittest.TestCase):
    """A test in a folder of its own, so that the files in diagnostics have short names."""

    writ = None  # set by main()

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="writ-cli-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.environment = {**os.environ, "XDG_STATE_HOME": str(self.folder / "state")}

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    def run_writ(self, *words, given=b""):
        done = subprocess.run([self.writ, *words], cwd=self.folder, env=self.environment, timeout=PATIENCE,
                              input=given if isinstance(given, bytes) else given.encode(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return Result(done)

    def run_redirected(self, redirection, *words, given=b"", ignore_sigpipe=False, keep=()):
        """writ as a shell starts it with `redirection`, such as >&- or 2>/dev/full."""
        done = subprocess.run(["/bin/sh", "-c", f'exec "$0" "$@" {redirection}', self.writ, *words],
                              cwd=self.folder, env=self.environment, timeout=PATIENCE, input=given, pass_fds=keep,
                              restore_signals=not ignore_sigpipe,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return Result(done)

    def expect(self, result, status, out=None, err=None):
        """The exact output, where it is given."""
        self.assertEqual(result.status, status, result)
        if out is not None:
            self.assertEqual(result.out, out, result)
        if err is not None:
            self.assertEqual(result.err, err, result)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--writ", required=True, type=pathlib.Path)
    known, rest = parser.parse_known_args()
    CommandTest.writ = str(known.writ.absolute())
    os.umask(0o022)  # run takes no policy that a group can write
    unittest.main(module="__main__", argv=[sys.argv[0], *rest])
