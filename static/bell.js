// The bell: on word that alerts have changed it asks how many are open, shows
// that and says it to who does not see it.
//
// A browser opens few connections to a host at once, so only the pages in sight
// hold one; one that comes into sight asks.

const AGAIN_MS = 30_000; // after the live channel was refused
const FETCH_MS = 10_000;

export function followBell() {
    const bell = document.getElementById("bell");
    if (bell)
        new Bell(bell).start();
}

class Bell {
    constructor(bell) {
        this.bell = bell;
        this.words = document.getElementById("bell-words");
        this.note = document.getElementById("bell-note");
        this.source = null;
        this.timer = 0;
        this.busy = false;
        this.again = false;
    }

    start() {
        document.addEventListener("visibilitychange", () => this.inSight() ? this.listen(true) : this.leave());
        addEventListener("pagehide", () => this.leave());
        addEventListener("pageshow", (event) => event.persisted && this.listen(true));
        this.listen(false);
    }

    inSight() {
        return document.visibilityState === "visible";
    }

    // isStale: what the page shows may be old.
    listen(isStale) {
        if (isStale)
            this.refresh();
        if (this.source || !this.inSight())
            return;
        this.source = new EventSource(this.bell.dataset.live);
        this.source.onmessage = () => this.refresh();
        this.source.onerror = () => {
            if (this.source?.readyState !== EventSource.CLOSED)
                return; // the browser tries again by itself
            this.leave();
            this.timer = setTimeout(() => this.listen(true), AGAIN_MS);
        };
    }

    leave() {
        clearTimeout(this.timer);
        this.source?.close();
        this.source = null;
    }

    // One question at a time; a change during one asks once more.
    async refresh() {
        this.again = this.busy;
        if (this.busy)
            return;
        this.busy = true;
        try {
            const answer = await fetch("/bell", { cache: "no-store", signal: AbortSignal.timeout(FETCH_MS) });
            if (answer.ok)
                this.show(await answer.json());
        } catch {
            // away: the next word or look asks again
        }
        this.busy = false;
        if (this.again)
            this.refresh();
    }

    show({ words, tone }) {
        if (words === this.words.textContent)
            return;
        this.words.textContent = words;
        this.bell.className = `bell tone-${tone}`;
        this.note.textContent = `Open alerts: ${words}`;
    }
}
