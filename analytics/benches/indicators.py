"""The indicators and flags of `analyse_squad`, the way an analyst would write them with pandas.

    python indicators.py RUNS.parquet

Prints the seconds that it took, reading not counted. The careful line and the states, which need a loop over the runs of
each athlete, are left out. Needs pandas and pyarrow.
"""

import math
import sys
import time

import numpy as np
import pandas as pd

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


out = pd.DataFrame(index=days.index)
out["acute"] = flat(load.rolling(7).mean())
out["chronic"] = flat(load.rolling(28).mean())
out["ratio_coupled"] = out["acute"] / out["chronic"]
out["ratio_uncoupled"] = out["acute"] / delayed(flat(load.rolling(21).mean()), 7)
out["acute_ewma"] = ewm(2 / 8)
out["chronic_ewma"] = ewm(2 / 29)
out["ratio_ewma"] = out["acute_ewma"] / out["chronic_ewma"]
out["redi"] = ewm(1 - math.exp(-0.1), adjust=True)
out["ratio_redi"] = ewm(1 - math.exp(-1 / 7), adjust=True) / ewm(1 - math.exp(-1 / 28), adjust=True)
out["monotony"] = (out["acute"] / flat(load.rolling(7).std(ddof=0))).clip(upper=10)
out["strain"] = out["acute"] * 7 * out["monotony"]
out["fitness"] = ewm(1 - math.exp(-1 / 42))
out["fatigue"] = ewm(1 - math.exp(-1 / 7))
out["form"] = delayed(out["fitness"] - out["fatigue"], 1)
out["longest_30d_km"] = delayed(flat(km.rolling(30, min_periods=1).max()), 1)
out["line_km"] = 1.1 * out["longest_30d_km"]
out["week_km"] = flat(km.rolling(7).sum())
out["ramp_pct"] = 100 * (out["week_km"] / delayed(out["week_km"], 7) - 1)
out["ramp_3w_pct"] = 100 * (out["week_km"] / (delayed(flat(km.rolling(21).sum()), 7) / 3) - 1)

spike = days["distance_km"] / out["longest_30d_km"]
out["session_spike"] = np.select([spike > 2, spike > 1.3, spike > 1.1], [3, 2, 1], 0)
out["weekly_ramp"] = (out["ramp_pct"] > 30) & (out["ramp_3w_pct"] > 30)
out["load_ratio"] = (out["ratio_coupled"] > 1.3) | (out["ratio_coupled"] < 0.8)
out["monotony_flag"] = np.select([out["monotony"] > 2, out["monotony"] > 1.5], [2, 1], 0)

print(time.perf_counter() - start)
