// Draws bars and indicators with TradingView Lightweight Charts.
//
// The library's own logo is left out because it brings a style element, which
// the content security policy refuses; the page names the maker instead.

const LINES = 6; // colours --line-1 to --line-6
const SIGNIFICANT = 8; // digits of a price, at most
const BAR_PX = 7;

const NUMBER = new Map(); // formats by decimals
const format = (value, decimals) => {
    if (!NUMBER.has(decimals))
        NUMBER.set(decimals, new Intl.NumberFormat("en", { minimumFractionDigits: decimals,
                                                           maximumFractionDigits: decimals }));
    return NUMBER.get(decimals).format(value).replaceAll(",", "\u202f");
};
const VOLUME = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const timeOf = ({ ts }) => Date.parse(ts) / 1000;
const isThere = (value) => value !== null && value !== undefined;

// Decimals that tell these prices apart without the noise of doubles.
function decimalsOf(rows) {
    let decimals = 0, largest = 0;
    for (const { close } of rows.slice(-200)) {
        decimals = Math.max(decimals, String(close).split(".")[1]?.length ?? 0);
        largest = Math.max(largest, Math.abs(close));
    }
    const whole = largest >= 1 ? Math.floor(Math.log10(largest)) + 1 : 1;
    return Math.min(Math.max(decimals, 2), Math.max(SIGNIFICANT - whole, 2));
}

export class Drawing {
    constructor(library, surface, legend, { bars, indicators, fired, range }) {
        this.library = library;
        this.surface = surface;
        this.legend = legend;
        this.bars = bars;
        this.indicators = indicators;
        this.fired = new Set(fired);
        this.decimals = decimalsOf(bars.rows);
        this.isDaily = bars.what.interval === "1d";
        this.isScalar = bars.rows.every(({ open, high, low, close }) => open === close && high === close && low === close);
        this.hasVolume = bars.rows.some(({ volume }) => isThere(volume));
        this.onRange = () => {};
        this.panes = this.paneNames();
        surface.dataset.panes = this.panes.length - 1;
        this.canvas = document.createElement("div");
        this.canvas.className = "chart-canvas";
        this.canvas.setAttribute("aria-hidden", "true");
        surface.replaceChildren(this.canvas);
        this.make();
        this.setData();
        this.setRange(range);
        this.watch();
    }

    remove() {
        this.chart.remove();
        this.legend.replaceChildren();
    }

    // Of the panes from above: prices, volume, then as the registry has them.
    paneNames() {
        const names = new Set(["price"]);
        if (this.hasVolume || this.indicators.some(({ pane }) => pane === "volume"))
            names.add("volume");
        for (const { pane } of this.indicators)
            names.add(pane);
        return [...names];
    }

    make() {
        const { createChart, ColorType, CrosshairMode } = this.library;
        const line = colour("--line"), soft = colour("--ink-soft");
        this.chart = createChart(this.canvas, {
            autoSize: true,
            layout: { attributionLogo: false, background: { type: ColorType.Solid, color: colour("--surface") },
                      textColor: soft, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12,
                      panes: { separatorColor: line, separatorHoverColor: colour("--accent-soft") } },
            grid: { vertLines: { color: colour("--chart-grid") }, horzLines: { color: colour("--chart-grid") } },
            crosshair: { mode: CrosshairMode.Normal,
                         vertLine: { color: soft, labelBackgroundColor: colour("--idle") },
                         horzLine: { color: soft, labelBackgroundColor: colour("--idle") } },
            rightPriceScale: { borderColor: line },
            timeScale: { borderColor: line, timeVisible: !this.isDaily, secondsVisible: false, rightOffset: 4,
                         barSpacing: BAR_PX, minBarSpacing: 0.2, enableConflation: true },
            localization: { locale: "en-GB", timeFormatter: (time) => this.timeWords(time) },
            handleScroll: { vertTouchDrag: false }, // a finger scrolls the page up and down
        });
        this.main = this.makeMain();
        this.markers = this.library.createSeriesMarkers(this.main, []);
        if (this.hasVolume)
            this.volume = this.chart.addSeries(this.library.HistogramSeries,
                { priceFormat: { type: "volume" }, priceLineVisible: false, lastValueVisible: false },
                this.panes.indexOf("volume"));
        this.lines = this.indicators.map((indicator) => this.makeLine(indicator));
        this.chart.panes().forEach((pane, i) => pane.setStretchFactor(i === 0 ? 3 : 1));
    }

    makeMain() {
        const { CandlestickSeries, LineSeries } = this.library;
        const priceFormat = { type: "price", precision: this.decimals, minMove: 10 ** -this.decimals };
        if (this.isScalar)
            return this.chart.addSeries(LineSeries, { color: colour("--accent"), lineWidth: 2, priceFormat }, 0);
        const up = colour("--chart-up"), down = colour("--chart-down");
        return this.chart.addSeries(CandlestickSeries, { upColor: up, borderUpColor: up, wickUpColor: up,
            downColor: down, borderDownColor: down, wickDownColor: down, priceFormat }, 0);
    }

    makeLine({ name, pane, isPercent }) {
        const { HistogramSeries, LineSeries, LineStyle } = this.library;
        const within = this.indicators.filter((it) => it.pane === pane);
        const at = within.findIndex((it) => it.name === name);
        const tint = colour(`--line-${at % LINES + 1}`);
        const isColumns = name.endsWith("_hist");
        const decimals = isPercent ? 1 : this.decimals;
        const series = this.chart.addSeries(isColumns ? HistogramSeries : LineSeries, {
            color: tint, lineWidth: 2, lineStyle: at >= LINES ? LineStyle.Dashed : LineStyle.Solid,
            priceLineVisible: false, lastValueVisible: pane !== "price" && pane !== "volume" && !isColumns,
            crosshairMarkerVisible: false,
            priceFormat: pane === "volume" ? { type: "volume" } : { type: "price", precision: decimals, minMove: 10 ** -decimals },
            ...isPercent ? { autoscaleInfoProvider: () => ({ priceRange: { minValue: 0, maxValue: 100 } }) } : {},
        }, this.panes.indexOf(pane));
        return { series, name, tint, isColumns };
    }

