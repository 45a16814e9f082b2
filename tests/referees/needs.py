"""What a test does when something it needs is not there: it skips with a clear word, except in CI,
where it fails. Also where the source tree and the referees' data are."""

import os
import pathlib
import sys

SKIPPED = 77  # the exit status that ctest shows as "skipped"

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("WRIT_SHARED", SOURCE.parent / "shared")).absolute()


def need(path, remedy):
    """Returns `path`, or ends the test if it does not exist. `remedy` says how to get it."""
    if path.exists():
        return path
    in_ci = os.environ.get("CI") == "true"
    print(f"{'FAILED' if in_ci else 'SKIPPED'}: {path} is missing; {remedy}", flush=True)
    sys.exit(1 if in_ci else SKIPPED)


def shared(folder):
    """A folder of the referees' data."""
    return need(SHARED / folder, "set WRIT_SHARED to the folder that holds the referees' data")
