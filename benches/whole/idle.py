#!/usr/bin/env python3
"""What `budgetd run` takes while nothing happens, and how soon it is ready.

    idle.py [--runs 10] [--seconds 120] [--pokes 0] BUDGETD FOLDER

FOLDER is a working folder whose files are taken and whose weeks are decided. Printed are
- the time from the start of the process to its READY=1, least, median and greatest of --runs starts;
- CPU with a scan every 20 seconds (the shipped setting) and every second, each for --seconds;
- with --pokes N, memory before and after N scans that are rung for one by one, as by an event in the
  inbox: 4,320 are a day's.
CPU is what the scheduler accounts to all threads, in nanoseconds; memory is what is resident.
"""

import argparse
import os
import re
import signal
import socket
import statistics
import subprocess
import time


class Daemon:
    def __init__(self, budgetd, folder):
        self.path = os.path.join(folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(60)
        environment = dict(os.environ, NOTIFY_SOCKET=self.path)
        started = time.monotonic()
        self.process = subprocess.Popen(
            [budgetd, "run"], cwd=folder, env=environment, stdout=subprocess.DEVNULL
        )
        while b"READY=1" not in self.socket.recv(4096):
            pass
        self.ready_ms = (time.monotonic() - started) * 1e3

    def cpu_seconds(self):
        total = 0
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{task}/schedstat") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def memory_mb(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            kib = dict(re.findall(r"(VmRSS|VmHWM):\s+(\d+)", file.read()))
        return int(kib["VmRSS"]) * 1024 / 1e6, int(kib["VmHWM"]) * 1024 / 1e6

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        self.socket.close()
        os.unlink(self.path)
        assert status == 0, status


def scan_every(folder, seconds):
    path = os.path.join(folder, "config/budgetd.toml")
    with open(path) as file:
        text = file.read()
    text, count = re.subn(r"(?m)^scan_seconds = \d+", f"scan_seconds = {seconds}", text)
    assert count == 1, path
    with open(path, "w") as file:
        file.write(text)


def idle(asked, seconds):
    scan_every(asked.folder, seconds)
    daemon = Daemon(asked.budgetd, asked.folder)
    time.sleep(5)
    before, started = daemon.cpu_seconds(), time.monotonic()
    time.sleep(asked.seconds)
    share = (daemon.cpu_seconds() - before) / (time.monotonic() - started)
    memory, peak = daemon.memory_mb()
    daemon.stop()
    print(f"idle, a scan every {seconds:2} s: {share:8.4%} CPU, {memory:.1f} MB, peak {peak:.1f} MB")


def poke(asked):
    scan_every(asked.folder, 20)
    daemon = Daemon(asked.budgetd, asked.folder)
    time.sleep(5)
    before, (memory, _) = daemon.cpu_seconds(), daemon.memory_mb()
    inbox = os.path.join(asked.folder, "inbox")
    folders = [entry.path for entry in os.scandir(inbox) if entry.name.startswith("account-")]
    poked = os.path.join(folders[0] if folders else inbox, ".poke")
    for _ in range(asked.pokes):
        with open(poked, "w"):
            pass
        # Two rounds are at least 0.2 seconds apart, so that each poke has one of its own.
        time.sleep(0.26)
    each = (daemon.cpu_seconds() - before) / asked.pokes
    after, peak = daemon.memory_mb()
    daemon.stop()
    os.unlink(poked)
    print(
        f"{asked.pokes} scans: {each * 1e3:.3f} ms CPU each, "
        f"{memory:.1f} MB before, {after:.1f} MB after, peak {peak:.1f} MB"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--pokes", type=int, default=0)
    parser.add_argument("budgetd", type=os.path.abspath)
    parser.add_argument("folder", type=os.path.abspath)
    asked = parser.parse_args()
    if asked.runs:
        ready = []
        for _ in range(asked.runs + 1):
            daemon = Daemon(asked.budgetd, asked.folder)
            ready.append(daemon.ready_ms)
            daemon.stop()
        ready = ready[1:]
        print(
            f"ready: {min(ready):.0f}, {statistics.median(ready):.0f}, {max(ready):.0f} ms "
            f"(least, median, greatest of {asked.runs})"
        )
    if asked.seconds:
        idle(asked, 20)
        idle(asked, 1)
    if asked.pokes:
        poke(asked)


main()
