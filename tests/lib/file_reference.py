"""file_reference.py FOLDER QUOTEMILL parse|import: every file of prices of the
folder as Python's own readers see it, row by row against what `quotemill
parse` reads, or against what is stored after `quotemill import`. Prints TAP."""
import csv, datetime, decimal, gzip, json, os, subprocess, sys, zoneinfo

folder, quotemill, what = sys.argv[1:]
KNOWN = "BTC-USD ETH-USD MSTR MNAV AAPL MSFT THYAO.IS WTI BRENT HENRY-HUB".split()
UTC = datetime.timezone.utc
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")


def text_of(path):
    data = open(path, "rb").read()
    if path.endswith(".gz"):
        data = gzip.decompress(data)
    return data.decode("utf-8-sig")


def number(text):
    """A vendor's number, exactly, then the nearest double."""
    text = str(text).strip().replace("$", "").replace(",", "")
    if text in ("", "-", "None", "null", "."):
        return None
    scale = {"K": 3, "M": 6, "B": 9}.get(text[-1], 0)
    return float(decimal.Decimal(text[:-1] if scale else text).scaleb(scale))


def stamp(t):
    return t.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def unix(text, per_second=1):
    return stamp(datetime.datetime.fromtimestamp(int(text) // per_second, UTC))


def day(text):
    return text.strip()[:10] + "T00:00:00Z"


def us_day(text):
    return datetime.datetime.strptime(text.strip(), "%m/%d/%Y").strftime("%Y-%m-%dT00:00:00Z")


def new_york(text):
    return stamp(datetime.datetime.fromisoformat(text).replace(tzinfo=NEW_YORK))


def table(text, time, when, columns, symbol="", skip=0, header=True):
    """Rows of a CSV text: columns by name, or by number without a header."""
    lines = text.splitlines(True)[skip:]
    rows = csv.reader(lines, skipinitialspace=True)
    names = next(rows) if header else None
    at = lambda c: names.index(c) if header else c
    for row in rows:
        if row:
            prices = [number(row[at(c)]) if c is not None else None for c in columns]
            if len(columns) == 1:
                prices = prices * 4 + [None]
            yield (symbol, when(row[at(time)]), *prices)


def trades(rows):
    """Minutes of (milliseconds, id, price, amount)."""
    bars = {}
    for ms, _, price, amount in sorted(rows):
        bar = bars.setdefault(ms // 60000 * 60, [price, price, price, price, []])
        bar[1], bar[2], bar[3] = max(bar[1], price), min(bar[2], price), price
        bar[4].append(amount)
    for ts, bar in sorted(bars.items()):
        yield ("", unix(ts), *bar[:4], sum(bar[4]))


def klines(text, per_second, header):
    c = ["open", "high", "low", "close", "volume"] if header else [1, 2, 3, 4, 5]
    return table(text, "open_time" if header else 0, lambda t: unix(t, per_second), c, header=header)


def closes(text):
    for date, prices in json.loads(text).items():
        for symbol, price in prices.items():
            yield (symbol, day(date), price, price, price, price, None)


def mnav(text):
    for row in csv.DictReader(text.splitlines()):
        for symbol, name in ("BTC-USD", "btcPrice"), ("MSTR", "stockPrice"), ("MNAV", "mnav"):
            v = number(row[name])
            yield (symbol, day(row["date"]), v, v, v, v, None)


def wrapped(text):
    for row in json.loads(text)["prices"]:
        if "time" not in row:
            yield ("MSTR", day(row["date"]), *(row[k] for k in ("open", "high", "low", "close", "volume")))


def json_value(text, time, name):
    for row in json.loads(text):
        v = number(row[name])
        yield ("", day(row[time]), v, v, v, v, None)


OHLCV = ["Open", "High", "Low", "Close", "Volume"]
LOWER = [c.lower() for c in OHLCV]
yahoo = lambda symbol="": lambda t: table(t, "Date", day, OHLCV, symbol)
price = lambda symbol: lambda t: table(t, "Date", day, ["Price"], symbol)
investing = lambda t: table(t, "Date", us_day, ["Open", "High", "Low", "Price", "Vol."])
fil = ("binance", "instrument", lambda t: klines(t, 1000, True), [])
freqtrade = ("freqtrade", "instrument", lambda t: (("", unix(r[0], 1000), *r[1:6]) for r in json.loads(t)), [])
bad_yahoo = ("yfinance", "instrument", yahoo(), [])

# file: format, open questions, an independent reader, answers
FILES = {
    "csv_formats/alphavantage_intraday_extended.csv":
        ("alphavantage", "instrument", lambda t: table(t, "time", new_york, LOWER), []),
    "csv_formats/binance_vision_spot_BTCUSDT-1h-2025-01-01_us_headerless.csv":
        ("binance", "instrument", lambda t: klines(t, 1000000, False), []),
    "csv_formats/cdd_BTCUSD_blank_first_line_excerpt.csv":
        ("cryptodatadownload", "",
         lambda t: table(t, "unix", unix, ["open", "high", "low", "Value", "VolumeBTC"], "BTC-USD", skip=1), []),
    "csv_formats/investing_DAX_Futures.csv": ("investing", "instrument", investing, []),
    "csv_formats/investing_KOSPI200_Futures.csv": ("investing", "instrument", investing, []),
    "csv_formats/nasdaq_AMZN_dollar_prices.csv":
        ("nasdaq", "instrument",
         lambda t: table(t, "Date", us_day, ["Open", "High", "Low", "Close/Last", "Volume"]), []),
    "csv_formats/stooq_nvidia_usd.csv": ("stooq", "instrument", yahoo(), []),
    "daily/AAPL_yahoo.csv": ("yahoo", "", yahoo("AAPL"), []),
    "daily/BTC-USD_bitstamp_cryptodatadownload.csv":
        ("cryptodatadownload", "",
         lambda t: table(t, "unix", unix, ["open", "high", "low", "close", "Volume BTC"], "BTC-USD"), []),
    "daily/COIN_yahoo.csv": ("yahoo", "instrument", yahoo(), []),
    "daily/ETH-USD_stooq.csv": ("stooq", "", yahoo("ETH-USD"), []),
    "daily/GARAN.IS_yfinance.csv": ("yfinance", "instrument", yahoo(), []),
    "daily/MSFT_yahoo.csv": ("yahoo", "", yahoo("MSFT"), []),
    "daily/MSTR_splitadjusted_2020_2026.json": ("custom", "", wrapped, []),
    "daily/MSTR_yahoo_unadjusted_2000_2024-03.csv": ("yahoo", "", yahoo("MSTR"), []),
    "daily/THYAO.IS_yfinance.csv": ("yfinance", "", yahoo("THYAO.IS"), []),
    "daily/crypto_closes_2024_2026.json": ("custom", "instrument of each series", closes, []),
    "daily/mstr_btc_events_8k_raw.json":
        ("custom", "instrument", lambda t: json_value(t, "filingDate", "btcAcquired"), ["--map", "close=btcAcquired"]),
    "daily/mstr_btc_holdings_verified.csv":
        ("custom", "instrument", lambda t: table(t, "date", day, ["holdings"]), []),
    "daily/mstr_btc_purchases.csv":
        ("custom", "instrument", lambda t: table(t, "filingDate", day, ["avgPrice"]), ["--map", "close=avgPrice"]),
    "daily/mstr_daily_mnav.csv": ("mstr_daily_mnav", "", mnav, []),
    "energy/wti-daily.csv": ("eia", "", price("WTI"), []),
    "energy/brent-daily.csv": ("eia", "", price("BRENT"), []),
    "energy/henry-hub-daily.csv": ("eia", "", price("HENRY-HUB"), []),
    "minute/BTC_USDT-1m_2023-03-16_2023-05-01.json.gz": freqtrade,
    "minute/BTC_USDT-1m_2023-04-05_2023-05-05.json.gz": freqtrade,
    "minute/ETH_futures_trades_2023-02-02.csv":
        ("custom", "instrument",
         lambda t: trades((int(r["timestamp"]), int(r["id"]), float(r["price"]), float(r["amount"]))
                          for r in csv.DictReader(t.splitlines())), []),
    "minute/FILUSDT-1m-2023-08.csv.gz": fil,
    "minute/FILUSDT-1m-2023-09.csv.gz": fil,
    "minute/FILUSDT-1m-2023-10.csv.gz": fil,
    "minute/FILUSDT-1m-2023-11.csv.gz": fil,
    "minute/XRP_ETH-trades.json.gz":
        ("freqtrade_trades", "instrument",
         lambda t: trades((r[0], int(r[1]), r[4], r[5]) for r in json.loads(t)), []),
    "validation/4063-T-1d-bad-stock-split.csv": bad_yahoo,
    "validation/4063-T-1d-bad-stock-split-fixed.csv": bad_yahoo,
    "validation/8TRA-DE-1d-missing-div-adjust.csv": bad_yahoo,
    "validation/8TRA-DE-1d-missing-div-adjust-fixed.csv": bad_yahoo,
    "validation/SSW-JO-1d-100x-error.csv": bad_yahoo,
    "validation/SSW-JO-1d-100x-error-fixed.csv": bad_yahoo,
}


def close_enough(mine, theirs):
    """Equal; volumes of trades may be added in another order."""
    return mine == theirs or (mine is not None and theirs is not None
                              and abs(mine - theirs) <= 1e-12 * abs(theirs))


def parse_difference(name, spec):
    format_name, open_questions, reader, answers = spec
    path = os.path.join(folder, name)
    known = [a for s in KNOWN for a in ("--known", s)]
    run = subprocess.run([quotemill, "parse", "--file-format", "auto", "--json", *known, *answers, path],
                         capture_output=True, text=True)
    if run.returncode != 0:
        return f"exit {run.returncode}: {run.stderr}{run.stdout[:300]}"
    found, *rows = (json.loads(line) for line in run.stdout.splitlines())
    asked = {q["field"].split(".")[0] for q in found["questions"]}
    wanted = {open_questions.split()[0]} if open_questions else set()
    if found["format"] != format_name or asked != wanted:
        return f"{found['format']}, asks {asked}"
    expected = list(reader(text_of(path)))
    if len(rows) != len(expected):
        return f"{len(rows)} rows, {len(expected)} expected"
    if len({e[0] for e in expected}) > 1:  # series come in the order of their columns
        rows.sort(key=lambda r: (r["ts"], r["symbol"]))
        expected.sort(key=lambda e: (e[1], e[0]))
    for mine, theirs in zip(rows, expected):
        values = [mine[k] for k in ("open", "high", "low", "close", "volume")]
        if (mine["bad"] or (mine["symbol"], mine["ts"]) != theirs[:2]
                or values[:4] != list(theirs[2:6]) or not close_enough(values[4], theirs[6])):
            return f"{mine} instead of {theirs}"
    return None


def valid(row):
    """What validation lets in, said again: prices there and above 0 (WTI's may
    be below), high and low around the others, no negative volume."""
    symbol, _, o, h, l, c, v = row
    if None in (o, h, l, c) or (v is not None and v < 0):
        return False
    return (symbol == "WTI" or min(o, h, l, c) > 0) and h >= max(o, c) and l <= min(o, c)


def stored(symbol, interval):
    run = subprocess.run([quotemill, "export", symbol, "--interval", interval, "--format", "json"],
                         capture_output=True, text=True, check=True)
    return {r["ts"]: [r[k] for k in ("open", "high", "low", "close", "volume")] for r in json.loads(run.stdout)["rows"]}


def import_difference(name, spec):
    """Into an instrument of its own where the file does not name one."""
    _, open_questions, reader, answers = spec
    path = os.path.join(folder, name)
    own = "F" + str(list(FILES).index(name))
    rows = list(reader(text_of(path)))
    if open_questions.startswith("instrument of"):
        ours = {"BTC": "BTC-USD", "ETH": "ETH-USD"}
        rows = [(ours[r[0]], *r[1:]) for r in rows if r[0] in ours]
        answers = [a for t, o in ours.items() for a in ("--map", f"instrument.{t}={o}")]
    elif open_questions:
        rows = [(own, *r[1:]) for r in rows]
        answers = [*answers, "--instrument", own, "--create", "crypto"]
    run = subprocess.run([quotemill, "import", "--json", *answers, path], capture_output=True, text=True)
    if run.returncode not in (0, 3):
        return f"exit {run.returncode}: {run.stderr}"
    got = json.loads(run.stdout)
    good, series = {}, {}
    for row in filter(valid, rows):
        good.setdefault(row[:2], row[2:])
    if got["rows"] != len(rows) or got["new"] + got["same"] + got["changed"] + got["refused"] != len(rows):
        return f"{got['rows']} rows counted, {len(rows)} expected"
    if run.returncode != (3 if got["refused"] else 0) or got["refused"] != sum(not valid(r) for r in rows):
        return f"exit {run.returncode}, {got['refused']} refused, {sum(not valid(r) for r in rows)} expected"
    interval = "1m" if name.startswith("minute") or "intraday" in name else "1h" if "-1h-" in name else "1d"
    for (symbol, ts), values in good.items():
        if symbol not in series:
            series[symbol] = stored(symbol, interval)
        there = series[symbol].get(ts)
        if there is None or there[:4] != list(values[:4]) or not close_enough(there[4], values[4]):
            return f"{symbol} {ts}: {there} is stored instead of {values}"
    if open_questions == "instrument" and len(series[own]) != len(good):
        return f"{len(series[own])} rows are stored, {len(good)} expected"
    return None


def main():
    there = set()
    for kind in "csv_formats", "daily", "energy", "minute", "validation":
        for entry in os.scandir(os.path.join(folder, kind)):
            if entry.is_file():
                there.add(f"{kind}/{entry.name}")
    print(f"1..{len(FILES) + 1}")
    for n, (name, spec) in enumerate(FILES.items(), 1):
        if name not in there:
            print(f"ok {n} - {name} # SKIP it is not there")
            continue
        wrong = (parse_difference if what == "parse" else import_difference)(name, spec)
        print("not ok" if wrong else "ok", n, "-", name, flush=True)
        if wrong:
            print("#", wrong, file=sys.stderr)
    rest = sorted(there - set(FILES))
    print("not ok" if rest else "ok", len(FILES) + 1, "- every file of the folder is compared", *rest)


main()
