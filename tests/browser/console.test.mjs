// The console in a real browser, from login to a model's rollback, with and
// without JavaScript; every page against axe and the Nu HTML checker; with
// QM_SHOTS set, pictures of every page into build/shots/.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { Instance } from "./lib/instance.mjs";
import { checkHtml, launch, Visitor } from "./lib/browser.mjs";
import { Receiver } from "./lib/receiver.mjs";

const NOW = "2026-02-02T12:00:00Z";
const LATER = "2026-02-06T12:00:00Z";
const VIEWER = { name: "vera", password: "looking-only-7-times" };

let instance, browser;
const html = {}; // pages for the Nu checker, by name

before(async () => {
    instance = await Instance.start({ now: NOW });
    browser = await launch();
}, { timeout: 900_000 });

after(async () => {
    await browser?.close();
    await instance?.stop();
});

async function admin(options) {
    const visitor = await Visitor.open(browser, instance, options);
    await visitor.login("admin", instance.password);
    return visitor;
}

// Looks at a page as it is in all ways that machines can, and takes pictures.
async function inspect(visitor, name, to, { status = 200, shot = true } = {}) {
    const answer = await visitor.go(to, status);
    html[name] = await answer.text();
    for (const { colorScheme, width } of [{ colorScheme: "light", width: 1280 }, { colorScheme: "dark", width: 390 }]) {
        await visitor.page.emulateMedia({ colorScheme });
        await visitor.page.setViewportSize({ width, height: 900 });
        assert.deepEqual(await visitor.axe(), [], `${name}, ${colorScheme}, ${width}: axe`);
        assert.equal(await visitor.isTooWide(), false, `${name}: wider than ${width}`);
    }
    if (shot)
        await visitor.shot(name);
}

test("a run is triggered and followed to its end without a reload", async () => {
    const visitor = await admin();
    const { page } = visitor;
    await instance.faults("* * latency 700");
    await visitor.go("/trigger");
    await page.getByLabel("BTC-USD").check();
    await page.getByLabel("MSTR", { exact: false }).first().check();
    await page.locator("#forecast").getByText("2 sources").waitFor();
    assert.match(await page.locator("#forecast").innerText(), /2 sources, about \d+ requests?/);
    assert.equal(new URL(page.url()).search, "", "the forecast needs no new page");
    await page.getByLabel("Reason").fill("<b>browser</b> & test");
    await page.getByRole("button", { name: "Start the run" }).click();
    await page.waitForURL(/\/runs\/\d+$/);
    const id = page.url().match(/\d+$/)[0];
    await page.evaluate(() => { globalThis.sameDocument = true; });
    assert.match(await page.locator(".flash").innerText(), new RegExp(`Run ${id} is queued`));

    const seen = new Set();
    const lines = [];
    const late = Date.now() + 120_000;
    while (await page.locator("#live[data-ended]").count() === 0) {
        assert.ok(Date.now() < late, `no end in sight: ${[...seen].join("; ")}`);
        seen.add(await page.locator("#live").getAttribute("data-words"));
        lines.push(await page.locator("#log li").count());
        await page.waitForTimeout(100);
    }
    assert.equal(await page.evaluate(() => globalThis.sameDocument), true, "no reload");
    assert.ok([...seen].some((words) => words.includes("step is under way")), [...seen].join("; "));
    await page.getByText("Succeeded").first().waitFor();
    for (const step of ["Fetch", "Process", "Retrain"])
        await page.locator(".step", { has: page.getByRole("heading", { name: step }) })
            .getByText("succeeded").first().waitFor();
    assert.equal(await page.locator("#live-note").innerText(), await page.locator("#live").getAttribute("data-words"));
    assert.ok(await page.getByText("<b>browser</b> & test").isVisible(), "the reason is text");
    const stored = Number(await instance.sql(`SELECT count(*) FROM run_log WHERE run_id = ${id}`));
    await page.waitForFunction((n) => document.querySelectorAll("#log li").length === n, stored);
    assert.ok(lines[0] < stored, `log lines came while it ran: ${lines}, then ${stored}`);
    const ids = await page.locator("#log li").evaluateAll((items) => items.map((item) => Number(item.dataset.id)));
    assert.deepEqual(ids, [...new Set(ids)].sort((a, b) => a - b), "each line once, in order");

    await visitor.go("/runs?trigger=console&instrument=MSTR");
    await page.getByRole("link", { name: `Run ${id}` }).waitFor();
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download as CSV" }).click();
    const csv = await (await (await download).createReadStream()).toArray().then((parts) => Buffer.concat(parts).toString());
    assert.deepEqual(csv.trim().split("\r\n").slice(1).map((line) => line.split(",")[0]), [id],
                     "exactly what is filtered");
    await instance.faults();
    await visitor.close();
});

test("a run under way is cancelled by its button", async () => {
    const visitor = await admin();
    const { page } = visitor;
    await instance.faults("* * hang 5");
    await visitor.go("/trigger?mode=full_refresh&instrument=AAPL&step=fetch");
    await page.getByRole("button", { name: "Start the run" }).click();
    await page.locator(".state-running").first().waitFor();
    await page.getByRole("button", { name: /^Cancel run/ }).click();
    await page.locator("#live[data-ended]").waitFor();
    assert.match(await page.locator(".verdict").innerText(), /Cancelled by admin/);
    await instance.faults();
    await visitor.close();
});

test("a failing source is named with error, attempts and what comes next, and is retried", async () => {
    const visitor = await admin();
    const { page } = visitor;
    await instance.faults("yahoo AAPL 503");
    await visitor.go("/trigger?instrument=AAPL&instrument=BTC-USD");
    await page.getByRole("button", { name: "Start the run" }).click();
    await page.locator("#live[data-ended]").waitFor({ timeout: 60_000 });
    assert.match(await page.locator(".verdict").innerText(), /AAPL failed/);
    const row = page.locator(".step", { has: page.getByRole("heading", { name: "Fetch" }) })
        .getByRole("row", { name: /^AAPL/ });
    const words = await row.innerText();
    assert.match(words, /yahoo.*503/s);
    assert.match(words, /Next: .*next run/s);
    assert.ok(Number((await row.locator("td").last().innerText()).trim()) >= 3, `attempts: ${words}`);
    assert.match(await page.title(), /partial/);
    await inspect(visitor, "run-partial", new URL(page.url()).pathname);

    await visitor.go("/");
    assert.match(await page.locator(".verdict").innerText(), /succeeded only in part/);
    assert.match(await page.getByRole("row", { name: /^Yahoo/ }).innerText(), /ago|just now/);
    await inspect(visitor, "overview-partial", "/");
    await instance.faults();
    await page.getByRole("button", { name: /^Retry run/ }).click();
    await page.waitForURL(/\/runs\/\d+$/);
    await page.locator("#live[data-ended]").waitFor();
    assert.match(await page.locator(".verdict").innerText(), /Succeeded/);
    await visitor.go("/");
    assert.match(await page.locator(".verdict").innerText(), /Everything ran/);
    await visitor.close();
});

