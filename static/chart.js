// The chart of an instrument's page: candles (a line where there is one price
// a bar), volume, and the indicators that are checked in the page's form.
//
// The address says what is shown, so it can be kept and sent; what the server
// renders for that address (table, interval buttons) is put in place when it
// changes. Bars come by pages, older ones as one pans back (chart_bars.js).
import { Bars } from "./chart_bars.js";
import { Drawing } from "./chart_draw.js";

const POLL_MS = 60_000;
const SETTLE_MS = 250; // after a click on an indicator
const NEAR = 60; // bars left of the window that are fetched ahead

class ChartPage {
    constructor(box, library) {
        this.box = box;
        this.library = library;
        this.form = document.getElementById("chart-form");
        this.status = document.getElementById("chart-status");
        this.surface = document.getElementById("chart");
        this.bars = new Bars(box.dataset.api);
        this.settling = 0;
        this.turn = 0;
        this.drawing = null;
    }

    // The registry's entries that are checked, in its order.
    get indicators() {
        return [...this.form.querySelectorAll("input[name=indicator]:checked")]
            .map(({ value, dataset }) => ({ name: value, title: dataset.title, pane: dataset.pane,
                                            isPercent: dataset.scale === "percent" }));
    }

    // When alert rules fired on bars of this interval.
    get fired() {
        return (this.box.dataset.fired ?? "").split(",").map((mark) => mark.split(" "))
            .filter(([interval]) => interval === this.interval).map(([, ts]) => Date.parse(ts) / 1000);
    }

    get interval() {
        return this.form.elements.interval.value;
    }

    start() {
        this.box.closest(".chart-card").dataset.on = "";
        this.surface.tabIndex = 0;
        this.surface.setAttribute("role", "application");
        this.surface.addEventListener("keydown", (event) => this.onKey(event));
        this.form.addEventListener("change", (event) => {
            if (event.target.name === "indicator")
                this.onIndicator();
        });
        document.addEventListener("click", (event) => this.onInterval(event));
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
        setInterval(() => this.poll(), POLL_MS);
        this.chosenWords();
        this.show();
    }

    async show({ keep = 0 } = {}) {
        const turn = ++this.turn;
        const range = keep > 0 ? this.drawing?.range : undefined;
        this.say("Reading the bars…");
        try {
            await this.bars.open({ interval: this.interval, asOf: this.box.dataset.asOf,
                                   indicators: this.indicators.map(({ name }) => name) }, keep);
        } catch (error) {
            this.fail(turn, error);
            return;
        }
        if (turn === this.turn)
            this.draw(range);
    }

    draw(range = this.drawing?.range) {
        this.drawing?.remove();
        this.drawing = new Drawing(this.library, this.surface, document.getElementById("chart-legend"),
                                   { bars: this.bars, indicators: this.indicators, fired: this.fired, range });
        this.drawing.onRange = ({ from }) => {
            if (from < NEAR)
                this.older();
        };
        this.tell();
        this.drawing.onRange(this.drawing.range ?? { from: 0 }); // as far as it is to be read ahead
    }

    async older() {
        if (this.bars.isWhole || this.bars.isBusy)
            return;
        const turn = this.turn;
        try {
            if (!await this.bars.older() || turn !== this.turn)
                return;
        } catch (error) {
            this.fail(turn, error);
            return;
        }
        this.drawing.setData();
        this.tell();
        if ((this.drawing.range?.from ?? NEAR) < NEAR)
            this.older();
    }

    async poll() {
        if (document.hidden || this.box.dataset.asOf || this.bars.isBusy || !this.drawing)
            return;
        const turn = this.turn;
        try {
            if (await this.bars.newest() && turn === this.turn) {
                this.drawing.setData();
                this.tell();
            }
        } catch {
            // the next minute tries again
        }
    }

    onInterval(event) {
        const link = event.target.closest?.("#intervals a");
        if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey)
            return;
        event.preventDefault();
        if (link.dataset.interval === this.interval)
            return;
        this.form.elements.interval.value = link.dataset.interval;
        this.showServed(link.href);
        this.show();
    }

    onIndicator() {
        clearTimeout(this.settling);
        this.chosenWords();
        this.settling = setTimeout(() => {
            const url = new URL(location.href);
            for (const name of ["indicator", "before", "after"])
                url.searchParams.delete(name);
            for (const { name } of this.indicators)
                url.searchParams.append("indicator", name);
            this.showServed(url.href);
            this.show({ keep: this.bars.rows.length });
        }, SETTLE_MS);
    }

    // Puts what the server renders for an address in place.
    async showServed(href) {
        history.replaceState(null, "", href);
        const answer = await fetch(href, { cache: "no-store" }).catch(() => null);
        if (answer?.redirected)
            location.reload(); // the session has ended
        if (!answer?.ok || href !== location.href)
            return;
        const next = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const id of ["intervals", "values"]) {
            const old = document.getElementById(id), fresh = next.getElementById(id);
            const focused = old.contains(document.activeElement) ? document.activeElement.dataset.interval : undefined;
            if (fresh)
                old.replaceWith(document.importNode(fresh, true));
            if (focused)
                document.querySelector(`#intervals [data-interval="${focused}"]`)?.focus();
        }
    }

    onKey(event) {
        const keys = { ArrowLeft: () => this.drawing.pan(-0.1), ArrowRight: () => this.drawing.pan(0.1),
                       PageUp: () => this.drawing.pan(-0.9), PageDown: () => this.drawing.pan(0.9),
                       Home: () => this.drawing.toStart(), End: () => this.drawing.toEnd(),
                       "+": () => this.drawing.zoom(0.8), "=": () => this.drawing.zoom(0.8),
                       "-": () => this.drawing.zoom(1.25) };
        const act = keys[event.key];
        if (!act || !this.drawing || event.ctrlKey || event.metaKey || event.altKey)
            return;
        event.preventDefault();
        act();
    }

    chosenWords() {
        const titles = this.indicators.map(({ title }) => title);
        document.getElementById("chosen-words").textContent = titles.length ? `: ${titles.join(", ")}` : "";
    }

    tell() {
        const { rows, isWhole } = this.bars;
        const n = rows.length.toLocaleString("en").replaceAll(",", "\u202f");
        const span = rows.length ? `, ${rows[0].ts.slice(0, 10)} to ${rows.at(-1).ts.slice(0, 10)}` : "";
        this.say(rows.length ? `${n} bars${span}${isWhole ? ", all there are" : ""}` : "No bars");
        this.surface.dataset.bars = rows.length;
        this.surface.dataset.whole = isWhole;
        this.surface.setAttribute("aria-label", `Chart of ${this.box.dataset.symbol}, ${this.interval}: ${n} bars${span}. ` +
            "Arrow keys move, plus and minus zoom. The table below holds the values.");
    }

    fail(turn, error) {
        if (turn !== this.turn || error.name === "AbortError")
            return;
        if (error.status === 401)
            location.reload(); // the session has ended
        this.say(error.status === undefined ? "The bars could not be read: the console does not answer."
                                            : `The bars could not be read: ${error.message}`);
    }

    say(text) {
        this.status.textContent = text;
    }
}

const box = document.getElementById("chart-box");
if (box)
    try {
        new ChartPage(box, await import("./vendor/lightweight-charts.js")).start();
    } catch (error) {
        box.hidden = true;
        document.getElementById("chart-status").textContent =
            "The chart could not be loaded. The table below holds the same values.";
        throw error;
    }
