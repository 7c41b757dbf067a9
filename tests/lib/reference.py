"""What must be stored of the reference data, worked out anew from the files.

    reference.py FOLDER NOW < bars.csv

bars.csv is what is stored: symbol,day,open,high,low,close,volume. NOW is the
clock (ISO 8601). Prints one line for each file: symbol, rows that must be
stored, rows that must be refused, and how the stored ones differ ("same", or
the first difference). Knows the formats of the files and the rules of a valid
row, nothing of the project's code.
"""
import csv
import json
import math
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

folder, now = sys.argv[1], datetime.fromisoformat(sys.argv[2].replace("Z", "+00:00"))


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return math.nan


def csv_rows(name, volume="Volume"):
    with open(f"{folder}/{name}", newline="", encoding="utf-8-sig") as f:
        for r in csv.DictReader(f):
            r = {k.lower(): v for k, v in r.items()}
            yield (r["date"][:10], [number(r[c]) for c in ("open", "high", "low", "close", volume.lower())])


def value_rows(name):
    with open(f"{folder}/{name}", newline="", encoding="utf-8-sig") as f:
        for r in csv.DictReader(f):
            v = number(r["Price"])
            yield (r["Date"], [v, v, v, v, math.nan])


def mstr_rows():
    with open(f"{folder}/daily/MSTR_splitadjusted_2020_2026.json", encoding="utf-8") as f:
        for r in json.load(f)["prices"]:
            if "time" not in r:
                yield (r["date"], [number(r[c]) for c in ("open", "high", "low", "close", "volume")])


def mnav_rows():
    with open(f"{folder}/daily/mstr_daily_mnav.csv", newline="", encoding="utf-8") as f:
        for r in csv.DictReader(f):
            v = number(r["mnav"])
            yield (r["date"], [v, v, v, v, math.nan])


def valid(symbol, v):
    prices = v[:4]
    if any(math.isnan(p) or math.isinf(p) for p in prices):
        return False
    if symbol != "WTI" and min(prices) <= 0:
        return False
    return not v[4] < 0 and v[1] >= max(v[0], v[3]) and v[2] <= min(v[0], v[3])


def whole_day(day):
    """A crypto day is over at midnight UTC."""
    return datetime.fromisoformat(day).replace(tzinfo=timezone.utc) + timedelta(days=1)


def session_end(zone, hour):
    def end(day):
        return datetime.fromisoformat(day).replace(hour=hour, tzinfo=ZoneInfo(zone))
    return end


def published(day):
    return datetime.fromisoformat(day).replace(tzinfo=timezone.utc)


nyse, bist = session_end("America/New_York", 16), session_end("Europe/Istanbul", 18)
sources = [
    ("BTC-USD", csv_rows("daily/BTC-USD_bitstamp_cryptodatadownload.csv", "Volume BTC"), whole_day),
    ("ETH-USD", csv_rows("daily/ETH-USD_stooq.csv"), whole_day),
    ("MSTR", mstr_rows(), nyse),
    ("AAPL", csv_rows("daily/AAPL_yahoo.csv"), nyse),
    ("MSFT", csv_rows("daily/MSFT_yahoo.csv"), nyse),
    ("THYAO.IS", csv_rows("daily/THYAO.IS_yfinance.csv"), bist),
    ("MNAV", mnav_rows(), published),
    ("WTI", value_rows("energy/wti-daily.csv"), published),
    ("BRENT", value_rows("energy/brent-daily.csv"), published),
    ("HENRY-HUB", value_rows("energy/henry-hub-daily.csv"), published),
]

stored = {}
for symbol, day, *values in csv.reader(sys.stdin):
    stored.setdefault(symbol, {})[day] = [number(v) for v in values]


def equal(symbol, x, y):
    if math.isnan(x) or math.isnan(y):
        return math.isnan(x) and math.isnan(y)
    return abs(x - y) <= 5.0001e-5 if symbol == "MNAV" else x == y


def difference(symbol, wanted):
    got = stored.get(symbol, {})
    for day in sorted(set(wanted) | set(got)):
        if day not in got:
            return f"{day} is missing"
        if day not in wanted:
            return f"{day} is too many"
        if not all(equal(symbol, x, y) for x, y in zip(wanted[day], got[day])):
            return f"{day} is {got[day]}, not {wanted[day]}"
    return "same"


for symbol, rows, end in sources:
    good, refused = {}, 0
    for day, values in rows:
        if end(day) > now:
            continue
        if valid(symbol, values):
            good[day] = values
        else:
            refused += 1
    print(symbol, len(good), refused, difference(symbol, good))
