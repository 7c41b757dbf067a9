#!/usr/bin/env python3
"""Gaps of files, counted from the files themselves.

  gap_reference.py minutes FILE...           gaps of bars around the clock
  gap_reference.py sessions FILE OTHER       days of OTHER's that FILE lacks
  gap_reference.py cut IN OUT [FROM TO]...   a copy without these minutes
  gap_reference.py whole IN OUT              a copy whose gaps are filled
  gap_reference.py slice IN FROM TO          the rows of these minutes, as CSV
  gap_reference.py json < ANSWER             of `quotemill gaps --json`, or of
                                             the API, as the first two print

A gap is printed as FROM TO BARS: the opening times of its first and last bar,
both inclusive, and how many there are.
"""
import csv
import datetime
import gzip
import json
import sys

UTC = datetime.timezone.utc


def text_of(ts):
    return datetime.datetime.fromtimestamp(ts, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ts_of(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def rows_of(path):
    """Rows [ms, open, high, low, close, volume] of a file of minutes."""
    with gzip.open(path, "rt") as f:
        if path.endswith(".json.gz"):
            return json.load(f)
        return [[int(r["open_time"])] for r in csv.DictReader(f)]


def show(missing, step):
    """Runs of missing items, each printed as one gap; step says what follows."""
    run = []
    for ts in missing:
        if run and step(run[-1]) != ts:
            print(text_of(run[0]), text_of(run[-1]), len(run))
            run = []
        run.append(ts)
    if run:
        print(text_of(run[0]), text_of(run[-1]), len(run))


def minutes(*paths):
    have = {r[0] // 1000 for path in paths for r in rows_of(path)}
    show([ts for ts in range(min(have), max(have), 60) if ts not in have], lambda ts: ts + 60)


def days_of(path):
    with open(path, newline="") as f:
        return sorted(ts_of(r["Date"] + "T00:00:00Z") for r in csv.DictReader(f))


def sessions(path, other):
    have, open_days = days_of(path), days_of(other)
    expected = [day for day in open_days if have[0] <= day <= have[-1]]
    after = dict(zip(expected, expected[1:]))
    show([day for day in expected if day not in set(have)], after.get)


def save(path, rows):
    with gzip.open(path, "wt", compresslevel=1) as f:
        json.dump(rows, f)


def cut(source, target, *ranges):
    ends = [(ts_of(a), ts_of(b)) for a, b in zip(ranges[::2], ranges[1::2])]
    save(target, [r for r in rows_of(source) if not any(a <= r[0] // 1000 <= b for a, b in ends)])


def whole(source, target):
    rows, out = rows_of(source), []
    for row in rows:
        while out and out[-1][0] + 60000 < row[0]:
            out.append([out[-1][0] + 60000, 2, 4, 1, 3, 5])
        out.append(row)
    save(target, out)


def cut_rows(source, first, last):
    for r in rows_of(source):
        if ts_of(first) <= r[0] // 1000 <= ts_of(last):
            print(text_of(r[0] // 1000), *(repr(float(v)) for v in r[1:6]), sep=",")


def answer():
    body = json.load(sys.stdin)
    for gap in body["gaps"] if isinstance(body, dict) else body:
        print(gap["from"], gap["to"], gap["bars"])


{"minutes": minutes, "sessions": sessions, "cut": cut, "whole": whole, "slice": cut_rows,
 "json": answer}[sys.argv[1]](*sys.argv[2:])
