"""Every indicator of `plimsoll analyze` against the same definitions computed here, on random histories with gaps.

    python compare_indicators.py PLIMSOLL [HISTORIES]

The definitions are written out in numpy, day by day and without regard to speed; where a day is wholly known, the three
ratios are compared with the package acwr as well. Ends with an error at the first difference above 1e-9 (relative) or where one says a
value and the other does not. Needs numpy, pandas and acwr.

Where acwr is right: its EWMA (adjust=False, λ = 2/(N + 1), begun with the first day) and, on a daily series without
unknown days, its coupled and uncoupled rolling means are ours. The R package ACWR is not a reference for rolling means:
it averages over sessions, not days, and its uncoupled form divides 15 days by 21 from the fifth week on (1.40 for a constant load, where
only 1.00 can be right); the tests of the analytics crate hold ours to 1.
"""

import csv
import datetime as dt
import io
import json
import math
import subprocess
import sys

import acwr
import numpy as np
import pandas as pd

PLIMSOLL = sys.argv[1]
HISTORIES = int(sys.argv[2]) if len(sys.argv) > 2 else 60
FIRST = dt.date(2024, 1, 1)
NAN = math.nan


def history(random):
    """Rows (day, km, load) of one athlete; None is a value left empty."""
    days = int(random.integers(5, 160))
    has_load, gaps, rest = random.random() < 0.6, random.choice([0.0, 0.0, 0.03, 0.15]), random.choice([0.2, 0.5, 0.9])
    # A stretch in which nothing is said, or only that there was no run.
    silence, is_unknown = sorted(random.integers(1, days, 2)), random.random() < 0.5
    has_silence = random.random() < 0.3
    rows = []
    for day in range(days):
        if has_silence and silence[0] <= day < min(silence[1], days - 1):
            if is_unknown and random.random() < 0.9:
                rows.append((day, None, None))
            continue
        if 0 < day < days - 1 and random.random() < rest:
            if random.random() < 0.3:
                # A rest may be stated in either column, whatever the runs are stated in.
                rows.append((day, *[(0.0, 0.0), (0.0, None), (None, 0.0)][int(random.integers(3))]))
            continue
        for _ in range(1 + (random.random() < 0.1)):
            km = round(float(random.gamma(4, 2.5)), 2)
            load = round(km * float(random.uniform(4, 8)), 1) if has_load else None
            gap = random.random()
            if gap < gaps / 3:
                km = None
            elif gap < 2 * gaps / 3:
                load = None
            elif gap < gaps:
                km = load = None
            rows.append((day, km, load))
    return rows


