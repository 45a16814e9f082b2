"""Where the interpreter in PATH is another than Debian's, Debian's Python packages are not for it."""

import importlib.util
import os
import sys

DEBIANS = "/usr/bin/python3"


def need(*modules):
    """Starts the test again with Debian's interpreter if this one lacks any of the modules."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if not missing:
        return
    if sys.executable == DEBIANS or not os.access(DEBIANS, os.X_OK):
        sys.exit(f"no Python module {missing[0]}; scripts/deps tests installs it")
    sys.stdout.flush()
    os.execv(DEBIANS, [DEBIANS, *sys.argv])
