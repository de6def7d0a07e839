#!/usr/bin/env python3
"""Writes a daily CSV in the long format, and the account file that takes it.

    long_csv.py FOLDER NAME CHANNELS DAYS [--last-day 2026-01-04] [--order name|none|channel|random]
        [--campaigns 1]

FOLDER/NAME.csv gets CHANNELS x DAYS rows: day after day, and inside a day the channels in the order
of their names, or in none; or channel after channel; or without any order.
With --campaigns each channel has so many of the CHANNELS rows of a day. FOLDER/NAME.toml is an account with these
channels. The figures are made from the position alone, so a call always writes the same bytes.
"""

import argparse
import datetime
import os

ACCOUNT = """# an account for measurements
id = "{name}"
currency = "INR"
time_zone = "Asia/Kolkata"
week_starts_on = "monday"
total_budget_weekly = "{total}"
rounding_unit = "1"

[rules]
spend_floor_share = "{floor}"
"""


def figures(day, channel):
    """Spend, impressions, clicks, conversions and revenue; the spend varies by week and channel."""
    mix = (day // 7 * 7919 + channel * 104729 + day % 7 * 31) * 2654435761 % 2**32
    spend = 200_000 + channel * 1_300 % 90_000 + mix % 150_000
    impressions = spend // 3 + mix % 997
    clicks = impressions // 50
    conversions = clicks // 20
    revenue = spend * (90 + channel * 37 % 160 + mix % 23) // 100
    return (
        f"{spend // 100}.{spend % 100:02},{impressions},{clicks},{conversions},"
        f"{revenue // 100}.{revenue % 100:02}"
    )


def row(dates, names, day, channel):
    return f"{dates[day]},{names[channel]},{figures(day, channel)}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("name")
    parser.add_argument("channels", type=int)
    parser.add_argument("days", type=int)
    parser.add_argument("--last-day", default="2026-01-04", type=datetime.date.fromisoformat)
    parser.add_argument("--order", choices=("name", "none", "channel", "random"), default="name")
    parser.add_argument("--campaigns", default=1, type=int)
    parser.add_argument("--total", default="500000")
    asked = parser.parse_args()
    os.makedirs(asked.folder, exist_ok=True)
    # Sixteen letters, about as channels are called.
    campaigns = asked.campaigns
    channels = [f"Channel {index:04} Web" for index in range(asked.channels // campaigns)]
    names, column = channels, ""
    if campaigns > 1:
        names = [f"{name},campaign {index:02}" for name in channels for index in range(campaigns)]
        column = "campaign,"
    order = list(range(len(names)))
    if asked.order == "none":
        # A step that shares no divisor with most counts visits each channel once, in no order.
        order.sort(key=lambda index: index * 7_368_787 % (asked.channels + 1))
    first = asked.last_day - datetime.timedelta(days=asked.days - 1)
    with open(os.path.join(asked.folder, f"{asked.name}.csv"), "w", newline="") as file:
        file.write(f"date,channel,{column}spend,impressions,clicks,conversions,revenue\n")
        dates = [(first + datetime.timedelta(days=day)).isoformat() for day in range(asked.days)]
        if asked.order == "channel":
            for index in order:
                file.writelines(row(dates, names, day, index) for day in range(asked.days))
        elif asked.order == "random":
            # A prime step visits each row once, far from the last.
            rows = asked.days * asked.channels
            for index in range(rows):
                day, channel = divmod(index * 2_147_483_647 % rows, asked.channels)
                file.write(row(dates, names, day, channel))
        else:
            for day in range(asked.days):
                file.writelines(row(dates, names, day, index) for index in order)
    with open(os.path.join(asked.folder, f"{asked.name}.toml"), "w") as file:
        floor = "0.02" if asked.channels <= 20 else "0"
        file.write(ACCOUNT.format(name=asked.name, total=asked.total, floor=floor))
        for name in channels:
            file.write(f'\n[[channels]]\nname = "{name}"\n')


main()
