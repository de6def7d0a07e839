#!/usr/bin/env python3
"""Times the advisory models from the start of the process to its end, on files that it makes itself.

    models.py [--runs 9] BUDGETD

BUDGETD is the release binary. Each line says what is asked (docs/benchmarks.md), then the median of
user and system time, of wall time, and the peak of memory. Lines that are asked on two processors are
kept to two.
"""

import argparse
import csv
import datetime
import os
import pathlib
import random
import statistics
import subprocess
import tempfile

from measure import run

LAYOUT = (
    "MMM_TIMESERIES_ID ORGANISATION_ID ORGANISATION_VERTICAL ORGANISATION_SUBVERTICAL "
    "ORGANISATION_MARKETING_SOURCES ORGANISATION_PRIMARY_TERRITORY_NAME TERRITORY_NAME DATE_DAY "
    "CURRENCY_CODE FIRST_PURCHASES FIRST_PURCHASES_UNITS FIRST_PURCHASES_ORIGINAL_PRICE "
    "FIRST_PURCHASES_GROSS_DISCOUNT ALL_PURCHASES ALL_PURCHASES_UNITS ALL_PURCHASES_ORIGINAL_PRICE "
    "ALL_PURCHASES_GROSS_DISCOUNT"
).split()
MEDIA = (
    "GOOGLE_PAID_SEARCH GOOGLE_SHOPPING GOOGLE_PMAX GOOGLE_DISPLAY GOOGLE_VIDEO META_FACEBOOK "
    "META_INSTAGRAM META_OTHER TIKTOK"
).split()
ORGANIC = "DIRECT BRANDED_SEARCH ORGANIC_SEARCH EMAIL REFERRAL ALL_OTHER".split()
FEATURES = (
    "GOOGLE_PAID_SEARCH_SPEND GOOGLE_SHOPPING_SPEND GOOGLE_PMAX_SPEND META_FACEBOOK_SPEND "
    "META_INSTAGRAM_SPEND EMAIL_CLICKS ORGANIC_SEARCH_CLICKS DIRECT_CLICKS BRANDED_SEARCH_CLICKS"
).split()


def write_wide(path, rows, quoted):
    """The 50-column e-commerce layout; of `quoted` rows in a hundred one cell stands in quotes."""
    chance = random.Random(1)
    header = LAYOUT + [f"{name}_{part}" for name in MEDIA for part in ("SPEND", "CLICKS", "IMPRESSIONS")]
    header += [f"{name}_CLICKS" for name in ORGANIC]
    first = datetime.date(2021, 1, 1)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row in range(rows):
            spends = [round(chance.expovariate(1 / 300), 2) for _ in MEDIA]
            clicks = [chance.randrange(2000) for _ in ORGANIC]
            price = 8000 + 3 * spends[0] + 2 * spends[5] + 4 * clicks[0] + chance.gauss(0, 900)
            cells = [
                "5119f855f50e37f6", "org_a", "Home & Garden", "Furniture",
                "Google, Meta" if row % 100 < quoted else "Google", "United Kingdom",
                f"Territory {row // 1300}", first + datetime.timedelta(days=row % 1300), "GBP",
                82, 85, "3097.50", "248.76", 206, 213, f"{price:.2f}", "621.91",
            ]
            for spend in spends:
                cells += [f"{spend:.2f}", int(spend * 0.8), int(spend * 40)]
            writer.writerow(cells + clicks)


def joined(folder, to):
    """The daily files of a simulated world as one."""
    with open(to, "w") as out:
        for number, path in enumerate(sorted((folder / "daily").iterdir())):
            lines = path.read_text().splitlines(keepends=True)
            out.writelines(lines[1 if number else 0:])


def place(budgetd, work, world, weeks, name):
    """A working folder with the account of a simulated world, and its days in one file."""
    made, home = work / f"{name}.made", work / name
    quiet = {"stdout": subprocess.DEVNULL, "check": True}
    subprocess.run([budgetd, "simulate", world, made, "--weeks", str(weeks)], **quiet)
    subprocess.run([budgetd, "init", home], **quiet)
    (home / "config/accounts/main.toml").write_text((made / "account.toml").read_text())
    joined(made, home / "days.csv")
    (home / "weeks.csv").write_text((made / "business_weekly.csv").read_text())
    return home


def line(asked, runs, folder, command, processors=None, out=None):
    figures = []
    if processors:
        os.sched_setaffinity(0, set(range(processors)))
    with open(os.devnull, "w") as silence:
        for number in range(runs + 1):
            arguments = command + ([f"{out}-{number}"] if out else [])
            ending, usage = run([str(argument) for argument in arguments], folder, silence)
            assert ending == 0, f"{arguments} ended with {ending}"
            figures.append(usage)
    if processors:
        os.sched_setaffinity(0, set(range(os.cpu_count())))
    median = {name: statistics.median(it[name] for it in figures[1:]) for name in figures[0]}
    print(f"{asked:<64} {median['cpu ms']:>8.0f} ms CPU {median['wall ms']:>8.0f} ms wall "
          f"{median['peak MB']:>6.0f} MB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("budgetd", type=pathlib.Path)
    asked = parser.parse_args()
    budgetd, runs = asked.budgetd.resolve(), asked.runs
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        small = place(budgetd, work, "plain", 13, "small")
        twelve = place(budgetd, work, "twelve_channels", 105, "twelve")
        years = place(budgetd, work, "twelve_channels", 156, "years")
        weekly = place(budgetd, work, "plain", 104, "weekly")
        fit = [budgetd, "model", "fit", "--data", "days.csv", "--source", "long"]
        classic = fit + ["--preset", "classic", "--out"]
        line("classic, 91 days x 4, all files (40 ms CPU)", runs, small, classic, out="made")
        line("classic, 735 days x 12, all files (75 ms CPU)", runs, twelve, classic, out="made")
        weeks = [budgetd, "model", "fit", "--data", "weeks.csv", "--source", "business weekly", "--out"]
        line("search, 104 weeks x 4, all files (300 ms)", runs, weekly, weeks, out="made")
        line("search, 1,092 days x 12, two processors (3 s)", min(runs, 3), years, fit, processors=2)
        for quoted in (0, 50):
            write_wide(work / "wide.csv", 132_759, quoted)
            linear = [budgetd, "model", "linear", "--data", work / "wide.csv", "--outcome",
                      "ALL_PURCHASES_ORIGINAL_PRICE", "--date", "DATE_DAY", "--features",
                      ",".join(FEATURES)]
            line(f"linear, 132,759 x 50, {quoted} % of rows with quotes (150 ms)", runs, work, linear)


if __name__ == "__main__":
    main()
