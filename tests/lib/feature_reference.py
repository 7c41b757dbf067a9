"""Random bars and their features, worked out with numpy from the formulas of
core/features.def and TA-Lib's definitions; nothing of the project's code.

Prints for each bar "bar TS OPEN? HIGH LOW CLOSE VOLUME SESSION", then "value
NAME BAR VALUE" ("nan" where there is none).
"""
import numpy as np

rng = np.random.default_rng(20260401)
n = 700
close = 50 * np.exp(np.cumsum(rng.normal(0, 0.01, n)))
close[300:330] = close[300]  # stands still
close[500] = -3.5  # as WTI did
old = np.r_[close[0], close[:-1]]
high = np.maximum(close, old) + np.abs(close) * rng.uniform(0, 0.01, n)
low = np.minimum(close, old) - np.abs(close) * rng.uniform(0, 0.01, n)
high[300:330] = low[300:330] = close[300]
volume = np.exp(rng.uniform(0, 8, n))
volume[100:130] = 0
volume[200] = np.nan
ts = 1700000000 // 3600 * 3600 + 3600 * np.arange(n)
market_open = rng.uniform(size=n) < 0.5
session = ts // 86400
nan = np.full(n, np.nan)


def lag(x, k):
    return np.r_[np.full(k, np.nan), x[:-k]]


def over(a, b):
    with np.errstate(all="ignore"):
        return np.where(b > 0, a / b, np.nan)


def window(x, p, f):
    out = nan.copy()
    for i in range(p - 1, n):
        out[i] = f(x[i - p + 1 : i + 1])
    return out


def ema(x, p, at):
    out = nan.copy()
    out[at] = x[at - p + 1 : at + 1].mean()
    for i in range(at + 1, n):
        out[i] = out[i - 1] + (x[i] - out[i - 1]) * 2 / (p + 1)
    return out


def wilder(x, p):
    out = nan.copy()
    out[p] = x[1 : p + 1].mean()
    for i in range(p + 1, n):
        out[i] = (out[i - 1] * (p - 1) + x[i]) / p
    return out


def log_return(k):
    both = (close > 0) & (lag(close, k) > 0)
    with np.errstate(all="ignore"):
        return np.where(both, np.log(close / lag(close, k)), np.nan)


f = {}
for k in (1, 5, 10):
    f[f"return_{k}"] = over(close - lag(close, k), lag(close, k))
    f[f"log_return_{k}"] = log_return(k)
f["momentum_10"] = close - lag(close, 10)
for p in (5, 10, 20):
    f[f"volatility_{p}"] = window(f["log_return_1"], p, lambda x: x.std(ddof=1))
f["high_low_ratio"] = over(high, low)
f["volume_change"] = over(volume - lag(volume, 1), lag(volume, 1))
f["volume_momentum_10"] = volume - lag(volume, 10)
f["volume_ratio_20"] = over(volume, window(volume, 20, np.mean))
f["price_volume_trend_20"] = window(volume * f["return_1"], 20, np.sum)

change = np.r_[0, np.diff(close)]
rise, fall = wilder(np.maximum(change, 0), 14), wilder(np.maximum(-change, 0), 14)
rsi = 100 * rise / (rise + fall)
f["rsi_zone"] = np.where(np.isnan(rsi), np.nan, (rsi > 70) * 1.0 - (rsi < 30))
macd = ema(close, 12, 25) - ema(close, 26, 25)
hist = macd - ema(macd, 9, 33)
with np.errstate(all="ignore"):
    side = np.where(np.abs(hist) < 1e-12 * np.abs(close), 0, np.sign(hist))
    f["macd_cross"] = np.where(np.isnan(lag(side, 1)), np.nan, ((side > 0) & (lag(side, 1) <= 0)) * 1.0 - ((side < 0) & (lag(side, 1) >= 0)))

middle, sd = window(close, 20, np.mean), window(close, 20, np.std)
still = window(close, 20, np.ptp) == 0
sd[still] = 0
with np.errstate(all="ignore"):
    f["bollinger_position"] = np.where(still, 0.5, (close - middle + 2 * sd) / (4 * sd))
f["bollinger_width"] = over(4 * sd, middle)
f["bollinger_squeeze"] = over(f["bollinger_width"], window(f["bollinger_width"], 20, np.mean))
means = {f"sma_{p}": window(close, p, np.mean) for p in (20, 50, 100, 200)}
means |= {f"ema_{p}": ema(close, p, p - 1) for p in (12, 26, 50)}
vwap, traded, sold = nan.copy(), 0.0, 0.0
for i in range(n):
    if i == 0 or session[i] != session[i - 1]:
        traded = sold = 0.0
    traded += (high[i] + low[i] + close[i]) / 3 * volume[i]
    sold += volume[i]
    vwap[i] = traded / sold if sold > 0 else np.nan
means["vwap"] = vwap
for name, mean in means.items():
    f[f"distance_{name}"] = over(close - mean, mean)
f["hour"] = ts // 3600 % 24.0
f["weekday"] = (ts // 86400 + 3) % 7.0
f["market_open"] = market_open * 1.0

for i in range(n):
    print("bar", ts[i], int(market_open[i]), *(repr(float(x[i])) for x in (high, low, close, volume)), session[i])
for name, x in f.items():
    for i in range(n):
        print("value", name, i, repr(float(x[i])))
