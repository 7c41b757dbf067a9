// A real browser, in which every page is watched: an error on the console, an
// exception or a breach of the content security policy fails the test.
import { readFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { root } from "./instance.mjs";

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
const vnu = path.join(path.dirname(require.resolve("vnu-jar/package.json")), "build/dist/vnu.jar");
const shots = path.join(root, "build/shots");

export const LOOKS = ["light", "dark"].flatMap((colorScheme) =>
    [1280, 390].map((width) => ({ colorScheme, width })));

export async function launch() {
    return chromium.launch({
        executablePath: process.env.QM_CHROMIUM ?? "/usr/bin/chromium",
        args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
}

export class Visitor {
    constructor(instance, context) {
        this.instance = instance;
        this.context = context;
        this.complaints = [];
    }

    static async open(browser, instance, options = {}) {
        const context = await browser.newContext({ baseURL: instance.url, viewport: { width: 1280, height: 900 },
                                                   timezoneId: "UTC", locale: "en-GB", ...options });
        context.setDefaultTimeout(20_000);
        const it = new Visitor(instance, context);
        if (options.javaScriptEnabled !== false)
            await context.addInitScript(() => {
                document.addEventListener("securitypolicyviolation", (event) =>
                    console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
            });
        it.page = await context.newPage();
        it.page.on("console", (message) => {
            if (message.type() === "error" && !it.isExpected(message))
                it.complaints.push(`${it.page.url()}: ${message.text()}`);
        });
        it.page.on("pageerror", (error) => it.complaints.push(`${it.page.url()}: ${error.message}`));
        return it;
    }

    // Chromium reports an error status of the page itself on the console.
    isExpected(message) {
        return this.status !== undefined && message.text().includes(`status of ${this.status}`);
    }

    // Goes to a path and returns the status; `status` is the one that is meant.
    async go(to, status = 200) {
        this.status = status === 200 ? undefined : status;
        const answer = await this.page.goto(to);
        if (answer.status() !== status)
            throw new Error(`${to}: status ${answer.status()}, expected ${status}`);
        return answer;
    }

    async login(name, password) {
        await this.go("/login");
        await this.page.fill("#f-name", name);
        await this.page.fill("#f-password", password);
        await this.page.getByRole("button", { name: "Log in" }).click();
        await this.page.waitForURL("**/");
    }

    // Violations of the accessibility rules, one text each.
    async axe() {
        if (!await this.page.evaluate(() => "axe" in globalThis))
            await this.page.evaluate(axe);
        const found = await this.page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
        return found.violations.map((it) => `${it.id}: ${it.help}: ${it.nodes[0].html.slice(0, 200)}`);
    }

    // True when the page is wider than the window.
    async isTooWide() {
        return this.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    }

    // Pictures prove nothing by themselves: they are taken for who looks at them.
    async shot(name) {
        if (!process.env.QM_SHOTS)
            return;
        await mkdir(shots, { recursive: true });
        for (const { colorScheme, width } of LOOKS) {
            await this.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
            await this.page.setViewportSize({ width, height: width > 500 ? 900 : 844 });
            await this.page.screenshot({ path: path.join(shots, `${name}-${colorScheme}-${width}.png`),
                                         fullPage: true });
        }
        await this.page.emulateMedia({ colorScheme: "light" });
        await this.page.setViewportSize({ width: 1280, height: 900 });
    }

    async close() {
        await this.context.close();
        if (this.complaints.length)
            throw new Error(this.complaints.join("\n"));
    }
}

// What the Nu HTML checker says of pages, { name: html }: one text an error.
export async function checkHtml(pages) {
    const dir = await mkdtemp(path.join(tmpdir(), "qm-html-"));
    try {
        const files = [];
        for (const [name, html] of Object.entries(pages)) {
            files.push(path.join(dir, name.replaceAll(/[^A-Za-z0-9.-]+/g, "_") + ".html"));
            await writeFile(files.at(-1), html);
        }
        const { stderr } = await run("java", ["-jar", vnu, "--errors-only", "--exit-zero-always", "--format", "json",
                                              ...files], { maxBuffer: 1 << 24 });
        return JSON.parse(stderr).messages.map((it) =>
            `${path.basename(it.url ?? "")}:${it.lastLine}: ${it.message}: ${it.extract ?? ""}`);
    } finally {
        await rm(dir, { recursive: true, force: true });
    }
}
