"""What tasks in Python share: medians over rounds, and the core that everything is pinned to."""

import os
import statistics
import subprocess
import time


def spread(values):
    """The median, and the quartiles: one disturbed round says nothing."""
    lower, median, upper = statistics.quantiles(values, n=4, method="inclusive")
    return {"lower": lower, "median": median, "upper": upper}


def ratio(above, below):
    """Taken within each round, so that a machine that slows down slows both sides."""
    return spread([a / b for a, b in zip(above, below, strict=True)])


def pin_to_one_core():
    """This process and its children; the last core, for the first one serves most interrupts."""
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def taken_by(pid):
    """Nanoseconds that a process of ours, with all its threads, has run so far."""
    cpu_clock_of_process = (~pid << 3) | 2  # clock_getcpuclockid(3), which Python lacks
    return time.clock_gettime_ns(cpu_clock_of_process)


def build_c(source, binaries):
    """The binary of a C file, in a folder there that is called as the file's."""
    binary = binaries / source.parent.name / source.stem
    binary.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", binary, source], check=True)
    return str(binary)