class Athlete:
    """The days of one athlete, and every indicator by its definition."""

    def __init__(self, rows, days):
        first = rows[0][0]
        self.first, self.days = first, days - first
        self.km, self.load = np.zeros(self.days), np.zeros(self.days)
        self.ran, self.unknown, self.runs = [False] * self.days, [False] * self.days, []
        trainings = []
        for day, km, load in rows:
            at = day - first
            if km is None and load is None:
                self.unknown[at] = True
                continue
            is_rest = (km or 0) < 0.001 and not load
            if not is_rest:
                trainings.append((km, load))
            # A stated rest is zero in the column that it leaves empty.
            blank = 0.0 if is_rest else NAN
            self.km[at] += blank if km is None else km
            self.load[at] += blank if load is None else load
            if (km is None and load > 0) or (km is not None and km >= 0.001):
                self.ran[at] = True
            if km is not None and km >= 0.001:
                self.runs.append((at, km))
        for at, unknown in enumerate(self.unknown):
            if unknown:
                self.km[at] = self.load[at] = NAN
        # What no training is stated in is not recorded, unless there is nothing but rest.
        stated = trainings or [(km, load) for _, km, load in rows]
        self.has_km = any(km is not None for km, _ in stated)
        self.has_load = any(load is not None for _, load in stated)
        self.x = self.load if self.has_load else self.km
        self.returning = self.returns()
        self.classes = self.weigh()

    def returns(self):
        """Whether a break of 14 known days, or 28 days from the first run after one, holds.

        Unknown days are passed over, up to a fifth of the stretch (of 14 days at least); one more begins it anew.
        """
        last, rest, unknown, back, result = None, 0, 0, None, []
        for at in range(self.days):
            if self.ran[at]:
                if last is not None and rest >= 14:
                    back = at
                last, rest, unknown = at, 0, 0
            elif self.unknown[at]:
                unknown += 1
                if unknown > 0.2 * max(rest + unknown, 14):
                    rest = unknown = 0
            else:
                rest += 1
            away = last is not None and not self.ran[at] and rest >= 14
            result.append(away or (back is not None and at - back < 28))
        return result

    def weigh(self):
        """(day, km, whether it waits 14 days before it lifts the careful line) of each run."""
        result = []
        for place, (at, km) in enumerate(self.runs):
            before = [other for day, other in self.runs[:place] if at - 30 <= day]
            # With nothing in the 30 days before: in a younger record it is all there is.
            result.append((at, km, km / max(before) > 1.1 * (1 + 1e-9) if before else at >= 30))
        return result

    def known_from(self, values):
        return next((at for at, value in enumerate(values) if not math.isnan(value)), self.days)

    def mean(self, values, at, days, skip=0):
        """Over the known days of a window, when at most a fifth of it is unknown and the record is long enough."""
        if at + 1 - self.known_from(values) < days + skip:
            return NAN
        window = values[at + 1 - skip - days : at + 1 - skip]
        unknown = int(np.isnan(window).sum())
        return NAN if unknown > 0.2 * days else float(np.nanmean(window))

    def total(self, values, at, days, skip=0):
        if at + 1 - self.known_from(values) < days + skip:
            return NAN
        return float(np.sum(values[at + 1 - skip - days : at + 1 - skip]))

    def average(self, values, at, weight, seed=None):
        state = NAN if seed is None else seed
        for value in values[: at + 1]:
            if not math.isnan(value):
                state = value if math.isnan(state) else weight * value + (1 - weight) * state
        return state

    def is_sparse(self, at, days):
        """Whether more than a fifth of the last days is unknown; those before the record are not counted."""
        window = self.x[max(self.known_from(self.x), at + 1 - days) : at + 1]
        return int(np.isnan(window).sum()) > 0.2 * days

    def redi(self, at, decay):
        ages = range(at + 1 - self.known_from(self.x))
        known = [(math.exp(-decay * age), self.x[at - age]) for age in ages if not math.isnan(self.x[at - age])]
        weight = sum(w for w, _ in known)
        # At least a fifth of the weight of all days of the record.
        if not known or weight < 0.2 * sum(math.exp(-decay * age) for age in ages):
            return NAN
        return sum(w * x for w, x in known) / weight

    def state(self, at):
        if self.returning[at]:
            return "returning"
        return "provisional" if at < 30 or sum(self.unknown[at - 30 : at]) > 6 else "steady"

    def indicators(self, at):
        x, km = self.x, self.km
        record = at + 1 - self.known_from(x)
        back = self.returning[at]
        said = lambda value, days: value if record >= days else NAN
        ratio = lambda a, b: NAN if back or not b > 0 else a / b
        acute, chronic, before = self.mean(x, at, 7), self.mean(x, at, 28), self.mean(x, at, 21, 7)
        ewma = [NAN if self.is_sparse(at, days) else said(self.average(x, at, 2 / (days + 1)), 1) for days in (7, 28)]
        redi = [said(self.redi(at, decay), 28) for decay in (1 / 7, 1 / 28)]
        week = x[at - 6 : at + 1] if record >= 7 else np.array([NAN])
        spread = float(np.std(week))
        load_week = float(np.sum(week))
        if math.isnan(load_week) or load_week <= 0:
            monotony = NAN
        else:
            monotony = min(10.0, load_week / 7 / spread) if spread > 0 else 10.0
        fitness, fatigue = (self.average(x, at, 1 - math.exp(-1 / days), 0.0) for days in (42, 7))
        form = [self.average(x, at - 1, 1 - math.exp(-1 / days), 0.0) if at else 0.0 for days in (42, 7)]
        sparse = {(days, back): self.is_sparse(at - back, days) for days in (42, 7) for back in (0, 1)}
        longest = max((km for day, km in self.runs if at - 30 <= day < at), default=NAN)
        counts = lambda day, waits: at - 30 <= day < at and not (waits and at - day < 14)
        careful = max((km for day, km, waits in self.classes if counts(day, waits)), default=NAN)
        week_km, before_km, three = self.total(km, at, 7), self.total(km, at, 7, 7), 7 * self.mean(km, at, 21, 7)
        ramp = lambda base: NAN if back or not base > 0 else 100 * (week_km - base) / base
        recorded = lambda value: value if self.has_km else NAN
        return {
            "distance_km": recorded(km[at]),
            "load": self.load[at] if self.has_load else NAN,
            "acute": acute,
            "chronic": chronic,
            "ratio_coupled": ratio(acute, chronic),
            "ratio_uncoupled": ratio(acute, before),
            "acute_ewma": ewma[0],
            "chronic_ewma": ewma[1],
            "ratio_ewma": NAN if math.isnan(chronic) else ratio(*ewma),
            "redi": said(self.redi(at, 0.1), 7),
            "ratio_redi": ratio(*redi),
            "monotony": monotony,
            "strain": load_week * monotony,
            "fitness": NAN if sparse[42, 0] else said(fitness, 42),
            "fatigue": NAN if sparse[7, 0] else said(fatigue, 7),
            "form": NAN if sparse[42, 1] or sparse[7, 1] else said(form[0] - form[1], 42),
            "longest_30d_km": longest,
            "line_km": 1.1 * longest,
            "line_careful_km": 1.1 * careful,
            "week_km": recorded(week_km),
            "ramp_pct": ramp(before_km),
            "ramp_3w_pct": ramp(three),
        }


