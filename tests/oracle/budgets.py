"""The arithmetic of a decision once more, in exact fractions: what budgetd must publish.

Written from the design's words alone, without its code: it shares no line and no intermediate
rounding with budgetd. Given a long CSV whose rows have all arrived, it decides week after week as a
run at 06:00 and, where that waits, one at 18:00 would, with the shipped rules and without vetoes.

    python3 budgets.py FILE CHANNEL_COLUMN TOTAL missing|zero FIRST_WEEK LAST_WEEK

Prints `week,outcome,channel,budget` in whole units of the currency, channels by name; a week that
waits has one line without them.
"""

import csv
import sys
from datetime import date, timedelta
from fractions import Fraction
from math import floor

LOOKBACK_WEEKS = 8
CAP, FLOOR = Fraction(40, 100), Fraction(2, 100)
ADJUST, CHANGE_MAX, QUIET = Fraction(1, 2), Fraction(30, 100), Fraction(1, 100)


def days_of(week):
    return [week + timedelta(days=number) for number in range(7)]


def share_out(total, weights, low, high):
    """Water-filling: weight x lambda within the bounds, with the one lambda that uses the total."""

    def at(rate):
        return {name: min(max(weights[name] * rate, low[name]), high[name]) for name in weights}

    assert sum(low.values()) <= total <= sum(high.values())
    # Between two of these rates the sum is linear in the rate.
    bounds = (low, high)
    kinks = {side[name] / weights[name] for side in bounds for name in weights if weights[name]}
    before = Fraction(0)
    for rate in sorted(kinks):
        if sum(at(rate).values()) >= total:
            moving = sum(w for n, w in weights.items() if low[n] <= w * before and w * rate <= high[n])
            missing = total - sum(at(before).values())
            return at(before + missing / moving) if missing else at(before)
        before = rate
    raise AssertionError("the weights can't take the total")


def scaled(amounts, total):
    sum_ = sum(amounts.values())
    return {name: amount * total / sum_ for name, amount in amounts.items()} if sum_ else None


def evidence(facts, names, week, measure):
    """The newest week counts LOOKBACK_WEEKS times, the oldest once."""
    sums = dict.fromkeys(names, Fraction(0))
    for age in range(1, LOOKBACK_WEEKS + 1):
        for day in days_of(week - timedelta(weeks=age)):
            for name in names:
                if (day, name) in facts:
                    sums[name] += facts[day, name][measure] * (LOOKBACK_WEEKS + 1 - age)
    return sums


def target(total, names, weights, reference):
    eligible = [name for name in names if weights[name]]
    cap, least = CAP * total, FLOOR * total
    rest = total - cap * len(eligible)
    others = [name for name in names if name not in eligible]
    if rest <= least * len(others):
        flat = dict.fromkeys(names)
        return share_out(total, weights, {n: least for n in flat}, {n: cap for n in flat})
    amounts = dict.fromkeys(eligible, cap)
    by = {name: (reference or {}).get(name, Fraction(0)) for name in others}
    if not any(by.values()):
        by = dict.fromkeys(others, Fraction(1))
    bounds = dict.fromkeys(others, least), dict.fromkeys(others, cap)
    return amounts | share_out(rest, by, *bounds)


def paced(total, names, aim, reference):
    cap, least = CAP * total, FLOOR * total
    moved = {n: reference[n] + ADJUST * (aim[n] - reference[n]) for n in names}
    low, high = dict.fromkeys(names, least), dict.fromkeys(names, cap)
    near, far = dict(low), dict(high)
    for name in names:
        if reference[name]:
            near[name] = min(max(reference[name] * (1 - CHANGE_MAX), least), cap)
            far[name] = max(min(reference[name] * (1 + CHANGE_MAX), cap), least)
    if sum(near.values()) <= total <= sum(far.values()):
        low, high = near, far
    return share_out(total, moved, low, high)


def is_quiet(total, names, proposal, reference, weights):
    moves = sum(abs(proposal[name] - reference[name]) for name in names) / 2
    within = all(
        reference[name] - CAP * total < 1 and FLOOR * total - reference[name] < 1 for name in names
    )
    stays = all(weights[n] or reference[n] - proposal[n] <= total / 1000 for n in names)
    return moves < QUIET * total and within and stays


def held(total, names, reference):
    """The reference clamped to the caps, the excess in proportion to the reference."""
    if reference is None:
        return dict.fromkeys(names, total / len(names))
    none, cap = dict.fromkeys(names, Fraction(0)), dict.fromkeys(names, CAP * total)
    return share_out(total, reference, none, cap)


def rounded(total, amounts):
    units = {name: floor(amount) for name, amount in amounts.items()}
    spare = int(total) - sum(units.values())
    open_ = [name for name in units if units[name] + 1 <= CAP * total]
    for name in sorted(open_, key=lambda name: (units[name] - amounts[name], name))[:spare]:
        units[name] += 1
    return units


def propose(facts, names, week, total, reference):
    spend, revenue = (evidence(facts, names, week, measure) for measure in (0, 1))
    weights = {
        name: Fraction(floor((revenue[name] - spend[name]) / spend[name] * 10**12))
        if spend[name] and revenue[name] > spend[name]
        else Fraction(0)
        for name in names
    }
    if not any(weights.values()):
        return None
    aim = target(total, names, weights, reference)
    if reference is None:
        return aim
    proposal = paced(total, names, aim, reference)
    return reference if is_quiet(total, names, proposal, reference, weights) else proposal


def is_complete(facts, names, week, absent_days):
    """Whether the last full week before `week` may be decided on; every row has arrived."""
    last_row = max(day for day, _ in facts)
    return all(
        (day, name) in facts or (absent_days == "zero" and day <= last_row)
        for day in days_of(week - timedelta(weeks=1))
        for name in names
    )


def run(path, column, total, absent_days, first, last):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    facts = {
        (date.fromisoformat(row["date"]), row[column]): (
            Fraction(row["spend"]),
            Fraction(row["revenue"]),
        )
        for row in rows
    }
    names = sorted({name for _, name in facts})
    published = None
    week = first
    while week <= last:
        reference = published
        if published is None:
            spent = dict.fromkeys(names, Fraction(0))
            for day in days_of(week - timedelta(weeks=1)):
                for name in names:
                    spent[name] += facts.get((day, name), (Fraction(0), None))[0]
            reference = scaled(spent, total)
        complete = is_complete(facts, names, week, absent_days)
        if not complete and published is None:
            print(f"{week},waits,,")
        else:
            proposal = propose(facts, names, week, total, reference) if complete else None
            outcome = "decided" if proposal else "held"
            budgets = rounded(total, proposal or held(total, names, reference))
            for name in names:
                print(f"{week},{outcome},{name},{budgets[name]}")
            published = {name: Fraction(budget) for name, budget in budgets.items()}
        week += timedelta(weeks=1)


if __name__ == "__main__":
    path, column, total, absent_days, first, last = sys.argv[1:]
    run(path, column, Fraction(total), absent_days, date.fromisoformat(first), date.fromisoformat(last))
