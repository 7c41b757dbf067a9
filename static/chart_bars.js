// Bars of one instrument and interval as /api/v1/charts gives them, by pages
// from the newest backwards, kept oldest first without holes between.

const PAGE = 500; // rows of the first page
const OLDER = 1_000; // of those that follow
const PAGE_MAX = 5_000;

export class Bars {
    constructor(api) {
        this.api = api;
        this.rows = [];
        this.next = null;
        this.what = {};
        this.working = null;
    }

    get isWhole() {
        return this.next === null;
    }

    get isBusy() {
        return this.working !== null;
    }

    // Begins anew with the newest bars, `least` or more as far as there are.
    async open(what, least = 0) {
        this.working?.abort();
        this.what = what;
        const rows = [];
        let next;
        await this.work(async (signal) => {
            do {
                const page = await this.page({ before: next, limit: Math.min(Math.max(PAGE, least - rows.length), PAGE_MAX) },
                                             signal);
                rows.unshift(...page.rows.reverse());
                next = page.next;
            } while (next !== null && rows.length < least);
        });
        this.rows = rows;
        this.next = next;
    }

    // The page before those that are here; false when there is none.
    async older() {
        if (this.next === null)
            return false;
        const page = await this.work((signal) => this.page({ before: this.next, limit: OLDER }, signal));
        this.rows = page.rows.reverse().concat(this.rows);
        this.next = page.next;
        return true;
    }

    // The newest page again; true when it differs from what is here.
    async newest() {
        const page = await this.work((signal) => this.page({ limit: PAGE }, signal));
        const fresh = page.rows.reverse();
        const first = fresh[0]?.ts ?? "";
        const at = this.rows.findIndex(({ ts }) => ts >= first);
        if (at < 0) { // so long ago that bars in between are missing
            this.rows = fresh;
            this.next = page.next;
            return true;
        }
        if (JSON.stringify(this.rows.slice(at)) === JSON.stringify(fresh))
            return false;
        this.rows = this.rows.slice(0, at).concat(fresh);
        return true;
    }

    async work(job) {
        const mine = new AbortController();
        this.working = mine;
        try {
            return await job(mine.signal);
        } finally {
            if (this.working === mine)
                this.working = null;
        }
    }

    async page({ before, limit }, signal) {
        const { interval, asOf, indicators } = this.what;
        const query = new URLSearchParams({ interval, order: "desc", limit });
        if (indicators.length)
            query.set("indicators", indicators.join(","));
        if (asOf)
            query.set("as_of", asOf);
        if (before)
            query.set("before", before);
        // "no-cache" asks the server whether what is kept still holds
        const answer = await fetch(`${this.api}?${query}`, { cache: "no-cache", signal });
        const body = await answer.json().catch(() => ({}));
        if (!answer.ok)
            throw Object.assign(new Error(body.detail ?? `status ${answer.status}`), { status: answer.status });
        return body;
    }
}