test("a model's older version is made active again", async () => {
    await instance.quotemill(["run", "--mode", "incremental"], { QM_NOW: LATER });
    assert.equal(await instance.sql("SELECT count(*) FROM model_version"), "2");
    const visitor = await admin();
    const { page } = visitor;
    await visitor.go("/models");
    await page.getByRole("link", { name: "mstr", exact: true }).click();
    for (const name of ["intercept", "btc_price", "mnav"])
        await page.getByRole("rowheader", { name, exact: true }).waitFor();
    await page.getByLabel("Reason").fill("it did better");
    await page.getByRole("button", { name: /^Activate version 1/ }).click();
    await page.locator(".flash").getByText("Version 1 is active now").waitFor();
    assert.match(await page.locator(".verdict").innerText(), /Version 1 is active/);
    assert.equal(await instance.sql("SELECT version FROM model_version WHERE state = 'active'"), "1");
    assert.equal(await instance.sql("SELECT who || ': ' || why FROM model_activation ORDER BY id DESC LIMIT 1"),
                 "admin: it did better");
    await visitor.close();
});

test("the same without JavaScript", async () => {
    const visitor = await admin({ javaScriptEnabled: false });
    const { page } = visitor;
    await visitor.go("/trigger");
    await page.getByLabel("Backfill").check();
    await page.locator("#f-from").fill("2026-01-05");
    await page.locator("#f-to").fill("2026-01-09");
    await page.getByLabel("ETH-USD").check();
    await page.getByRole("button", { name: "Show forecast" }).click();
    assert.match(await page.locator("#forecast").innerText(), /1 source, about 1 request/);
    assert.equal(await page.locator("#f-from").inputValue(), "2026-01-05", "what was typed is kept");
    await page.getByRole("button", { name: "Start the run" }).click();
    await page.waitForURL(/\/runs\/\d+$/);
    const own = page.url();
    // the page asks again by itself while the run is under way
    await page.locator("#live[data-ended]").waitFor({ timeout: 60_000 });
    assert.equal(page.url(), own);
    assert.match(await page.locator(".verdict").innerText(), /Succeeded/);
    assert.ok(await page.locator("#log li").count() > 3);
    await visitor.go("/runs?mode=backfill");
    await page.getByRole("link", { name: `Run ${own.match(/\d+$/)[0]}` }).click();
    await page.getByRole("link", { name: "Models" }).click();
    await page.getByRole("link", { name: "mstr", exact: true }).click();
    await page.getByLabel("Reason").fill("back to the new one");
    await page.getByRole("button", { name: /^Activate version 2/ }).click();
    await page.locator(".flash").getByText("Version 2 is active now").waitFor();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    await visitor.close();
});

test("wrong values come back beside their fields, and nothing is queued", async () => {
    const visitor = await admin();
    const { page } = visitor;
    const before = await instance.sql("SELECT count(*) FROM run");
    await visitor.go("/trigger");
    await page.getByLabel("Backfill").check();
    await page.locator("#f-from").fill("2026-01-09");
    await page.locator("#f-to").fill("2026-01-05");
    await page.getByLabel("Reason").fill("typed already");
    visitor.status = 422;
    await page.getByRole("button", { name: "Start the run" }).click();
    await page.locator("#errors").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), "errors", "reading goes on at the summary");
    await page.locator("#errors").getByRole("link", { name: /first day/i }).click();
    assert.equal(await page.evaluate(() => document.activeElement.id), "f-from");
    assert.equal(await page.getByLabel("Reason").inputValue(), "typed already");
    assert.equal(await page.locator("#f-from").getAttribute("aria-invalid"), "true");
    assert.equal(await instance.sql("SELECT count(*) FROM run"), before);
    await inspect(visitor, "trigger-wrong", "/trigger?mode=backfill&from=2026-02-30", { status: 422 });
    visitor.status = 422;
    await visitor.close();
});

test("a viewer sees everything and triggers nothing", async () => {
    const boss = await admin();
    await boss.go("/users");
    const csrf = await boss.page.locator('input[name="csrf"]').first().inputValue();
    const made = await boss.page.request.post("/users", {
        form: { csrf, name: VIEWER.name, role: "viewer", password: VIEWER.password }, maxRedirects: 0 });
    assert.equal(made.status(), 303, await made.text());
    await boss.close();

    const visitor = await Visitor.open(browser, instance);
    await visitor.login(VIEWER.name, VIEWER.password);
    const { page } = visitor;
    assert.equal(await page.getByRole("link", { name: "Trigger" }).count(), 0);
    await visitor.go("/models/mstr");
    assert.equal(await page.getByRole("button", { name: /^Activate/ }).count(), 0);
    await visitor.go("/runs/1");
    assert.equal(await page.getByRole("link", { name: "Run again with changes" }).count(), 0);
    const own = await page.locator('input[name="csrf"]').first().inputValue();
    const before = await instance.sql("SELECT count(*) FROM run");
    for (const [to, form] of [["/trigger", { mode: "incremental" }], ["/runs/1/retry", {}], ["/runs/1/cancel", {}],
                              ["/models/mstr/activate", { version: "1", why: "no" }]]) {
        const answer = await page.request.post(to, { form: { csrf: own, ...form }, maxRedirects: 0 });
        assert.equal(answer.status(), 403, to);
    }
    await inspect(visitor, "denied", "/trigger", { status: 403 });
    assert.equal(await instance.sql("SELECT count(*) FROM run"), before);
    await visitor.close();
});

test("a phone and a keyboard reach everything", async () => {
    const visitor = await admin({ viewport: { width: 390, height: 844 }, hasTouch: true });
    const { page } = visitor;
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    const small = await page.evaluate(() => [...document.querySelectorAll("a.button, button, nav a, input, select")]
        .filter((it) => it.checkVisibility() && it.type !== "hidden" && it.getBoundingClientRect().height < 44)
        .map((it) => it.outerHTML.slice(0, 80)));
    assert.deepEqual(small, [], "targets of 44 px");
    await visitor.close();
});

