#!/usr/bin/env python3
"""Holds the figures of docs/performance.md and README.md, and the plots, against the run in
bench/results/ that they come from; and what measures them against rivals that decide otherwise.

    performance.py [unittest's options]
"""

import contextlib
import importlib.util
import io
import pathlib
import stat
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "bench" / "report"))
import aims  # noqa: E402
import pages  # noqa: E402
import plots  # noqa: E402
from result import Result, Spread  # noqa: E402

specification = importlib.util.spec_from_file_location("peers_run", SOURCE / "bench/peers/run.py")
peers_run = importlib.util.module_from_spec(specification)
specification.loader.exec_module(peers_run)


class Pages(unittest.TestCase):
    def test_are_what_the_newest_run_says(self):
        for path, wanted in pages.files(Result.newest()):
            self.assertEqual(
                path.read_text(), wanted,
                f"{path.relative_to(SOURCE)} is stale: bench/report/pages.py writes it anew",
            )

    def test_every_table_is_shown(self):
        shown = "".join(page.read_text() for page in pages.PAGES)
        for name in pages.TABLES:
            self.assertIn(f"<!-- bench {name} -->", shown)

    def test_a_run_says_what_it_was_made_on(self):
        for path in sorted((SOURCE / "bench/results").glob("*.json")):
            machine = Result.read(path).machine
            for what in ("cpu", "cores", "load", "compiler", "flags", "commit", "date"):
                self.assertTrue(machine[what], f"{path.name} does not tell of its {what}")

    def test_what_was_not_built_is_told(self):
        result = Result.newest()
        result.tasks["peers"] = {
            "rows": [], "peers": [],
            "skipped": [{"name": "cel-go", "language": "Go", "why": "go is not installed"}],
        }
        del result.tasks["memory"]
        self.assertIn("| cel-go : writ, evaluation of E2 | – | go is not installed | ≥ 40 "
                      "| not measured |", pages.aims_table(result))
        self.assertIn("| – | the run is without memory | ≤ 16 MB |", pages.aims_table(result))
        self.assertIn("| cel-go | Go | – | go is not installed |",
                      pages.TABLES["peers line line"](result))


class Figures(unittest.TestCase):
    def test_bounds_hold_on_their_side(self):
        most = aims.Aim("", lambda result: None, at_most=1.5)
        least = aims.Aim("", lambda result: None, at_least=40)
        self.assertTrue(most.is_reached(Spread.exact(1.5)))
        self.assertFalse(most.is_reached(Spread.exact(1.51)))
        self.assertTrue(least.is_reached(Spread.exact(40)))
        self.assertFalse(least.is_reached(Spread.exact(39.9)))

    def test_an_inverse_turns_its_spread(self):
        self.assertEqual(Spread(2, 1, 4).inverse(), Spread(0.5, 0.25, 1))

    def test_slopes_are_those_of_the_logarithms(self):
        self.assertAlmostEqual(plots.slope([(10, 3), (100, 30), (1000, 300)]), 1)
        self.assertAlmostEqual(plots.slope([(10, 7), (100, 7)]), 0)


# A rival that serves as bench/peers/peer.h says.
RIVAL = """#!/usr/bin/env python3
import json, sys
def say(what): print(json.dumps(what), flush=True)
say({{"name": "{name}", "version": "1", "ways": [["line", "line"], ["line", "typed"]], "cannot": {{}}}})
for line in sys.stdin:
    words = line.split()
    if words[0] == "decide": say({{"decisions": "{decisions}"}})
    else:
        for _ in range({work} * int(words[3])): pass
        say({{"decided": int(words[3])}})
"""


class Peers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def rival(self, name, decisions, work=10):
        program = pathlib.Path(self.folder.name) / name
        program.write_text(RIVAL.format(name=name, decisions=decisions, work=work))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        peer = peers_run.Peer("Python", [sys.executable, program])
        self.addCleanup(peer.end)
        return peer

    def refusal(self, *peers):
        with self.assertRaises(SystemExit) as ended:
            peers_run.check_decisions(list(peers))
        return str(ended.exception)

    def test_who_decides_otherwise_is_named(self):
        said = self.refusal(self.rival("writ", "1011"), self.rival("other", "1001"))
        self.assertIn("other decides otherwise than writ: task line, line, 1 of 4 inputs", said)
        self.assertIn("number 2: writ says 1, other says 0", said)

    def test_who_decides_less_is_named(self):
        self.assertIn("other decides otherwise", self.refusal(self.rival("writ", "1011"),
                                                              self.rival("other", "101")))

    def test_decisions_that_are_all_alike_check_nothing(self):
        self.assertIn("all of line alike", self.refusal(self.rival("writ", "111")))

    def test_ratios_are_of_writ_and_both_decoders_are_told(self):
        peers = [self.rival("writ", "10", work=1000), self.rival("slow", "10", work=20_000)]
        peers_run.check_decisions(peers)
        with contextlib.redirect_stderr(io.StringIO()):
            times = peers_run.measure(peers_run.turns(peers), 3)
        summary = peers_run.summarise(peers, [], times, 3)
        told = {(row["peer"], row["way"]): row["ratio"]["median"] for row in summary["rows"]}
        self.assertEqual(told[("writ", "line")], 1)
        self.assertLess({("slow", "line"), ("slow", "typed")}, told.keys())

    def test_who_does_not_start_is_skipped_with_its_words(self):
        program = pathlib.Path(self.folder.name) / "broken"
        program.write_text("raise SystemExit('no such task')")
        skipped = []
        built = {("Python", "broken"): [sys.executable, program]}
        self.assertEqual(peers_run.start(built, skipped), [])
        self.assertEqual(skipped[0]["name"], "broken")
        self.assertIn("no such task", skipped[0]["why"])


if __name__ == "__main__":
    unittest.main()
