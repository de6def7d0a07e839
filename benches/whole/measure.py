#!/usr/bin/env python3
"""Times whole processes from their start to their end, each run on a fresh copy of a folder.

    measure.py [--runs 9] [--pin 0] [--copy FROM] FOLDER COMMAND [ARGUMENT...]

Each run starts COMMAND in FOLDER, or, with --copy, in a fresh copy of FROM beside it, and takes what
the system itself accounts to the finished process: user and system time, peak memory. Wall time is
a monotonic clock around it. Printed are least, median and greatest. Peak memory can't read below
this program's own, about 15 MB. The copies are removed at the end, not in between: some file systems
are slow to hand out again what was just removed.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time


def run(command, folder, output):
    started = time.monotonic()
    child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, {
        "cpu ms": (usage.ru_utime + usage.ru_stime) * 1e3,
        "user ms": usage.ru_utime * 1e3,
        "system ms": usage.ru_stime * 1e3,
        "wall ms": wall * 1e3,
        "peak MB": usage.ru_maxrss * 1024 / 1e6,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--pin", type=int, help="keep to this processor")
    parser.add_argument("--copy", metavar="FROM", help="what each run finds in its folder")
    parser.add_argument("folder")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    if asked.pin is not None:
        os.sched_setaffinity(0, {asked.pin})
    figures, endings, copies = [], set(), []
    for index in range(asked.runs + 1):
        folder = asked.folder
        if asked.copy:
            folder = f"{asked.folder}-{index}"
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(asked.copy, folder, symlinks=True)
            copies.append(folder)
            # What the copy left to be written is not to be waited for inside the measurement.
            os.sync()
        ending, usage = run(asked.command, folder, subprocess.DEVNULL)
        endings.add(ending)
        figures.append(usage)
    # The first run warmed the caches up.
    for name in figures[0]:
        values = [usage[name] for usage in figures[1:]]
        print(f"{name:10}{min(values):12.1f}{statistics.median(values):12.1f}{max(values):12.1f}")
    print(f"exit status: {', '.join(map(str, sorted(endings)))}")
    for folder in copies:
        shutil.rmtree(folder)
    sys.exit(max(endings))


if __name__ == "__main__":
    main()
