#!/usr/bin/env python3
"""One run of all tasks, as it is kept in bench/results/: what was measured, and on what.

    bench/report/result.py FOLDER LOAD     the object, from a file a task (NAME.json) in FOLDER;
                                           LOAD: the load average when the run began
"""

import dataclasses
import json
import pathlib
import sys

import machine

RESULTS = machine.ROOT / "bench" / "results"


@dataclasses.dataclass
class Spread:
    """A median over rounds, and the part of them in the middle."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(values):
        """Of an object that a task wrote."""
        return Spread(values["median"], values.get("low", values.get("lower")),
                      values.get("high", values.get("upper")))

    @staticmethod
    def exact(value):
        return Spread(value, value, value)

    def inverse(self):
        return Spread(1 / self.median, 1 / self.high, 1 / self.low)

    def times(self, factor):
        return Spread(self.median * factor, self.low * factor, self.high * factor)


class NotMeasured(Exception):
    """Why a figure is not there."""


class Result:
    def __init__(self, kept):
        self.machine = kept["machine"]
        self.tasks = kept["tasks"]

    def was_disturbed(self):
        """Whether others were at work on the machine before it began."""
        return self.machine["load"]["before"] > 0.5

    @staticmethod
    def read(path):
        return Result(json.loads(pathlib.Path(path).read_text()))

    @staticmethod
    def newest():
        """The published one that the pages are made of."""
        published = [Result.read(path) for path in sorted(RESULTS.glob("*.json"))]
        if not published:
            sys.exit("bench/results has no run: scripts/bench --publish makes one")
        return max(published, key=lambda result: result.machine["date"])

    def task(self, name):
        if name not in self.tasks:
            raise NotMeasured(f"the run is without {name}")
        return self.tasks[name]

    def ratio(self, task, above, below):
        return Spread.of(self.task(task)["ratios"][f"{above} : {below}"])

    def ns(self, task, rival):
        return Spread.of(self.task(task)["ns"][rival])

    def peer_rows(self, task, way):
        """Those of ways that are like it too, the fastest first."""
        rows = [row for row in self.task("peers")["rows"]
                if (row["task"], row["like"]) == (task, way)]
        return sorted(rows, key=lambda row: row["ratio"]["median"])

    def peer(self, name, task, way):
        """How many times as long as writ it takes."""
        for row in self.task("peers")["rows"]:
            if (row["peer"], row["task"], row["way"]) == (name, task, way):
                return Spread.of(row["ratio"])
        for absent in self.task("peers")["skipped"]:
            if absent["name"] == name:
                raise NotMeasured(absent["why"])
        raise NotMeasured(f"{name} was not asked")


def main():
    folder, load = pathlib.Path(sys.argv[1]), float(sys.argv[2])
    tasks = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    print(json.dumps({"machine": machine.describe(load), "tasks": tasks}, indent=1))


if __name__ == "__main__":
    main()