    setData() {
        const { rows } = this.bars;
        this.rowAt = new Map(rows.map((row) => [timeOf(row), row]));
        const up = colour("--chart-up-soft"), down = colour("--chart-down-soft");
        this.main.setData(rows.map((row) => this.isScalar ? { time: timeOf(row), value: row.close }
            : { time: timeOf(row), open: row.open, high: row.high, low: row.low, close: row.close }));
        this.volume?.setData(rows.map((row) => isThere(row.volume)
            ? { time: timeOf(row), value: row.volume, color: row.close >= row.open ? up : down } : { time: timeOf(row) }));
        for (const { series, name, isColumns } of this.lines)
            series.setData(rows.map((row) => isThere(row[name])
                ? { time: timeOf(row), value: row[name], ...isColumns ? { color: row[name] >= 0 ? up : down } : {} }
                : { time: timeOf(row) }));
        this.markers.setMarkers(rows.flatMap((row) => this.marksOf(row)));
        this.tellRow(rows.at(-1));
    }

    marksOf(row) {
        const time = timeOf(row);
        return [...row.corrected ? [{ time, position: "aboveBar", shape: "square", size: 0.6, color: colour("--warn") }] : [],
                ...this.fired.has(time) ? [{ time, position: "aboveBar", shape: "arrowDown", size: 1, color: colour("--bad") }]
                    : []];
    }

    // Of bars by number, from 0; undefined while there are none.
    get range() {
        return this.bars.rows.length ? this.chart.timeScale().getVisibleLogicalRange() ?? undefined : undefined;
    }

    setRange(range) {
        if (!this.bars.rows.length)
            return;
        const n = this.bars.rows.length;
        const shown = Math.max(20, Math.floor(this.surface.clientWidth / BAR_PX));
        this.chart.timeScale().setVisibleLogicalRange(range ?? { from: n - shown, to: n + 3 });
    }

    watch() {
        this.chart.subscribeCrosshairMove(({ time }) => this.tellRow(this.rowAt.get(time) ?? this.bars.rows.at(-1)));
        this.chart.timeScale().subscribeVisibleLogicalRangeChange((range) => range && this.onRange(range));
        this.chart.timeScale().subscribeSizeChange(() => this.placeLegends());
    }

    // By a share of what is seen.
    pan(share) {
        this.move(({ from, to }) => {
            const by = Math.sign(share) * Math.max(1, Math.abs(share) * (to - from));
            return { from: from + by, to: to + by };
        });
    }

    zoom(factor) {
        this.move(({ from, to }) => {
            const middle = (from + to) / 2, half = Math.max(3, factor * (to - from) / 2);
            return { from: middle - half, to: middle + half };
        });
    }

    toStart() {
        this.move(({ from, to }) => ({ from: -1, to: to - from - 1 }));
    }

    move(change) {
        const { range } = this;
        if (range)
            this.chart.timeScale().setVisibleLogicalRange(change(range));
    }

    toEnd() {
        this.chart.timeScale().scrollToPosition(4, false);
    }

    timeWords(time) {
        const text = new Date(time * 1000).toISOString();
        return this.isDaily ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
    }

    // One line of words for each pane: what the bar under the crosshair holds.
    tellRow(row) {
        this.legend.replaceChildren(...row ? this.panes.map((pane) => this.paneWords(pane, row)) : []);
        this.placeLegends();
    }

    paneWords(pane, row) {
        const line = document.createElement("p");
        const say = (text, name, tint) => {
            const span = document.createElement("span");
            span.textContent = text;
            span.className = name ?? "";
            if (tint)
                span.style.color = tint;
            line.append(span, " ");
        };
        if (pane === "price")
            this.sayPrices(row, say);
        if (pane === "volume" && isThere(row.volume))
            say(`Volume ${VOLUME.format(row.volume)}`);
        for (const [i, { name, title, isPercent, pane: own }] of this.indicators.entries())
            if (own === pane)
                say(`${title} ${!isThere(row[name]) ? "–" : own === "volume" ? VOLUME.format(row[name])
                    : format(row[name], isPercent ? 1 : this.decimals)}`, "chart-name", this.lines[i].tint);
        return line;
    }

    sayPrices(row, say) {
        say(this.timeWords(timeOf(row)), "chart-time");
        const price = (value) => format(value, this.decimals);
        const parts = this.isScalar ? [price(row.close)]
            : ["open", "high", "low", "close"].map((name) => `${name[0].toUpperCase()} ${price(row[name])}`);
        for (const part of parts)
            say(part, this.isScalar ? "" : row.close >= row.open ? "chart-rise" : "chart-fall");
        if (row.partial)
            say("may still grow", "chart-mark");
        if (row.corrected)
            say("◆ corrected", "chart-mark");
        if (this.fired.has(timeOf(row)))
            say("▼ alert fired", "chart-mark");
    }

    placeLegends() {
        const top = this.surface.getBoundingClientRect().top - this.legend.parentElement.getBoundingClientRect().top;
        this.chart.panes().forEach((pane, i) => {
            const element = pane.getHTMLElement(), line = this.legend.children[i];
            if (element && line)
                line.style.top = `${top + element.getBoundingClientRect().top - this.surface.getBoundingClientRect().top}px`;
        });
    }
}
