#!/usr/bin/env python3
"""How long an alert takes from the commit of its bar to whom it tells.

    alert_arrival.py RUNDIR BAR_TS INSTRUMENTS

The bar at BAR_TS of each instrument BENCH1 ... is committed by itself, with a
volume that the instrument's rule named "arrival" waits for, while `quotemill
alert watch` runs as it does in an installation. A webhook here stamps the
messages as they arrive. The time is from before the commit is asked for. Prints
"N P50 P99 MAX" in milliseconds.
"""
import http.server
import json
import queue
import subprocess
import sys
import threading
import time

BAR = """BEGIN;
INSERT INTO bar SELECT id, 60, to_timestamp({ts}), 100, 101, 99, 100, 5000, 1 FROM instrument WHERE symbol = '{symbol}';
INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts)
SELECT id, 60, to_timestamp({ts}), to_timestamp({ts}) FROM instrument WHERE symbol = '{symbol}';
COMMIT;
"""
RULES = """INSERT INTO channel (name, kind, settings, created_by)
VALUES ('Arrival', 'webhook', '{{"url": "http://127.0.0.1:{port}/"}}', 'bench');
INSERT INTO alert_rule (name, kind, instrument_id, interval_s, left_term, op, right_term, channels)
SELECT 'arrival', 'series', i.id, 60, 'volume', 'above', '1000', ARRAY[c.id]
  FROM instrument i, channel c WHERE c.name = 'Arrival' AND i.symbol IN ({symbols});
"""
WAITING = """SELECT count(*) FROM alert_rule r LEFT JOIN alert_state s ON s.rule_id = r.id
 WHERE r.name = 'arrival' AND s.rule_id IS NULL;
"""
WAIT_S = 60

arrived = queue.Queue()


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        now = time.monotonic()
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        for incident in body["incidents"]:
            for event in incident["events"]:
                if event["rule"] == "arrival":
                    arrived.put((event["subject"], now))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


class Sql:
    """One connection, as the cluster's owner."""

    def __init__(self, rundir):
        self.psql = subprocess.Popen(
            ["psql", "-XAtq", "-h", rundir, "-U", "postgres", "-d", "quotemill", "-v", "ON_ERROR_STOP=1"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def __call__(self, text):
        """What it prints, once the server has done it."""
        self.psql.stdin.write(text + "\\echo done\n")
        self.psql.stdin.flush()
        lines = []
        for line in self.psql.stdout:
            if line == "done\n":
                return "".join(lines).strip()
            lines.append(line)
        sys.exit("psql ended")


def wait_for(subject):
    """When it arrived; others before it are late ones and wrong."""
    try:
        got, at = arrived.get(timeout=WAIT_S)
    except queue.Empty:
        sys.exit(f"nothing has come for {subject} in {WAIT_S} s")
    if got != subject:
        sys.exit(f"{got} came, not {subject}")
    return at


def measure(sql, ts, symbols):
    took = []
    for symbol in symbols:
        began = time.monotonic()
        sql(BAR.format(ts=ts, symbol=symbol))
        took.append(1000 * (wait_for(symbol) - began))
    return sorted(took)


def main():
    rundir, ts, instruments = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    symbols = [f"BENCH{n + 1}" for n in range(instruments)]
    hook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=hook.serve_forever, daemon=True).start()
    sql = Sql(rundir)
    sql(RULES.format(port=hook.server_port, symbols=", ".join(f"'{s}'" for s in symbols)))
    watch = subprocess.Popen(["bin/quotemill", "alert", "watch"])
    try:
        give_up = time.monotonic() + WAIT_S
        while sql(WAITING) != "0":
            if time.monotonic() > give_up or watch.poll() is not None:
                sys.exit("the watch does not look at new rules")
            time.sleep(0.1)
        took = measure(sql, ts, symbols)
    finally:
        watch.terminate()
        watch.wait()
    n = len(took)
    print(n, *(f"{took[min(n - 1, int(n * share))]:.0f}" for share in (0.5, 0.99)), f"{took[-1]:.0f}")


main()