def differs(found, expected):
    if (found is None) != math.isnan(expected):
        return True
    return found is not None and abs(found - expected) > 1e-9 * max(1.0, abs(expected))


def main():
    random = np.random.default_rng(20261127)
    histories = [history(random) for _ in range(HISTORIES)]
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["athlete", "date", "distance_km", "load"])
    for name, rows in enumerate(histories):
        for day, km, load in rows:
            empty = lambda value: "" if value is None else value
            writer.writerow([name, FIRST + dt.timedelta(days=day), empty(km), empty(load)])
    last = max(rows[-1][0] for rows in histories)
    command = [PLIMSOLL, "analyze", "-", "--json", "--as-of", str(FIRST + dt.timedelta(days=last))]
    output = subprocess.run(command, input=table.getvalue(), capture_output=True, text=True, check=True).stdout
    found = {}
    for line in output.splitlines():
        day = json.loads(line)
        if day["type"] == "day":
            at = (dt.date.fromisoformat(day["date"]) - FIRST).days
            found[int(day["athlete"]), at] = day

    values = by_package = 0
    for name, rows in enumerate(histories):
        athlete = Athlete(rows, last + 1)
        if not (athlete.has_km or athlete.has_load):
            continue
        for at in range(athlete.days):
            day = found.pop((name, athlete.first + at))
            values += 1
            if day["state"] != athlete.state(at):
                sys.exit(f"athlete {name}, day {at}: {day['state']}, expected {athlete.state(at)}")
            for indicator, expected in athlete.indicators(at).items():
                values += 1
                if differs(day[indicator], expected):
                    sys.exit(f"athlete {name}, day {at}: {indicator} is {day[indicator]}, expected {expected}")
        if not np.isnan(athlete.x).any():
            series = pd.Series(athlete.x, pd.date_range("2024-01-01", periods=athlete.days))
            for method, indicator in [("ewma", "ratio_ewma"), ("rac", "ratio_coupled"), ("rau", "ratio_uncoupled")]:
                for at, expected in enumerate(acwr.acwr(series, method=method)):
                    ours = athlete.indicators(at)[indicator]
                    if not (math.isnan(expected) or math.isnan(ours) or math.isinf(expected)):
                        by_package += 1
                        if differs(ours, expected):
                            sys.exit(f"athlete {name}, day {at}: acwr's {method} is {expected}, ours {ours}")
    if found:
        sys.exit(f"{len(found)} days that are not expected, such as {next(iter(found))}")
    if not by_package:
        sys.exit("no day to compare with acwr")
    print(f"{values} values of {HISTORIES} histories agree to 1e-9; {by_package} ratios agree with acwr {acwr.__version__}")


main()
