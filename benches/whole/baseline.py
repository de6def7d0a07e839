#!/usr/bin/env python3
"""What the same work costs a plain script, to compare with: baseline.py KIND CSV OUTPUT

    stdlib   csv module, each cell checked, into an SQLite table by day and channel
    pandas   pandas.read_csv in pieces, into such a table by DataFrame.to_sql
    weekly   pandas: two years of days to weeks, a regression for each channel by scikit-learn,
             budgets by return on investment within a cap, written as a CSV

The first two check far less than budgetd does (no doubles told with their lines, no exact money, no
copy archived), and none of the three signs or syncs anything of its own accord.
"""

import csv
import datetime
import os
import sqlite3
import sys

TABLE = """CREATE TABLE facts (date TEXT, channel TEXT, spend REAL, impressions INTEGER,
    clicks INTEGER, conversions REAL, revenue REAL, PRIMARY KEY (date, channel)) WITHOUT ROWID"""


def empty(output):
    if os.path.exists(output):
        os.remove(output)
    connection = sqlite3.connect(output)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = full")
    connection.execute(TABLE)
    return connection


def checked(row):
    date, channel, spend, impressions, clicks, conversions, revenue = row
    datetime.date.fromisoformat(date)
    return (date, channel, float(spend), int(impressions), int(clicks), float(conversions), float(revenue))


def stdlib(path, output):
    connection = empty(output)
    with open(path, newline="") as file, connection:
        rows = csv.reader(file)
        next(rows)
        connection.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?)", map(checked, rows))
    connection.close()


def pandas_to_sql(path, output):
    import pandas

    connection = empty(output)
    for piece in pandas.read_csv(path, chunksize=100_000):
        piece.to_sql("facts", connection, if_exists="append", index=False)
    connection.commit()
    connection.close()


def weekly(path, output):
    import pandas
    from sklearn.linear_model import LinearRegression

    days = pandas.read_csv(path, parse_dates=["date"])
    days["week"] = days["date"].dt.to_period("W-SUN").dt.start_time
    weeks = days.groupby(["channel", "week"])[["spend", "revenue"]].sum().reset_index()
    budgets = {}
    for channel, rows in weeks.groupby("channel"):
        later = rows["revenue"].shift(-1) + rows["revenue"].shift(-2)
        known = later.notna() & rows["spend"].shift(1).notna()
        inputs = pandas.concat([rows["spend"], rows["spend"].shift(1), rows["revenue"]], axis=1)
        LinearRegression().fit(inputs[known].to_numpy(), later[known].to_numpy())
        recent = rows.tail(8)
        budgets[channel] = max(recent["revenue"].sum() / recent["spend"].sum() - 1, 0)
    total = sum(budgets.values())
    shares = {channel: min(roi / total, 0.4) for channel, roi in budgets.items()}
    with open(output, "w", newline="") as file:
        csv.writer(file).writerows((channel, share * 500_000) for channel, share in shares.items())


{"stdlib": stdlib, "pandas": pandas_to_sql, "weekly": weekly}[sys.argv[1]](sys.argv[2], sys.argv[3])
