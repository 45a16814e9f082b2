"""What a run was made on and of, as far as the machine tells."""

import datetime
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def first(pattern, file):
    try:
        found = re.search(pattern, pathlib.Path(file).read_text(), re.MULTILINE)
    except OSError:
        return None
    return found.group(1).strip() if found else None


def output_of(*command):
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stdout.strip() if run.returncode == 0 else ""


def commit():
    changed = output_of("git", "status", "--porcelain", "--untracked-files=no")
    return output_of("git", "rev-parse", "--short=12", "HEAD") + (", changed" if changed else "")


def describe(load_before):
    """`load_before`: the load average when the run began; far above 0 others were at work too."""
    cache = ROOT / "build" / "release" / "CMakeCache.txt"

    def cached(name):
        return first(rf"^{name}:\w+=(.*)$", cache) or ""

    memory_kb = int(first(r"^MemTotal:\s+(\d+)", "/proc/meminfo") or 0)
    compiler = output_of(cached("CMAKE_CXX_COMPILER"), "--version").splitlines()
    return {
        "cpu": first(r"^model name\s*: (.*)$", "/proc/cpuinfo") or os.uname().machine,
        "cores": os.cpu_count(),
        "governor": first("(.*)", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "memory_GB": round(memory_kb / 2**20),
        "kernel": os.uname().release,
        "load": {"before": load_before, "after": os.getloadavg()[0]},
        "compiler": compiler[0] if compiler else "",
        "flags": f"{cached('CMAKE_CXX_FLAGS')} {cached('CMAKE_CXX_FLAGS_RELEASE')}".strip(),
        "commit": commit(),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
