#!/usr/bin/env python3
"""The server of a recorded session.

    peer.py RECORDING RECEIVED [NUMBER...]

Plays the server's lines of RECORDING in step: each is written once every client line before it has
arrived, except those with a NUMBER (1-based, within the file), which are not to arrive. Appends
every byte it reads to RECEIVED. Ends when its input ends.
"""

import json
import os
import select
import sys

PATIENCE = 60  # seconds of silence before it takes the proxy for hung


def read_recording(path):
    """[(number, direction, line)], direction "c2s" or "s2c", the line in bytes without its LF."""
    with open(path, encoding="utf-8", newline="\n") as file:
        entries = [json.loads(row) for row in file]
    return [(n, e["dir"], e["line"].encode()) for n, e in enumerate(entries, 1)]


class Input:
    def __init__(self, received_path):
        self.log = os.open(received_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.lines = 0

    def read(self):
        """False at the end of input."""
        if not select.select([0], [], [], PATIENCE)[0]:
            sys.exit(f"peer: nothing arrived for {PATIENCE} s")
        data = os.read(0, 1 << 16)
        os.write(self.log, data)
        self.lines += data.count(b"\n")
        return bool(data)


def write(data):
    while data:
        data = data[os.write(1, data):]


def main():
    recording, received_path, *numbers = sys.argv[1:]
    not_to_arrive = {int(n) for n in numbers}
    incoming = Input(received_path)
    awaited = 0
    for number, direction, line in read_recording(recording):
        if direction == "c2s":
            awaited += number not in not_to_arrive
            continue
        while incoming.lines < awaited:
            if not incoming.read():
                sys.exit(f"peer: input ended with {incoming.lines} lines, "
                         f"line {number} waits for {awaited}")
        write(line + b"\n")
    while incoming.read():
        pass


if __name__ == "__main__":
    main()
