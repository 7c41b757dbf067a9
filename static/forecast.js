// What a form will do, kept true as it is filled in: the trigger page's forecast,
// the trial of an alert rule. The server computes it from the same names that the
// form posts: on GET, or (data-forecast-method="post") on POST with do=try. Of the
// page that comes back the parts named in data-forecast-parts are taken.

const PAUSE_MS = 300;

export function previewForecast() {
    const form = document.querySelector("form[data-forecast]");
    if (!form)
        return;
    const { forecast: url, forecastMethod: method = "get", forecastParts = "forecast" } = form.dataset;
    const parts = forecastParts.split(" ");
    let timer = 0;
    let under_way = null;
    form.addEventListener("input", (event) => {
        if (["reason", "name", "note"].includes(event.target.name))
            return;
        clearTimeout(timer);
        timer = setTimeout(update, PAUSE_MS);
    });

    function ask(signal) {
        const fields = new URLSearchParams(new FormData(form));
        if (method === "post") {
            fields.set("do", "try");
            return fetch(url, { method, body: fields, signal });
        }
        fields.delete("csrf");
        return fetch(`${url}?${fields}`, { signal });
    }

    function take(part, page) {
        const fresh = page.getElementById(part);
        if (fresh)
            document.getElementById(part).replaceChildren(...document.importNode(fresh, true).childNodes);
    }

    function setBusy(is_busy) {
        for (const part of parts)
            document.getElementById(part).setAttribute("aria-busy", is_busy);
    }

    async function update() {
        under_way?.abort();
        under_way = new AbortController();
        const { signal } = under_way;
        setBusy(true);
        try {
            const answer = await ask(signal);
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            for (const part of parts)
                take(part, page);
            setBusy(false);
        } catch (error) {
            if (error.name !== "AbortError")
                setBusy(false);
        }
    }
}
