// Takes webhooks, as somebody's own server would: keeps what came, with whether
// its signature is right, and answers as it is told to.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";

export class Receiver {
    constructor(key) {
        this.key = key;
        this.messages = [];
        this.answer = { status: 200, text: "thank you" };
        this.server = createServer((request, response) => this.take(request, response));
    }

    static async start(key) {
        const it = new Receiver(key);
        await new Promise((done, fail) => {
            it.server.once("error", fail);
            it.server.listen(0, "127.0.0.1", done);
        });
        it.url = `http://127.0.0.1:${it.server.address().port}`;
        return it;
    }

    async take(request, response) {
        const body = Buffer.concat(await request.toArray()).toString();
        const { "x-quotemill-timestamp": at, "x-quotemill-signature": signature, "idempotency-key": key } = request.headers;
        const right = createHmac("sha256", this.key).update(`${at}.${body}`).digest("hex");
        this.messages.push({ ...JSON.parse(body), to: request.url, key, isSigned: signature === `sha256=${right}` });
        response.writeHead(this.answer.status, { "Content-Type": "text/plain", Connection: "close" }).end(this.answer.text);
    }

    of(path) {
        return this.messages.filter((it) => it.to === path);
    }

    async stop() {
        await new Promise((done) => this.server.close(done));
    }
}
