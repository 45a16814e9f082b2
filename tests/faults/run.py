#!/usr/bin/env python3
"""Plays servers, clients and launchers that fail, against the real binary.

usage: run.py --writ PATH [--soak] [NAME…]

Prints what each test does and closes with unittest's line. NAME picks tests as
unittest does: test_server, test_server.ServerDies, …
"""
import argparse
import os
import sys
import unittest

import harness

HERE = os.path.dirname(os.path.abspath(__file__))


class Result(unittest.TextTestResult):
    """One line a test: what it does, in the words of its docstring."""

    def getDescription(self, test):
        return "%s: %s" % (type(test).__name__, test.shortDescription() or test._testMethodName)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--writ", required=True)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--soak", action="store_true")
    arguments = parser.parse_args()
    harness.SOAK = arguments.soak
    harness.WRIT = os.path.abspath(arguments.writ)
    if not os.access(harness.WRIT, os.X_OK):
        parser.error("%s is not a program" % harness.WRIT)

    loader = unittest.TestLoader()
    if arguments.names:
        sys.path.insert(0, HERE)
        tests = loader.loadTestsFromNames(arguments.names)
    else:
        tests = loader.discover(HERE, pattern="test_*.py")
    runner = unittest.TextTestRunner(verbosity=2, resultclass=Result)
    sys.exit(0 if runner.run(tests).wasSuccessful() else 1)


if __name__ == "__main__":
    main()
