#!/usr/bin/env python3
"""Splits a daily CSV into one file for each day, as a daily export drops them: by_day.py CSV FOLDER"""

import itertools
import os
import sys

with open(sys.argv[1]) as file:
    header = file.readline()
    for day, rows in itertools.groupby(file, lambda row: row.split(",", 1)[0]):
        with open(os.path.join(sys.argv[2], f"daily-{day}.csv"), "w") as one:
            one.write(header)
            one.writelines(rows)
