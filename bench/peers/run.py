#!/usr/bin/env python3
"""Measures writ against engines that come as packages: in Go, Rust and JavaScript.

Each is a process that serves as peer.h says, all pinned to one core. They are given the same lines
and the same policies, each in its own language. Before any time is believed, everything is decided
by all of them, and they must agree with writ. Then come rounds: in each, for one task and way after
the other, the rivals take turns, each round beginning with another, and a ratio is taken within a
round. Time is what a process took of the core, all its threads together: a garbage collector's too,
but not what others took meanwhile. What this machine cannot build is skipped, and said.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import rounds  # noqa: E402

ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "release" / "bench" / "peers"
TURN_NS = 30e6  # what one turn is made to take
# What a way is compared with of writ, and what is said of it. Others are compared with themselves.
LIKE = {"typed": "line", "decoded": "evaluation"}
WORDS = {"typed": ", typed decoder", "decoded": ", over decoded JSON"}
TASKS = {
    ("flights", "evaluation"): "E1, evaluation alone",
    ("call", "evaluation"): "E2, evaluation alone",
    ("call", "line"): "E2, line to decision",
    ("line", "evaluation"): "five rules, evaluation alone",
    ("line", "line"): "five rules, line to decision",
}


def say(text):
    print(text, file=sys.stderr, flush=True)


class CannotRun(Exception):
    """Why a rival takes no part."""


# ---- Building what the machine can build.


def build(what, command, folder):
    """Runs it, and says for how long."""
    if shutil.which(command[0]) is None:
        raise CannotRun(f"{command[0]} is not installed")
    log = BUILD / f"{what}.log"
    start = time.monotonic()
    say(f"-- building the rivals in {what}")
    with log.open("w") as output:
        running = subprocess.Popen(
            ["nice", *map(str, command)], cwd=folder, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT,
        )
        while running.poll() is None:
            try:
                running.wait(30)
            except subprocess.TimeoutExpired:
                say(f"   {time.monotonic() - start:.0f} s")
    if running.returncode != 0:
        lines = log.read_text(errors="replace").strip().splitlines() or ["nothing was said"]
        wrong = [line for line in lines if "error" in line.lower()] or lines
        raise CannotRun(f"not built: {wrong[0].strip()[:160]} ({log.relative_to(ROOT)})")
    say(f"   done in {time.monotonic() - start:.0f} s")


def copied(folder):
    """A copy that the package manager may write into."""
    copy = BUILD / folder
    shutil.copytree(
        HERE / folder, copy, dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("node_modules", "target", "Cargo.lock"),
    )
    return copy


def build_go():
    build("Go", ["go", "build", "-o", BUILD / "go-peers", "."], HERE / "go")
    return [BUILD / "go-peers"]


def build_rust():
    build("Rust", ["cargo", "build", "--release"], copied("rust"))
    return [BUILD / "rust" / "target" / "release" / "peers"]


def build_node():
    folder = copied("node")
    build("JavaScript", ["npm", "ci"], folder)
    if shutil.which("node") is None:
        raise CannotRun("node is not installed")
    return ["node", folder / "peers.mjs"]


RIVALS = {
    "Go": (build_go, {"cel-go": "cel-go", "expr": "expr", "opa": "OPA"}),
    "Rust": (build_rust, {"cedar": "Cedar", "regorus": "regorus", "cel-rust": "cel-rust"}),
    "JavaScript": (
        build_node,
        {"cel_js": "cel-js", "json_logic": "json-logic-js", "ajv": "Ajv (JSON Schema)"},
    ),
}


# ---- One side of the comparison.


class Peer:
    def __init__(self, language, command):
        self.language = language
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.errors, text=True,
        )
        hello = self.answer()
        self.name, self.version = hello["name"], hello["version"]
        self.ways = [tuple(way) for way in hello["ways"]]
        self.cannot = hello["cannot"]

    def answer(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        self.process.wait()
        self.errors.seek(0)
        said = self.errors.read().strip().splitlines() or ["nothing was said"]
        self.end()
        raise CannotRun(f"ended with status {self.process.returncode}: {said[-1][:160]}")

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def decisions(self, task, way):
        return self.ask("decide", task, way)["decisions"]

    def repeat(self, task, way, passes):
        """Nanoseconds of a decision: what the process's threads took of the core, read from outside."""
        start = rounds.taken_by(self.process.pid)
        decided = self.ask("repeat", task, way, passes)["decided"]
        return (rounds.taken_by(self.process.pid) - start) / decided

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()


def commands(tasks, wanted):
    """By rival (language, name) its command, and why the others are absent."""
    built, skipped = {}, []
    for language, (build_rivals, rivals) in RIVALS.items():
        chosen = {key: name for key, name in rivals.items() if not wanted or key in wanted}
        try:
            command = build_rivals() if chosen else []
        except CannotRun as why:
            skipped += [absent(name, language, why) for name in chosen.values()]
            continue
        for key, name in chosen.items():
            built[(language, name)] = [*command, key, tasks, HERE / "policies"]
    return built, skipped


def absent(name, language, why):
    return {"name": name, "language": language, "why": str(why)}


