// The coverage map: days are chosen by pointing at them, which ticks the gaps
// of the list that lie there. The list alone does the same without this.

export function chooseGaps() {
    const form = document.getElementById("fill");
    const boxes = form ? [...form.querySelectorAll("input[name=gap]")] : [];
    if (boxes.length === 0)
        return;
    const gaps = boxes.map((box) => {
        const [symbol, interval, from, to] = box.value.split(" ");
        return { box, symbol, interval, from: Date.parse(from), to: Date.parse(to) };
    });
    for (const svg of document.querySelectorAll("svg.cover"))
        pointAt(svg, gaps.filter((gap) => gap.symbol === svg.dataset.symbol && gap.interval === svg.dataset.interval));
    form.addEventListener("change", tell);
    tell();

    function tell() {
        const n = boxes.filter((box) => box.checked).length;
        const button = document.getElementById("fill-button");
        button.textContent = n === 0 ? "Fill the chosen gaps" : n === 1 ? "Fill the chosen gap" : `Fill the ${n} chosen gaps`;
        for (const svg of document.querySelectorAll("svg.cover"))
            mark(svg, gaps.filter((gap) => gap.box.checked && gap.symbol === svg.dataset.symbol && gap.interval === svg.dataset.interval));
    }

    function pointAt(svg, own) {
        if (own.length === 0)
            return;
        let start = null;
        let want = true;
        svg.classList.add("cover-live");
        svg.addEventListener("pointerdown", (event) => {
            start = cellAt(svg, event);
            want = !hit(svg, own, start, start).some((gap) => gap.box.checked);
            svg.setPointerCapture(event.pointerId);
        });
        svg.addEventListener("pointerup", (event) => {
            if (start === null)
                return;
            const end = cellAt(svg, event);
            for (const gap of hit(svg, own, Math.min(start, end), Math.max(start, end)))
                gap.box.checked = want;
            start = null;
            tell();
        });
        svg.addEventListener("pointercancel", () => {
            start = null;
        });
    }
}

function cellAt(svg, event) {
    const place = svg.getBoundingClientRect();
    const cells = Number(svg.dataset.cells);
    const x = Math.floor((event.clientX - place.left) / place.width * cells);
    return Math.min(Math.max(x, 0), cells - 1);
}

function hit(svg, gaps, first, last) {
    const begin = Number(svg.dataset.from) * 1000;
    const step = Number(svg.dataset.step) * 1000;
    const from = begin + first * step;
    const to = begin + (last + 1) * step;
    return gaps.filter((gap) => gap.from < to && gap.to >= from);
}

// Draws a line beneath the days of the gaps that are chosen.
function mark(svg, chosen) {
    svg.querySelector(".cover-chosen")?.remove();
    if (chosen.length === 0)
        return;
    const begin = Number(svg.dataset.from) * 1000;
    const step = Number(svg.dataset.step) * 1000;
    const cells = Number(svg.dataset.cells);
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("class", "cover-chosen");
    path.setAttribute("d", chosen.map((gap) => {
        const first = Math.max(Math.floor((gap.from - begin) / step), 0);
        const last = Math.min(Math.floor((gap.to - begin) / step), cells - 1);
        return `M${first * 10} 0h${(last - first + 1) * 10}v16h-${(last - first + 1) * 10}z`;
    }).join(""));
    svg.append(path);
}
