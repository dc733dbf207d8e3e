"""The indicators and flags of `analyse_squad`, the way an analyst would write them with pandas.

    python indicators.py RUNS.parquet

Prints the seconds that it took, reading not counted, and those without strain's comparison with the own year. A row per athlete and day. Needs pandas and pyarrow.
"""

import math
import sys
import time

import numpy as np
import pandas as pd

SPIKE = 1.1 + 1e-9  # 1.1 itself, as it comes out of a division, is none

runs = pd.read_parquet(sys.argv[1])
start = time.perf_counter()

days = runs
athlete = days["athlete"]
load = days.groupby("athlete", sort=False)["load"]
km = days.groupby("athlete", sort=False)["distance_km"]


def flat(series):
    """A result of a grouped window, in the order of the rows."""
    return series.reset_index(level=0, drop=True)


def delayed(values, by):
    return values.groupby(athlete, sort=False).shift(by)


def ewm(alpha, adjust=False):
    return flat(load.ewm(alpha=alpha, adjust=adjust).mean())


def longest(values, window, by):
    rolled = values.groupby(athlete, sort=False).rolling(window, min_periods=1).max()
    return delayed(flat(rolled), by)


out = pd.DataFrame(index=days.index)

# Breaks: 14 days or more without a run, and 28 days from the first run after them.
day = days.groupby("athlete", sort=False).cumcount()
is_run = days["distance_km"] > 0
run = is_run.groupby(athlete, sort=False).cumsum()
rest_days = day - day.where(is_run).groupby(athlete, sort=False).ffill()
is_back = is_run & (delayed(rest_days, 1) >= 14) & (run > 1)
since_back = day - day.where(is_back).groupby(athlete, sort=False).ffill()
returning = ((run > 0) & (rest_days >= 14)) | (since_back < 28)
out["state"] = np.select([returning, day < 30], ["returning", "provisional"], "steady")


def ratio(above, below):
    return (above / below).where(~returning & (below > 0))


out["acute"] = flat(load.rolling(7).mean())
out["chronic"] = flat(load.rolling(28).mean())
out["ratio_coupled"] = ratio(out["acute"], out["chronic"])
out["ratio_uncoupled"] = ratio(out["acute"], delayed(flat(load.rolling(21).mean()), 7))
out["acute_ewma"] = ewm(2 / 8)
out["chronic_ewma"] = ewm(2 / 29)
out["ratio_ewma"] = ratio(out["acute_ewma"], out["chronic_ewma"])
out["redi"] = ewm(1 - math.exp(-0.1), adjust=True)
out["ratio_redi"] = ratio(ewm(1 - math.exp(-1 / 7), adjust=True), ewm(1 - math.exp(-1 / 28), adjust=True))
out["monotony"] = (out["acute"] / flat(load.rolling(7).std(ddof=0))).clip(upper=10)
out["strain"] = out["acute"] * 7 * out["monotony"]
out["fitness"] = ewm(1 - math.exp(-1 / 42))
out["fatigue"] = ewm(1 - math.exp(-1 / 7))
out["form"] = delayed(out["fitness"] - out["fatigue"], 1)
run_km = days["distance_km"].where(is_run)
out["longest_30d_km"] = longest(run_km, 30, 1)
out["line_km"] = 1.1 * out["longest_30d_km"]
spike = days["distance_km"] / out["longest_30d_km"]
# A spike, or the first run in 30 days of record, lifts the careful line 14 days later.
waits = (spike > SPIKE) | (out["longest_30d_km"].isna() & (day >= 30))
ordinary = longest(run_km.where(~waits), 30, 1)
waited = longest(run_km.where(waits), 17, 14)
out["line_careful_km"] = 1.1 * np.fmax(ordinary, waited)
out["week_km"] = flat(km.rolling(7).sum())
out["ramp_pct"] = 100 * ratio(out["week_km"], delayed(out["week_km"], 7)) - 100
out["ramp_3w_pct"] = 100 * ratio(out["week_km"], delayed(flat(km.rolling(21).sum()), 7) / 3) - 100

out["session_spike"] = np.select([spike > 2, spike > 1.3, spike > SPIKE], [3, 2, 1], 0)
out["weekly_ramp"] = (out["ramp_pct"] > 30) & (out["ramp_3w_pct"] > 30)
out["load_ratio"] = (out["ratio_coupled"] > 1.3) | (out["ratio_coupled"] < 0.8)
out["monotony_flag"] = np.select([out["monotony"] > 2, out["monotony"] > 1.5], [2, 1], 0)
before_year = time.perf_counter()
year = out["strain"].groupby(athlete, sort=False).rolling(365, min_periods=56).quantile(0.9)
out["strain_flag"] = out["strain"] > delayed(flat(year), 1)

end = time.perf_counter()
print(end - start, before_year - start)