def start(built, skipped):
    """Those that are built; who does not start is skipped too."""
    peers = []
    for (language, name), command in built.items():
        try:
            peers.append(Peer(language, command))
        except CannotRun as why:
            skipped.append(absent(name, language, why))
    return peers


# ---- All decide alike.


def check_decisions(peers):
    """Ends with status 1 where one decides otherwise than writ, the first of them."""
    writ = peers[0]
    wanted = {way: writ.decisions(*way) for way in writ.ways}
    for (task, way), decisions in wanted.items():
        if set(decisions) != {"0", "1"}:
            sys.exit(f"writ decides all of {task} alike: that checks nothing")
    for peer in peers[1:]:
        for task, way in peer.ways:
            decided = wanted[(task, LIKE.get(way, way))]
            given = peer.decisions(task, way)
            differing = [i for i, (a, b) in enumerate(zip(decided, given)) if a != b]
            if differing or len(given) != len(decided):
                first = differing[0] if differing else min(len(given), len(decided))
                sys.exit(
                    f"{peer.name} decides otherwise than writ: task {task}, {way}, {len(differing)} of "
                    f"{len(decided)} inputs, the first is number {first}: writ says "
                    f"{decided[first:first + 1]}, {peer.name} says {given[first:first + 1]}"
                )


# ---- Rounds.


def turns(peers):
    """By task and way those who take part: (peer, way). Ways that are alike stand together."""
    groups = {}
    for peer in peers:
        for task, way in peer.ways:
            groups.setdefault((task, LIKE.get(way, way)), []).append((peer, way))
    return {key: groups[key] for key in TASKS if key in groups}


def passes_a_turn(peer, task, way):
    passes = 1
    # The first turns also let a compiler at run time do its work.
    for _ in range(3):
        start = rounds.taken_by(peer.process.pid)
        peer.repeat(task, way, passes)
        taken = rounds.taken_by(peer.process.pid) - start
        passes = max(1, round(passes * TURN_NS / taken))
    return passes


def measure(groups, count):
    """By group and turn the nanoseconds of all rounds."""
    passes = {(peer, task, way): passes_a_turn(peer, task, way)
              for (task, _), group in groups.items() for peer, way in group}
    times = {key: {turn: [] for turn in group} for key, group in groups.items()}
    for number in range(count):
        for key, group in groups.items():
            first = number % len(group)
            for peer, way in group[first:] + group[:first]:
                ns = peer.repeat(key[0], way, passes[(peer, key[0], way)])
                times[key][(peer, way)].append(ns)
        say(f"   round {number + 1} of {count}")
    return times


def summarise(peers, skipped, times, count):
    rows = []
    for (task, way), group in times.items():
        writ = group[(peers[0], way)]
        for (peer, its_way), ns in group.items():
            rows.append({
                "task": task, "way": its_way, "like": way, "peer": peer.name,
                "title": peer.name + WORDS.get(its_way, ""), "language": peer.language,
                "ns": rounds.spread(ns), "ratio": rounds.ratio(ns, writ),
            })
    return {
        "rounds": count,
        "peers": [{"name": peer.name, "language": peer.language, "version": peer.version,
                   "cannot": peer.cannot} for peer in peers],
        "skipped": skipped,
        "rows": rows,
    }


def print_tables(summary):
    for (task, way), title in TASKS.items():
        rows = [row for row in summary["rows"] if (row["task"], row["like"]) == (task, way)]
        print(f"\n{title}{'':{34 - len(title)}} {'ns':>9}   times writ's")
        for row in sorted(rows, key=lambda row: row["ratio"]["median"]):
            print("  {:32} {:9.1f}   {median:7.2f} ({lower:.2f} to {upper:.2f})".format(
                row["title"], row["ns"]["median"], **row["ratio"]))
        for peer in summary["peers"]:
            if task in peer["cannot"]:
                print(f"  {peer['name']:32}         -   {peer['cannot'][task]}")
    print()
    for rival in summary["skipped"]:
        print(f"skipped: {rival['name']} ({rival['language']}): {rival['why']}")
    for peer in summary["peers"][1:]:
        print(f"{peer['name']}: {peer['version']}")
    print(f"medians of {summary['rounds']} rounds, in parentheses their middle half")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15, help="default: %(default)s")
    parser.add_argument("--only", nargs="*", default=[], metavar="RIVAL",
                        help="of " + ", ".join(key for _, keys in RIVALS.values() for key in keys))
    parser.add_argument("--json", action="store_true", help="for a program to read")
    options = parser.parse_args()

    BUILD.mkdir(parents=True, exist_ok=True)
    tasks = BUILD / "tasks"
    tasks.mkdir(exist_ok=True)
    writ = BUILD.parent / "peers_bench"
    subprocess.run([writ, f"--write={tasks}"], check=True)
    built, skipped = commands(tasks, options.only)
    # From here on: threads of a process that runs already would stay where they are.
    rounds.pin_to_one_core()
    peers = [Peer("C++", [writ, "writ"]), Peer("C++", [writ, "twin"]), *start(built, skipped)]
    check_decisions(peers)
    summary = summarise(peers, skipped, measure(turns(peers), options.rounds), options.rounds)
    for peer in peers:
        peer.end()
    if options.json:
        print(json.dumps(summary, indent=2))
    else:
        print_tables(summary)


if __name__ == "__main__":
    main()
