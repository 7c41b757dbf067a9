// An instance of its own for one test file: scripts/up with a folder and a
// port of its own, the simulator and a clock that stands.
import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
export const root = path.resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../..");
const UP_MS = 600_000;

async function freePort() {
    const server = createServer();
    await new Promise((done, fail) => {
        server.once("error", fail);
        server.listen(0, "127.0.0.1", done);
    });
    const { port } = server.address();
    await new Promise((done) => server.close(done));
    return port;
}

export class Instance {
    static async start({ now }) {
        const it = new Instance();
        it.var = await mkdtemp(path.join(tmpdir(), "qm-browser-"));
        await chmod(it.var, 0o755);
        it.port = await freePort();
        it.url = `http://127.0.0.1:${it.port}`;
        it.password = "twelve-stones-grind-42";
        it.env = { ...process.env, QM_VAR: it.var, PORT: String(it.port), QM_PROVIDERS: "simulator",
                   QM_ADMIN_PASSWORD: it.password, QM_NOW: now };
        delete it.env.QM_SIMULATOR_DATA;
        await it.script("up");
        return it;
    }

    // One of scripts/, with this instance's environment.
    async script(name, ...args) {
        try {
            const { stdout } = await run(path.join(root, "scripts", name), args,
                                         { cwd: root, env: this.env, timeout: UP_MS, maxBuffer: 1 << 24 });
            return stdout;
        } catch (error) {
            throw new Error(`scripts/${name} failed: ${error.stdout}${error.stderr}`);
        }
    }

    // bin/quotemill as the instance's user; extra goes into its environment.
    async quotemill(args, extra = {}) {
        const set = Object.entries(extra).map(([name, value]) => `${name}=${value}`);
        try {
            const { stdout } = await run(path.join(root, "scripts/run-as"),
                                         [root, this.var, "--", "env", ...set, path.join(root, "bin/quotemill"), ...args],
                                         { cwd: root, env: this.env, timeout: UP_MS });
            return stdout;
        } catch (error) {
            if (error.code === 3) // some sources failed: not this caller's matter
                return error.stdout;
            throw new Error(`quotemill ${args.join(" ")}: ${error.stdout}${error.stderr}`);
        }
    }

    async sql(text) {
        return (await this.script("psql", "-qAtc", text)).trim();
    }

    // Lines of the simulator's faults file; none takes all faults away.
    async faults(...lines) {
        await writeFile(path.join(this.var, "simulator/faults"), lines.map((line) => line + "\n").join(""));
    }

    async log(name) {
        return readFile(path.join(this.var, "log", name), "utf8").catch(() => "");
    }

    async stop() {
        await this.script("down");
        await rm(this.var, { recursive: true, force: true });
    }
}
