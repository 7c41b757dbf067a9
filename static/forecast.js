// The trigger page's forecast, kept true as the form is filled in. The server
// computes it on GET from the same names that the form posts.

const PAUSE_MS = 300;

export function previewForecast() {
    const form = document.querySelector("form[data-forecast]");
    if (!form)
        return;
    let timer = 0;
    let under_way = null;
    form.addEventListener("input", (event) => {
        if (event.target.name === "reason")
            return;
        clearTimeout(timer);
        timer = setTimeout(update, PAUSE_MS);
    });

    async function update() {
        under_way?.abort();
        under_way = new AbortController();
        const signal = under_way.signal;
        const query = new URLSearchParams(new FormData(form));
        query.delete("csrf");
        const region = document.getElementById("forecast");
        region.setAttribute("aria-busy", "true");
        try {
            const answer = await fetch(`${form.dataset.forecast}?${query}`, { signal });
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const fresh = page.getElementById("forecast");
            if (fresh)
                region.replaceChildren(...document.importNode(fresh, true).childNodes);
            region.removeAttribute("aria-busy");
        } catch (error) {
            if (error.name !== "AbortError")
                region.removeAttribute("aria-busy");
        }
    }
}
