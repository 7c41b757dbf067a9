// What is under way (a run, an upload, an undo): log lines are appended as they
// arrive, progress moves, and on word of a change the page is fetched again and
// its #live part put in place.
//
// The server's page is the only source of markup but for log lines. What was
// missed (before the connection stood, or while it was away) comes with the
// next fetch, so a lost message delays and never hides anything.

const SAFETY_MS = 10_000; // fetches even when no word came
const POLL_MS = 2_000; // fetches while the live channel is away
const FETCH_MS = 15_000; // longest fetch
const LAST_MS = 1_500; // after the end: for the last lines of the log
const LOG_MAX = 2_000; // lines kept in the page

export function followLive() {
    const live = document.getElementById("live");
    const channel = live?.dataset.live;
    if (!channel || live.dataset.ended !== undefined)
        return;
    const page = new LivePage(live);
    const source = new EventSource(channel);
    page.onEnd = () => source.close();
    source.onopen = () => { page.connected = true; page.refresh(); };
    source.onerror = () => { page.connected = false; page.schedule(); };
    source.onmessage = (event) => {
        let message;
        try {
            message = JSON.parse(event.data);
        } catch {
            return;
        }
        if (message.kind === "log")
            page.log.add(message);
        else if (message.kind === "progress")
            showProgress(message);
        else if (message.kind === "changed")
            page.refresh();
    };
    page.log.toEnd();
    page.schedule();
}

// {bytes, of, rows}: between two fetches the bar moves by itself.
function showProgress({ bytes, of, rows }) {
    const bar = document.getElementById("progress");
    const words = document.getElementById("progress-words");
    if (!bar || !words || !(of > 0))
        return;
    bar.max = of;
    bar.value = bytes;
    words.textContent = `${Math.floor(100 * bytes / of)} %, ${rows.toLocaleString("en").replaceAll(",", "\u2009")} rows`;
}

async function fetchPage() {
    try {
        const answer = await fetch(location.pathname, { cache: "no-store", signal: AbortSignal.timeout(FETCH_MS) });
        if (answer.redirected)
            location.reload(); // the session has ended
        return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    } catch {
        return null; // away, or too slow: the timer tries again
    }
}

class LivePage {
    constructor(live) {
        this.live = live;
        this.log = new Log(document.getElementById("log"));
        this.note = document.getElementById("live-note");
        this.connected = false;
        this.busy = false;
        this.again = false;
        this.finished = false;
        this.timer = 0;
        this.onEnd = () => {};
    }

    schedule() {
        clearTimeout(this.timer);
        if (this.live.dataset.ended === undefined)
            this.timer = setTimeout(() => this.refresh(), this.connected ? SAFETY_MS : POLL_MS);
    }

    // One fetch at a time; a change during one asks for one more.
    async refresh() {
        if (this.busy) {
            this.again = true;
            return;
        }
        this.busy = true;
        this.show(await fetchPage());
        this.busy = false;
        if (this.live.dataset.ended !== undefined) {
            if (!this.finished)
                this.finish();
        } else if (this.again) {
            this.again = false;
            this.refresh();
        } else {
            this.schedule();
        }
    }

    // next: the page fetched again, or null when the server is away.
    show(next) {
        const fresh = next?.getElementById("live");
        if (!fresh)
            return;
        this.log.merge(next.getElementById("log"));
        this.swap(document.importNode(fresh, true));
        document.title = next.title;
    }

    // The last lines may come after the word that the run has ended.
    finish() {
        this.finished = true;
        setTimeout(async () => {
            this.show(await fetchPage());
            this.onEnd();
        }, LAST_MS);
    }

    swap(fresh) {
        const before = this.live.dataset.words;
        const focused = this.live.contains(document.activeElement)
            ? document.activeElement.id : "";
        this.live.replaceWith(fresh);
        this.live = fresh;
        if (focused)
            document.getElementById(focused)?.focus();
        if (this.note && fresh.dataset.words !== before)
            this.note.textContent = fresh.dataset.words;
    }
}

const LEVELS = new Map([[3, "log-error"], [4, "log-warn"]]);

class Log {
    constructor(list) {
        this.list = list;
    }

    // A line from the live channel: {id, at, level, event, text}.
    add(line) {
        if (!this.list)
            return;
        const item = document.createElement("li");
        item.dataset.id = line.id;
        const level = LEVELS.get(line.level);
        if (level)
            item.className = level;
        const time = document.createElement("time");
        time.dateTime = line.at;
        time.title = line.at;
        time.textContent = line.at.slice(11, 19);
        const event = document.createElement("span");
        event.className = "event";
        event.textContent = line.event;
        const text = document.createElement("span");
        text.textContent = line.text;
        item.append(time, event, text);
        this.insert([item]);
    }

    // Lines of a page fetched again that are not here yet.
    merge(fetched) {
        if (this.list && fetched)
            this.insert([...fetched.children].map((item) => document.importNode(item, true)));
    }

    toEnd() {
        if (this.list)
            this.list.scrollTop = this.list.scrollHeight;
    }

    // Each line once, in the order of ids, in whatever order they come. Keeps
    // the end in sight for whoever is reading there.
    insert(items) {
        const list = this.list;
        const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 48;
        for (const item of items) {
            const id = Number(item.dataset.id);
            let before = list.lastElementChild;
            while (before && Number(before.dataset.id) > id)
                before = before.previousElementSibling;
            if (before && Number(before.dataset.id) === id)
                continue;
            if (before)
                before.after(item);
            else
                list.prepend(item);
        }
        if (!list.childElementCount)
            return;
        list.hidden = false;
        document.getElementById("log-empty")?.remove();
        while (list.childElementCount > LOG_MAX)
            list.firstElementChild.remove();
        if (atEnd)
            this.toEnd();
    }
}
