"""Minutes of a file and the buckets that they make, worked out with numpy.

    resample_reference.py FILE.csv.gz

Prints "row TS OPEN HIGH LOW CLOSE VOLUME" for each minute, in order, then
"bucket MODE INTERVAL TS OPEN HIGH LOW CLOSE VOLUME ROWS PARTIAL" in modes utc
and session. Sessions are 09:30 to 16:00 in New York on weekdays; "session OPEN
CLOSE DAY" lines name them. Knows the layout of Binance's files and nothing of
the project's code.
"""
import csv
import gzip
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np

rows = {}
with gzip.open(sys.argv[1], "rt", newline="") as f:
    for r in csv.reader(f):
        if not r or not r[0].isdigit():
            continue
        t = int(r[0])
        rows[t // (1000 if t > 10**11 else 1)] = [float(x) for x in r[1:6]]
ts = np.array(sorted(rows), dtype=np.int64)
v = np.array([rows[t] for t in ts])
for t, r in zip(ts, v):
    print("row", t, *(repr(float(x)) for x in r))

ny = ZoneInfo("America/New_York")
day = datetime.fromtimestamp(int(ts[0]), timezone.utc).date() - timedelta(days=1)
last = datetime.fromtimestamp(int(ts[-1]), timezone.utc).date()
sessions = []
while day <= last:
    if day.weekday() < 5:
        at = [int(datetime(day.year, day.month, day.day, h, m, tzinfo=ny).timestamp()) for h, m in ((9, 30), (16, 0))]
        sessions.append((*at, int(datetime(day.year, day.month, day.day, tzinfo=timezone.utc).timestamp())))
        print("session", *sessions[-1])
    day += timedelta(days=1)
opens = np.array([s[0] for s in sessions])
closes = np.array([s[1] for s in sessions])
days = np.array([s[2] for s in sessions])


def buckets(mode, interval, keep, start, end, name):
    t, x = ts[keep], v[keep]
    first = np.flatnonzero(np.r_[True, start[1:] != start[:-1]])
    count = np.diff(np.r_[first, len(t)])
    volume = [sum(x[a : a + n, 4].tolist()) for a, n in zip(first, count)]
    columns = zip(
        name[first], x[first, 0], np.maximum.reduceat(x[:, 1], first), np.minimum.reduceat(x[:, 2], first),
        x[first + count - 1, 3], volume, count, end[first],
    )
    for n, o, h, l, c, q, k, e in columns:
        print("bucket", mode, interval, n, *(repr(float(y)) for y in (o, h, l, c, q)), k, int(e > ts[-1] + 60))


everything = np.full(len(ts), True)
i = np.searchsorted(closes, ts, side="right")
i = np.minimum(i, len(opens) - 1)
inside = (opens[i] <= ts) & (ts < closes[i])
i = i[inside]
for interval in (300, 900, 3600, 14400, 86400):
    start = ts // interval * interval
    buckets("utc", interval, everything, start, start + interval, start)
    if interval == 86400:
        start, end, name = opens[i], closes[i], days[i]
    else:
        name = start = opens[i] + (ts[inside] - opens[i]) // interval * interval
        end = np.minimum(start + interval, closes[i])
    buckets("session", interval, inside, start, end, name)
