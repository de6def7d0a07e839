#!/usr/bin/env python3
"""Drops many small files at once into the inbox of a working folder.

    burst.py FOLDER FILES CHANNELS [--last-day 2026-01-04]

FOLDER/inbox gets FILES files of one day each, with a row for each channel, as long_csv.py names
them: file after file one day further back, so that each brings new rows.
"""

import argparse
import datetime
import os


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("files", type=int)
    parser.add_argument("channels", type=int)
    parser.add_argument("--last-day", default="2026-01-04", type=datetime.date.fromisoformat)
    asked = parser.parse_args()
    for number in range(asked.files):
        day = asked.last_day - datetime.timedelta(days=number)
        rows = "".join(
            f"{day},Channel {channel:04} Web,{1000 + channel}.{number % 100:02},"
            f"{90_000 + number % 997},{900 + channel},{40 + channel},{3000 + channel}.50\n"
            for channel in range(asked.channels)
        )
        path = os.path.join(asked.folder, "inbox", f"{day}.csv")
        with open(path, "w", newline="") as file:
            file.write("date,channel,spend,impressions,clicks,conversions,revenue\n" + rows)


main()