test("a model's page shows what to trust it by, and what answered before", async () => {
    await instance.sql(`
        INSERT INTO model_version (model_id, version, state, fitted_at, rows, first_ts, last_ts, fingerprint, r2, rmse,
                                   condition, holdout_rows, holdout_r2, holdout_rmse, scorecard, shadow_rows)
        SELECT model_id, 90, 'shadow', fitted_at, rows, first_ts, last_ts, 'shadow', r2, rmse, condition, holdout_rows,
               holdout_r2, holdout_rmse, scorecard, 20 FROM model_version WHERE version = 2;
        INSERT INTO model_fold SELECT n.id, f.fold, f.train_rows, f.train_first_ts, f.train_last_ts, f.rows, f.first_ts,
               f.last_ts, f.rmse, f.r2 FROM model_version n, model_version o JOIN model_fold f ON f.version_id = o.id
         WHERE n.version = 90 AND o.version = 2;
        INSERT INTO model_error SELECT id, '2026-02-06'::timestamptz + g * interval '1 day', 170 + 8 * sin(g), 170
          FROM model_version, generate_series(1, 30) g WHERE state = 'active';
        INSERT INTO model_error SELECT id, '2026-03-01'::timestamptz + g * interval '1 day', 171 + 4 * sin(g), 170
          FROM model_version, generate_series(1, 7) g WHERE state = 'shadow'`);
    const [first] = (await instance.sql("SELECT to_char(min(at) + interval '1 s', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') "
                                        + "FROM model_activation")).split("\n");
    for (const javaScriptEnabled of [true, false]) {
        const visitor = await admin({ javaScriptEnabled });
        const { page } = visitor;
        await visitor.go("/models/mstr");
        for (const name of [/^Fitted against actual/, /^Actual by fitted/, /^Live error/, /^RMSE of each fold/])
            assert.ok((await page.getByRole("img", { name }).boundingBox()).height > 100, `${name} is drawn`);
        assert.match(await page.locator(".verdict").innerText(), /live error is inside its band; version 90 is watched in shadow/);
        assert.ok(await page.getByText("7 of 20 rows so far, 13 to go").isVisible());
        const values = page.locator("section", { has: page.getByRole("img", { name: /^Fitted against actual/ }) });
        await values.getByText("The values as a table").click();
        assert.equal(await values.locator("tbody tr").count(), 20);
        await page.getByLabel("Which version answered at").fill(first);
        await page.getByRole("button", { name: "Show" }).click();
        await page.getByRole("heading", { name: `Version 1 answered at ${first}` }).waitFor();
        await visitor.close();
    }
    const visitor = await admin();
    await inspect(visitor, "model-full", `/models/mstr?as_of=${first}`);
    await inspect(visitor, "model-wrong", "/models/mstr?as_of=soon", { status: 422, shot: false });
    await visitor.close();
    await instance.sql("DELETE FROM model_error; DELETE FROM model_version WHERE version = 90");
});

test("every page passes axe, and is photographed", { timeout: 600_000 }, async () => {
    const visitor = await admin();
    const id = await instance.sql("SELECT max(id) FROM run WHERE trigger = 'console' AND state = 'succeeded'");
    for (const [name, to] of [["overview", "/"], ["runs", "/runs"], ["run", `/runs/${id}`], ["trigger", "/trigger"],
                              ["models", "/models"], ["model", "/models/mstr"], ["instruments", "/instruments"],
                              ["rules", "/rules"], ["rules-one", "/rules?instrument=MSTR"], ["account", "/account"], ["tokens-none", "/tokens"], ["users", "/users"], ["audit", "/audit"],
                              ["incidents", "/incidents"], ["events", "/alerts/events"], ["silences", "/silences"],
                              ["deliveries", "/deliveries"], ["channels", "/channels"], ["channel", "/channels/1"],
                              ["channel-new", "/channels/new?kind=email"]])
        await inspect(visitor, name, to);
    await inspect(visitor, "runs-none", "/runs?state=cancelled&mode=backfill");
    await inspect(visitor, "quarantine-none", "/quarantine?state=accepted&rule=order");
    await inspect(visitor, "runs-wrong", "/runs?state=%3Cscript%3E&from=x", { status: 422 });
    await inspect(visitor, "missing", "/runs/999999", { status: 404 });
    await visitor.close();
    const stranger = await Visitor.open(browser, instance);
    await inspect(stranger, "login", "/login");
    await stranger.close();
});

// Days that may be read in two ways, and a last row that cannot be right.
const ASKED = ["Date,Open,High,Low,Close,Volume",
               ...Array.from({ length: 10 }, (_, i) =>
                   `${String(i + 1).padStart(2, "0")}/${String(i + 2).padStart(2, "0")}/2019,${100 + i},${104 + i},${98 + i},${102 + i},${1000 + i}`),
               "11/12/2019,110,90,120,105,9", ""].join("\n");

const verdict = (page, words) => page.locator(".verdict-words", { hasText: words }).waitFor();

test("a file is dropped, asked about, checked, stored and undone, without a reload", { timeout: 300_000 }, async () => {
    const visitor = await admin();
    const { page } = visitor;
    await inspect(visitor, "upload-empty", "/upload");
    const dropped = await page.evaluateHandle((text) => {
        const files = new DataTransfer();
        files.items.add(new File([text], "AAPL.csv", { type: "text/csv" }));
        return files;
    }, ASKED);
    await page.dispatchEvent("#drop", "drop", { dataTransfer: dropped });
    await page.waitForURL(/\/uploads\/\d+$/);
    const id = page.url().match(/\d+$/)[0];
    await verdict(page, "One question is open");
    assert.match(await page.locator("label[for=f-q0]").innerText(), /01\/02\/2019/, "the value that shows the doubt");
    await inspect(visitor, "upload-asked", `/uploads/${id}`);
    visitor.status = 422; // the question is not answered yet
    await page.getByRole("button", { name: "Check the file" }).click();
    await page.locator(".errors a").first().waitFor();
    await page.locator("#f-q0").selectOption("dmy");
    await page.locator("#f-save_as").fill("House <b>dates</b>");
    await page.getByRole("button", { name: "Check the file" }).click();
    await page.waitForURL(/\/uploads\/\d+$/);
    await page.evaluate(() => { globalThis.sameDocument = true; });
    await verdict(page, /10 of 11 rows can be stored, 1 refused/);
    assert.equal(await page.evaluate(() => globalThis.sameDocument), true, "no reload");
    assert.match(await page.locator(".preview").innerText(), /2019-02-01/, "the rows as understood");
    await inspect(visitor, "upload-checked", `/uploads/${id}`);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download all as CSV" }).click();
    const csv = await (await (await download).createReadStream()).toArray().then((parts) => Buffer.concat(parts).toString());
    assert.match(csv, /^Date,Open,High,Low,Close,Volume,[^\n]*\n11\/12\/2019,110,90,120,105,9,[^\n]*\n$/, "the row as it was, with its header");
    await page.getByRole("button", { name: "Store 10 rows into AAPL 1d" }).click();
    await verdict(page, "Stored: 10 new, 0 changed");
    await inspect(visitor, "upload-stored", `/uploads/${id}`);
    await page.getByRole("link", { name: /Look at load \d+, or undo it/ }).click();
    await page.waitForURL(/\/loads\/\d+$/);
    const load = page.url().match(/\d+$/)[0];
    await inspect(visitor, "load", `/loads/${load}`);
    await inspect(visitor, "loads", "/loads?kind=upload");
    await visitor.go(`/loads/${load}`);
    await page.getByRole("button", { name: `Undo load ${load} of AAPL 1d` }).click();
    await verdict(page, "Undone");
    await inspect(visitor, "load-undone", `/loads/${load}`);
    await inspect(visitor, "upload", "/upload");
    assert.ok(await page.getByText("House <b>dates</b>").first().isVisible(), "the mapping's name is text");

    // The next file of that header is understood by what was saved.
    await page.locator("#f-file").setInputFiles({ name: "MSFT.csv", mimeType: "text/csv", buffer: Buffer.from(ASKED) });
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    await page.waitForURL(/\/uploads\/\d+$/);
    await verdict(page, /10 of 11 rows can be stored, 1 refused/);
    assert.match(await page.locator(".facts").innerText(), /your saved mapping "House <b>dates<\/b>"/);
    await page.getByRole("button", { name: "Discard MSFT.csv" }).click();
    await page.locator(".flash", { hasText: "is discarded" }).waitFor();
    await visitor.close();
});

test("a file goes in without JavaScript; several at once; what is no table is refused in words", { timeout: 300_000 }, async () => {
    const visitor = await admin({ javaScriptEnabled: false });
    const { page } = visitor;
    const file = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
    const days = (n) => ["Date,Open,High,Low,Close,Volume",
                         ...Array.from({ length: n }, (_, i) => `2018-03-${String(i + 1).padStart(2, "0")},10,12,9,11,5`), ""].join("\n");
    await visitor.go("/upload");
    await page.locator("#f-file").setInputFiles(file("ETH-USD.csv", days(20)));
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    for (let i = 0; i < 100 && !/Checked/.test(await page.locator(".verdict-words").innerText()); i++) {
        await page.waitForTimeout(100);
        await page.reload();
    }
    await page.getByRole("button", { name: "Store 20 rows into ETH-USD 1d" }).click();
    for (let i = 0; i < 100 && !/Stored/.test(await page.locator(".verdict-words").innerText()); i++) {
        await page.waitForTimeout(100);
        await page.reload();
    }
    assert.match(await page.locator(".verdict-words").innerText(), /Stored: 20 new/);

    await visitor.go("/upload");
    await page.locator("#f-file").setInputFiles([file("BTC-USD.csv", days(9)), file("ETH-USD.csv", days(20)),
                                                 file("picture.csv", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR")]);
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    await page.locator(".flash", { hasText: "2 files were received" }).waitFor();
    assert.match(await page.locator(".flash").innerText(), /picture\.csv/, "the third is named with its reason");
    await page.getByRole("link", { name: "ETH-USD.csv" }).first().click();
    await page.getByText("The same file is stored already").waitFor();
    await visitor.close();
});

// A stored bar is doubted; beside it the row of the file above, refused.
async function doubt() {
    return instance.sql(`INSERT INTO quarantine (load_id, instrument_id, interval_s, ts, rule, severity, field, value,
            expected, raw, open, high, low, close, volume)
        SELECT b.load_id, b.instrument_id, b.interval_s, b.ts, 'jump', 'flag', 'close', b.close || ' after 1',
               'a change of at most 50 %', 'row of ' || b.ts, b.open, b.high, b.low, b.close, b.volume
          FROM bar b WHERE b.instrument_id = 1 AND b.interval_s = 86400 ORDER BY b.ts DESC OFFSET 7 LIMIT 1
        RETURNING id`);
}
const audited = (id) => instance.sql(`SELECT string_agg(action, ' ' ORDER BY id) FROM audit_log WHERE object = 'quarantine ${id}'`);

test("a doubtful row is corrected, stored and undone; each step is audited", { timeout: 300_000 }, async () => {
    const visitor = await admin();
    const { page } = visitor;
    const refused = await instance.sql("SELECT max(id) FROM quarantine WHERE severity = 'refuse' AND state = 'open'");
    const doubted = await doubt();
    await visitor.go("/");
    await page.getByRole("link", { name: "Decide" }).click();
    await page.waitForURL("**/quarantine");
    await inspect(visitor, "quarantine-confirm", "/quarantine?all=reject");
    await inspect(visitor, "quarantine", "/quarantine");
    await page.getByRole("link", { name: `Row ${refused}` }).click();
    assert.match(await page.locator(".verdict").innerText(), /not stored.*high is 90; expected: 120 or more/s);
    visitor.status = 422;
    await page.getByLabel("High").fill("95");
    await page.getByRole("button", { name: "Store these values" }).click();
    await page.locator(".errors a", { hasText: "High should be" }).click();
    assert.equal(await page.evaluate(() => document.activeElement.id), "f-high", "the summary leads to the field");
    await inspect(visitor, "quarantine-row", `/quarantine/${refused}`);
    await page.getByLabel("High").fill("120");
    await page.getByLabel("Low").fill("90");
    await page.getByLabel("Note").first().fill("the <b>exchange's</b> bulletin");
    await page.getByRole("button", { name: "Store these values" }).click();
    await page.locator(".flash", { hasText: `Row ${refused} was corrected. Run ` }).waitFor();
    assert.ok(await page.getByText("the <b>exchange's</b> bulletin").isVisible(), "the note is text");
    await inspect(visitor, "quarantine-corrected", `/quarantine/${refused}`);
    const load = (await page.getByRole("link", { name: /^Load \d+$/ }).innerText()).match(/\d+/)[0];
    assert.equal(await instance.sql(`SELECT open, high, low, close FROM bar WHERE load_id = ${load}`), "110|120|90|105");
    await visitor.go(`/loads/${load}`);
    await page.getByRole("button", { name: `Undo load ${load} of ` }).click();
    await verdict(page, "Undone");
    assert.equal(await instance.sql(`SELECT count(*) FROM bar WHERE load_id = ${load}`), "0");
    await visitor.go(`/quarantine/${refused}`);
    await page.getByText("Refused, so not stored").waitFor();
    assert.equal(await audited(refused), "quarantine.correct");
    assert.equal(await instance.sql(`SELECT who FROM audit_log WHERE action = 'load.undo' AND object = 'load ${load}'`), "admin");
    await inspect(visitor, "quarantine-doubted", `/quarantine/${doubted}`);
    await page.getByRole("button", { name: "Reject: take it out" }).click();
    await page.getByText("Rejected by admin: it was taken out").waitFor();
    await page.getByRole("button", { name: `Reopen row ${doubted}` }).click();
    await page.getByText("Stored, and doubted").waitFor();
    assert.equal(await audited(doubted), "quarantine.reject quarantine.reopen");
    await visitor.close();
});

test("rows are decided about by the dozen, without JavaScript", { timeout: 300_000 }, async () => {
    const visitor = await admin({ javaScriptEnabled: false });
    const { page } = visitor;
    const open = await instance.sql("SELECT count(*) FROM quarantine WHERE state = 'open'");
    const id = await instance.sql("SELECT max(id) FROM quarantine WHERE severity = 'refuse'");
    await visitor.go("/quarantine?severity=refuse");
    await page.getByLabel(`Mark row ${id}`).check();
    await page.getByLabel("Note").fill("a typing mistake");
    await page.getByRole("button", { name: "Reject selected" }).click();
    await page.locator(".flash", { hasText: "1 row was rejected." }).waitFor();
    await visitor.go(`/quarantine/${id}`);
    await page.getByLabel("Note").fill("it was none");
    await page.getByRole("button", { name: `Reopen row ${id}` }).click();
    await page.getByText("Refused, so not stored").waitFor();
    await visitor.go("/quarantine");
    await page.getByRole("link", { name: `Reject all ${open} rows …` }).click();
    await page.getByRole("heading", { name: `Reject all ${open} rows of this filter?` }).waitFor();
    await page.getByRole("button", { name: /^Reject \d+ rows?$/ }).click();
    await page.locator(".flash", { hasText: `${open} rows were rejected.` }).waitFor();
    await page.getByText("Nothing waits for a decision").waitFor();
    await visitor.go("/quarantine?state=rejected&all=reopen");
    await page.getByRole("button", { name: /^Reopen \d+ rows?$/ }).click();
    await page.locator(".flash", { hasText: `${open} rows were reopened.` }).waitFor();
    assert.equal(await instance.sql("SELECT count(*) FROM quarantine WHERE state = 'open'"), open);
    await visitor.close();
});

test("gaps are chosen on the map, or in the list without JavaScript, and filled", { timeout: 300_000 }, async () => {
    const btc = "instrument_id = (SELECT id FROM instrument WHERE symbol = 'BTC-USD') AND interval_s = 86400";
    const stored = () => instance.sql(`SELECT md5(string_agg(ts || ' ' || close, ' ' ORDER BY ts)) FROM bar WHERE ${btc}`);
    const before = await stored();
    for (const javaScriptEnabled of [true, false]) {
        await instance.sql(`DELETE FROM bar WHERE ${btc} AND ts BETWEEN '2026-01-10Z' AND '2026-01-11Z'`);
        const visitor = await admin({ javaScriptEnabled });
        const { page } = visitor;
        await visitor.go("/");
        await page.getByRole("link", { name: "Coverage" }).click();
        await visitor.go("/coverage?instrument=BTC-USD&interval=1d&from=2025-12-01&to=2026-01-29");
        assert.match(await page.getByRole("img", { name: /BTC-USD 1d/ }).getAttribute("aria-label"), /1 gap, 2 bars missing/);
        const box = page.getByLabel("Fill gap 1: BTC-USD 1d from 2026-01-10");
        if (javaScriptEnabled) {
            await inspect(visitor, "coverage", "/coverage");
            await inspect(visitor, "coverage-gap", "/coverage?instrument=BTC-USD&interval=1d&from=2025-12-01&to=2026-01-29");
            const map = page.locator("svg.cover");
            const { width, height } = await map.boundingBox();
            await map.click({ position: { x: width * 41.5 / 60, y: height / 2 } }); // 11 January
            assert.equal(await box.isChecked(), true, "the day's gap is chosen");
            await map.click({ position: { x: width * 40.5 / 60, y: height / 2 } });
            assert.equal(await box.isChecked(), false, "and no longer");
        }
        await box.check();
        await page.getByRole("button", { name: javaScriptEnabled ? "Fill the chosen gap" : "Fill the chosen gaps", exact: true }).click();
        await page.waitForURL(/\/runs\/\d+$/);
        assert.match(await page.locator(".flash").innerText(), /it fills 1 gap \(2 bars\) of BTC-USD, by about 1 request/);
        const id = page.url().match(/\d+$/)[0];
        const late = Date.now() + 60_000;
        while (!["succeeded", "failed", "partial"].includes(await instance.sql(`SELECT state FROM run WHERE id = ${id}`))) {
            assert.ok(Date.now() < late, `run ${id} does not end`);
            await page.waitForTimeout(100);
        }
        assert.equal(await instance.sql(`SELECT state || ' ' || rows_new || ' ' || rows_changed FROM run WHERE id = ${id}`), "succeeded 2 0");
        assert.equal(await stored(), before, "exactly these bars came");
        await visitor.close();
    }
});

test("a token is made, shown once, and revoked; without JavaScript too", { timeout: 300_000 }, async () => {
    for (const javaScriptEnabled of [true, false]) {
        const visitor = await admin({ javaScriptEnabled });
        const { page } = visitor;
        await visitor.go("/tokens");
        await page.getByLabel("Name").fill("nightly <upload>");
        await page.getByLabel("Scope").selectOption("upload");
        await page.getByRole("button", { name: "Make the token" }).click();
        const token = (await page.locator("#new-token").innerText()).trim();
        assert.match(token, /^qm_[A-Za-z0-9_-]{43}$/);
        assert.equal(new URL(page.url()).search, "", "not in the address");
        const cookies = await page.context().cookies();
        assert.ok(!JSON.stringify(cookies).includes(token), "not in a cookie");
        if (javaScriptEnabled) {
            html["tokens-new"] = await page.content();
            assert.deepEqual(await visitor.axe(), []);
            await visitor.shot("tokens-new");
        }
        await visitor.go("/tokens");
        assert.ok(!(await page.content()).includes(token), "shown once");
        const call = () => fetch(instance.url + "/api/v1/status", { headers: { Authorization: `Bearer ${token}` } });
        assert.equal((await call()).status, 200);
        await page.getByRole("button", { name: /^Revoke/ }).first().click();
        await page.locator(".flash").getByText("is revoked").waitFor();
        assert.equal((await call()).status, 401);
        if (javaScriptEnabled)
            await inspect(visitor, "tokens", "/tokens");
        await visitor.close();
    }
});

// Minutes that were never fetched: two and a half days, one of them corrected.
async function minutesBrought(symbol) {
    const start = Date.UTC(2026, 0, 30);
    const lines = ["time,open,high,low,close,volume"];
    for (let i = 0; i < 3_600; i++) {
        const price = 100 + 5 * Math.sin(i / 200);
        lines.push([new Date(start + i * 60_000).toISOString(), price, price + 0.25, price - 0.25, price + 0.125, 1 + i % 7].join(","));
    }
    const file = path.join(instance.var, "minutes.csv");
    await writeFile(file, lines.join("\n"), { mode: 0o644 });
    await instance.quotemill(["instrument", "add", symbol, "--kind", "crypto", "--interval", "1m"]);
    await instance.quotemill(["import", file, "--instrument", symbol, "--interval", "1m"]);
    await writeFile(file, [lines[0], lines.at(-5).replace(/[^,]+$/, "99")].join("\n"), { mode: 0o644 });
    await instance.quotemill(["import", file, "--instrument", symbol, "--interval", "1m"]);
    await instance.quotemill(["run", "--step", "process"]);
}

// Colours that are not the surface's, on the largest canvas.
const drawn = (page) => page.evaluate(() => {
    const [canvas] = [...document.querySelectorAll("#chart canvas")].sort((a, b) => b.width * b.height - a.width * a.height);
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
});

const barsShown = async (page, n) => page.locator(`#chart[data-bars="${n}"]`).waitFor();

test("an instrument's chart draws, switches and pans back to its first bar", { timeout: 300_000 }, async () => {
    await minutesBrought("TST/USD");
    const visitor = await admin();
    const { page } = visitor;
    await visitor.go("/instruments");
    await page.getByRole("link", { name: "TST/USD" }).click();
    await page.waitForURL("**/instruments/TST%2FUSD");
    await barsShown(page, 500);
    await page.evaluate(() => { globalThis.sameDocument = true; });
    assert.ok(await drawn(page) > 3, "candles");
    assert.match(await page.locator("#chart-legend").innerText(), /O \d+\.\d+.* C \d+\.\d+.*Volume/s);
    assert.match(await page.locator("#values").innerText(), /corrected by load \d+/);

    const calls = [];
    page.on("request", (request) => calls.push(new URL(request.url())));
    await page.locator("#indicators summary").click();
    await page.getByLabel("RSI 14").check();
    await page.getByLabel("SMA 20", { exact: true }).check();
    await page.locator('#chart[data-panes="2"]').waitFor();
    await page.locator("#values").getByRole("columnheader", { name: "RSI 14" }).waitFor();
    assert.match(await page.locator("#chart-legend").innerText(), /SMA 20 \d.*RSI 14 \d/s);
    assert.equal(new URL(page.url()).search, "?indicator=sma_20&indicator=rsi_14");

    await page.locator("#chart").focus();
    const late = Date.now() + 60_000;
    while (await page.locator('#chart[data-whole="true"]').count() === 0) {
        assert.ok(Date.now() < late, await page.locator("#chart-status").innerText());
        await page.keyboard.press("Home");
        await page.waitForTimeout(50);
    }
    await barsShown(page, 3_600);
    assert.match(await page.locator("#chart-status").innerText(), /2026-01-30 to 2026-02-01, all there are/);
    assert.ok(calls.some((it) => it.searchParams.get("before")), "by pages");
    await page.keyboard.press("+");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("End");

    await page.getByRole("link", { name: "1h", exact: true }).click();
    await barsShown(page, 60);
    await page.getByRole("heading", { name: "Values, 1h" }).waitFor();
    assert.match(page.url(), /interval=1h&indicator=sma_20&indicator=rsi_14$/);
    assert.equal(await page.locator('#intervals [aria-current]').innerText(), "1h");
    assert.equal(await page.evaluate(() => globalThis.sameDocument), true, "no reload");
    const stored = await instance.sql("SELECT close FROM bar b JOIN instrument i ON i.id = b.instrument_id "
                                      + "WHERE symbol = 'TST/USD' AND b.interval_s = 3600 ORDER BY ts DESC LIMIT 1");
    const served = await page.evaluate(async () =>
        (await (await fetch(document.getElementById("chart-box").dataset.api + "?interval=1h&order=desc&limit=1")).json()).rows[0].close);
    assert.equal(String(served), stored);
    await page.reload();
    await barsShown(page, 60);
    assert.ok(await page.getByLabel("RSI 14").isChecked(), "the address remembers");
    for (const [name, to] of [["instrument", "/instruments/BTC-USD?indicator=sma_50&indicator=bb_upper&indicator=bb_lower&indicator=rsi_14&indicator=macd&indicator=macd_signal&indicator=macd_hist"],
                              ["instrument-line", "/instruments/MNAV"]])
        await inspect(visitor, name, to);
    await inspect(visitor, "instrument-minutes", "/instruments/TST%2FUSD?as_of=2100-01-01", { shot: false });
    await inspect(visitor, "instrument-wrong", "/instruments/BTC-USD?interval=2d&as_of=x", { status: 422, shot: false });
    await visitor.close();
});

test("an instrument's page without JavaScript: table, indicators, pages, adding and retiring", async () => {
    const visitor = await admin({ javaScriptEnabled: false });
    const { page } = visitor;
    await visitor.go("/instruments/BTC-USD");
    assert.equal(await page.locator("#chart").isVisible(), false);
    await page.getByText("The chart needs JavaScript").waitFor();
    await page.locator("#indicators summary").click();
    await page.getByLabel("RSI 14").check();
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByRole("columnheader", { name: "RSI 14" }).waitFor();
    const newest = await page.locator(".values tbody th").first().innerText();
    await page.getByRole("link", { name: "Older" }).click();
    assert.ok(await page.locator(".values tbody th").first().innerText() < newest);
    await page.getByRole("link", { name: "Newer" }).click();
    assert.equal(await page.locator(".values tbody th").first().innerText(), newest);

    await visitor.go("/instruments");
    await page.getByText("Add an instrument").click();
    await page.getByLabel("Symbol", { exact: true }).fill("XAU=F");
    await page.getByLabel("Lowest price").fill("much");
    visitor.status = 422;
    await page.getByRole("button", { name: "Add the instrument" }).click();
    await page.getByText("\"much\" is no number").first().waitFor();
    html["instruments-wrong"] = await page.content();
    visitor.status = undefined;
    await page.getByLabel("Lowest price").fill("1");
    await page.getByRole("button", { name: "Add the instrument" }).click();
    await page.getByText("No bar of XAU=F is stored yet").waitFor();
    html["instrument-empty"] = await page.content();
    await page.getByText("Retire XAU=F").first().click();
    await page.getByRole("button", { name: "Retire XAU=F" }).click();
    await page.getByRole("button", { name: "Bring XAU=F back" }).waitFor();
    await visitor.close();
});

test("an alert rule is tried as it is typed, saved, changed, copied, switched in bulk and deleted", { timeout: 300_000 }, async () => {
    const visitor = await admin();
    const { page } = visitor;
    const trial = page.locator("#trial-words");
    await visitor.go("/instruments/BTC-USD");
    await page.getByRole("link", { name: "New alert" }).click();
    await page.getByRole("link", { name: "RSI above" }).click();
    await trial.getByText("in the last 90 days").waitFor();
    assert.equal(await page.locator("#f-left_bars").isVisible(), false, "what the term does not need is hidden");
    await page.getByLabel("The number").fill("0");
    await trial.getByText("Would have fired 1 time in the last 90 days").waitFor();
    await page.getByLabel("Over", { exact: true }).selectOption("all");
    await trial.getByText(/Would have fired 1 time from/).waitFor();
    assert.ok((await page.getByRole("img", { name: "BTC-USD 1d" }).boundingBox()).height > 100, "drawn");
    await page.getByLabel("The number").fill("many");
    await trial.getByText("It cannot be tried yet").waitFor();
    await page.getByLabel("The number").fill("70");
    await trial.getByText(/Would/).waitFor();
    assert.equal(new URL(page.url()).pathname, "/alerts/new", "nothing of it needs a new page");
    assert.equal(await instance.sql("SELECT count(*) FROM alert_rule WHERE owner = 'admin'"), "0", "or saves it");
    await page.getByLabel("Name").fill("Hot <b>");
    await page.getByRole("button", { name: "Save the rule" }).click();
    await page.waitForURL(/\/alerts\/\d+$/);
    const own = new URL(page.url()).pathname;
    await inspect(visitor, "alert", own);
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("The number").fill("71");
    await page.getByRole("button", { name: "Save the changes" }).click();
    await page.locator(".rule-words", { hasText: "RSI 14 above 71" }).waitFor();
    await page.getByRole("button", { name: "Duplicate" }).click();
    await page.locator(".flash", { hasText: "the copy of" }).waitFor();
    html["alert-edit"] = await (await visitor.go(new URL(page.url()).pathname)).text();
    await visitor.go("/alerts?owner=mine");
    for (const mark of await page.getByRole("checkbox", { name: /^Mark/ }).all())
        await mark.check();
    await page.getByRole("button", { name: "Switch on what is marked" }).click();
    await page.locator(".flash", { hasText: "1 rule was switched on." }).waitFor();
    await inspect(visitor, "alerts", "/alerts");
    await inspect(visitor, "alert-new", "/alerts/new?symbol=BTC-USD&preset=volume");
    html["alert-pipeline"] = await (await visitor.go("/alerts/new?preset=pipeline")).text();
    await visitor.go(own);
    await page.getByText("Delete alert Hot <b>").first().click();
    await page.getByRole("button", { name: "Delete alert Hot <b>" }).click();
    await page.locator(".flash", { hasText: "is deleted" }).waitFor();
    await visitor.close();
});

test("the same without JavaScript: tried by a button, and a rule that is wrong", { timeout: 300_000 }, async () => {
    const visitor = await admin({ javaScriptEnabled: false });
    const { page } = visitor;
    const trial = page.locator("#trial-words");
    await visitor.go("/alerts/new?symbol=BTC-USD");
    await page.getByLabel("The number").fill("1");
    await page.getByLabel("Name").fill("Plain");
    await page.getByRole("button", { name: "Try it on the past" }).click();
    await trial.getByText("Would have fired 1 time in the last 90 days").waitFor();
    assert.equal(await page.getByLabel("Name").inputValue(), "Plain", "what was typed is kept");
    await page.getByLabel("The number").fill("one");
    visitor.status = 422;
    await page.getByRole("button", { name: "Save the rule" }).click();
    await page.locator("#errors").getByText('"one" is no number').waitFor();
    html["alert-wrong"] = await page.content();
    await page.getByLabel("The number").fill("1");
    visitor.status = undefined;
    await page.getByRole("button", { name: "Save the rule" }).click();
    await page.waitForURL(/\/alerts\/\d+$/);
    await page.getByRole("button", { name: "Switch off" }).click();
    await page.locator(".flash", { hasText: "is switched off" }).waitFor();
    await page.getByText("Delete alert Plain").first().click();
    await page.getByRole("button", { name: "Delete alert Plain" }).click();
    await page.locator(".flash", { hasText: "is deleted" }).waitFor();
    await visitor.close();
});

// A rule that holds for BTC-USD's newest bar; gives its id.
async function firingRule(name, owner, shared) {
    return instance.sql(`INSERT INTO alert_rule (name, owner_id, owner, shared, kind, severity, instrument_id, interval_s,
            left_term, op, right_term)
        SELECT '${name}', u.id, u.name, ${shared}, 'series', 'critical', i.id, 86400, 'close', 'above', '1'
          FROM app_user u, instrument i WHERE u.name = '${owner}' AND i.symbol = 'BTC-USD'
        RETURNING id`);
}

async function until(found, what) {
    const late = Date.now() + 20_000;
    for (;;) {
        const it = await found();
        if (it)
            return it;
        assert.ok(Date.now() < late, `never came: ${what}`);
        await new Promise((done) => setTimeout(done, 100));
    }
}

// Adds a webhook, whose receiver refuses a test for good and takes it when it
// is sent again.
async function webhookTried(visitor, receiver, name) {
    const { page } = visitor;
    await visitor.go("/channels");
    await page.getByRole("link", { name: "Add a channel" }).click();
    await page.getByRole("link", { name: "Webhook" }).click();
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Address").fill(`${receiver.url}/${name}`);
    await page.getByLabel("Signing key").fill(receiver.key);
    await page.getByLabel("critical").check();
    await page.getByRole("button", { name: "Add the channel" }).click();
    await page.locator(".flash", { hasText: `Channel ${name} is added` }).waitFor();
    assert.ok(!(await page.content()).includes(receiver.key), "the key is never shown again");
    receiver.answer = { status: 410, text: "gone <b>for good</b>" };
    await page.getByRole("button", { name: `Send a test to ${name}` }).click();
    await page.waitForURL(/\/deliveries\/\d+$/);
    await verdict(page, "Given up after 1 attempt");
    const answer = page.getByRole("region", { name: "The server's answer" });
    assert.match(await answer.innerText(), /gone <b>for good<\/b>/, "the answer is text");
    if (name === "live")
        await inspect(visitor, "delivery-dead", new URL(page.url()).pathname);
    receiver.answer = { status: 200, text: "thank you" };
    await page.getByRole("button", { name: /^Send delivery \d+ again$/ }).click();
    await verdict(page, `${name} took it`);
    assert.match(await answer.innerText(), /thank you/);
    const came = receiver.of(`/${name}`).filter((it) => it.kind === "test");
    assert.deepEqual(came.map((it) => [it.isSigned, it.title, it.key]),
                     Array(2).fill([true, `Test of channel ${name}`, came[0].key]), "the same message twice");
}

test("an alert rings, is told, acknowledged and silenced; without JavaScript too", { timeout: 300_000 }, async (t) => {
    // what this test does is all that rings
    await instance.sql("UPDATE alert_rule SET enabled = false; "
                       + "UPDATE alert_incident SET acked_by = 'test', acked_at = now() WHERE acked_at IS NULL");
    const receiver = await Receiver.start("a key that nobody guesses");
    t.after(() => receiver.stop());
    const onlooker = await admin();
    const rings = (words) => onlooker.page.locator("#bell-words").getByText(words, { exact: true }).waitFor();
    await onlooker.go("/instruments");
    await onlooker.page.evaluate(() => { globalThis.sameDocument = true; });
    await rings("none");
    for (const javaScriptEnabled of [true, false]) {
        const name = javaScriptEnabled ? "live" : "plain";
        const visitor = await admin({ javaScriptEnabled });
        const { page } = visitor;
        await webhookTried(visitor, receiver, name);
        const title = `Too <b>high</b>, ${name}`;
        const rule = await firingRule(title, "admin", !javaScriptEnabled);
        await rings("1 critical");
        assert.equal(await onlooker.page.locator("#bell-note").innerText(), "Open alerts: 1 critical");
        const told = await until(() => receiver.of(`/${name}`).find((it) => it.kind === "opened" && it.title.includes(title)), "the message");
        assert.deepEqual([told.isSigned, told.severity, told.incidents[0].events[0].subject], [true, "critical", "BTC-USD"]);
        const { id } = told.incidents[0];

        await visitor.go("/");
        await page.getByRole("link", { name: "Open alerts: 1 critical" }).click();
        await page.waitForURL("**/incidents");
        await page.locator("summary", { hasText: "Acknowledge" }).filter({ hasText: `incident ${id}` }).click();
        if (javaScriptEnabled)
            await visitor.shot("incidents-open");
        await page.locator(`#note-${id}`).fill("on <i>it</i>");
        await page.getByRole("button", { name: `Acknowledge incident ${id}` }).click();
        await page.locator(".flash", { hasText: `Incident ${id} is acknowledged` }).waitFor();
        const row = page.getByRole("row").filter({ hasText: title });
        await row.getByText("by admin: on <i>it</i>").waitFor();
        await rings("none");

        await page.locator("summary", { hasText: "Silence" }).filter({ hasText: `incident ${id}` }).click();
        await page.locator(`#reason-${id}`).fill("we <b>know</b>");
        await page.locator(`form[action="/incidents/${id}/silence"]`).getByRole("button", { name: "For 1 h" }).click();
        await page.locator(".flash", { hasText: "Nobody is told of " }).waitFor();
        await row.getByText("silenced by admin").waitFor();
        if (javaScriptEnabled)
            for (const [shot, to] of [["incidents-silenced", "/incidents"], ["incident", `/incidents/${id}`],
                                      ["silences-active", "/silences"], ["events-some", "/alerts/events"],
                                      ["deliveries-some", "/deliveries"], ["channels-some", "/channels"],
                                      ["alert-active", `/alerts/${rule}`]])
                await inspect(visitor, shot, to);
        await visitor.go("/silences");
        await page.getByRole("row", { name: /we <b>know<\/b>/ }).getByRole("button", { name: /^End it now/ }).click();
        await page.locator(".flash", { hasText: "has ended" }).waitFor();
        await visitor.go(`/incidents/${id}`);
        await page.getByText("Silenced by").waitFor({ state: "detached" });
        await page.getByRole("heading", { name: `To ${name}: ` }).first().waitFor();
        await visitor.close();
    }
    assert.equal(await onlooker.page.evaluate(() => globalThis.sameDocument), true, "no reload");
    await onlooker.close();
});

test("alerts of others do not exist; a viewer looks on, an operator acts", { timeout: 300_000 }, async () => {
    await instance.sql("INSERT INTO app_user (name, password_hash, role) VALUES ('otto', '', 'operator')");
    const shared = await firingRule("Shared", "otto", true);
    const own = await firingRule("Own", "otto", false);
    const incidentOf = (rule) => until(() => instance.sql(`SELECT incident_id FROM alert_event WHERE rule_id = ${rule}`), "an incident");
    const seen = await incidentOf(shared);
    const unseen = await incidentOf(own);
    const visitor = await Visitor.open(browser, instance);
    await visitor.login(VIEWER.name, VIEWER.password);
    const { page } = visitor;
    const buttons = page.locator("main").getByRole("button").or(page.locator("main summary.button"));
    const post = async (to) => {
        const csrf = await page.locator('input[name="csrf"]').first().inputValue();
        return (await page.request.post(to, { form: { csrf, hours: "1" }, maxRedirects: 0 })).status();
    };
    for (const [to, words] of [[`/incidents/${seen}`, "Shared"], [`/alerts/${shared}`, "Shared"], ["/silences", "know"]]) {
        await visitor.go(to);
        await page.locator("main").getByText(words).first().waitFor();
        assert.deepEqual(await buttons.allInnerTexts(), [], `${to}: a viewer changes nothing`);
    }
    assert.equal(await page.getByRole("link", { name: "Channels" }).count(), 0);
    assert.equal(await post(`/incidents/${seen}/ack`), 403);
    for (const role of ["viewer", "operator"]) {
        await instance.sql(`UPDATE app_user SET role = '${role}' WHERE name = '${VIEWER.name}'`);
        for (const to of [`/alerts/${own}`, `/incidents/${unseen}`])
            await visitor.go(to, 404);
        await visitor.go("/incidents");
        assert.ok(!(await page.content()).includes(`/incidents/${unseen}"`), `${role}: not in the list`);
    }
    assert.equal(await post(`/incidents/${unseen}/ack`), 404);
    assert.equal(await post(`/alerts/${shared}/disable`), 403, "seen, and not theirs");
    await visitor.go(`/incidents/${seen}`);
    await page.getByRole("button", { name: `Acknowledge incident ${seen}` }).click();
    await page.locator(".flash", { hasText: `Incident ${seen} is acknowledged` }).waitFor();
    await instance.sql(`UPDATE app_user SET role = 'viewer' WHERE name = '${VIEWER.name}'; DELETE FROM app_user WHERE name = 'otto'`);
    await visitor.close();
});

test("no page is heavy", () => {
    for (const [name, text] of Object.entries(html))
        assert.ok(Buffer.byteLength(text) <= 60_000, `${name}: ${Buffer.byteLength(text)} bytes`);
    assert.ok(Buffer.byteLength(html.overview) <= 40_000, `overview: ${Buffer.byteLength(html.overview)} bytes`);
});

test("empty states say why, and what comes next", { timeout: 300_000 }, async () => {
    await instance.sql("TRUNCATE run, step, step_source, run_log, load, bar, bar_history, quarantine, model_version, coefficient, "
                       + "model_activation CASCADE");
    const visitor = await admin();
    const { page } = visitor;
    await visitor.go("/");
    await page.getByText("Nothing has run yet").waitFor();
    await page.getByRole("link", { name: "Set up the first run" }).waitFor();
    for (const [name, to] of [["overview-empty", "/"], ["runs-empty", "/runs"], ["models-empty", "/models"],
                              ["model-empty", "/models/mstr"], ["instruments-empty", "/instruments"],
                              ["loads-empty", "/loads"]])
        await inspect(visitor, name, to);
    await instance.sql("UPDATE instrument SET active = false");
    await inspect(visitor, "instruments-none", "/instruments");
    await inspect(visitor, "trigger-none", "/trigger", { status: 422 });
    await instance.sql("UPDATE instrument SET active = true");
    await visitor.close();
});

test("a run that waits is told, and so is a database that is away", { timeout: 300_000 }, async () => {
    const visitor = await admin();
    const { page } = visitor;
    await instance.sql("INSERT INTO run (mode, trigger, requested_by, lane, steps, queued_at, not_before) "
                       + "VALUES ('incremental', 'console', 'admin', 0, '{fetch}', now() - interval '2 min', now() + interval '1 day')");
    await visitor.go("/runs/" + await instance.sql("SELECT max(id) FROM run"));
    await page.getByText("Waiting for a worker").waitFor();
    await instance.script("pg-cluster", "stop", `${instance.var}/pg`);
    await inspect(visitor, "broken", "/", { status: 503 });
    await visitor.close();
});

test("no page has an error of the Nu HTML checker", { timeout: 300_000 }, async () => {
    assert.ok(Object.keys(html).length >= 20, Object.keys(html).join(" "));
    assert.deepEqual(await checkHtml(html), []);
});
