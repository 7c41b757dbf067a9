// TAP for prove: a line for each test on standard output; what a failed one
// said, and where, as comments on standard error, which prove always shows.
// (Node's own reporter writes YAML that prove cannot always read.)
function explain(name, error) {
    const cause = error?.cause ?? error;
    const text = cause instanceof Error ? cause.stack ?? cause.message : String(cause);
    const lines = text.split("\n").filter((line) => !/^\s+at .*node:/.test(line));
    process.stderr.write([`${name}:`, ...lines].map((line) => `# ${line}\n`).join(""));
}

export default async function* tap(source) {
    let n = 0;
    for await (const { type, data } of source) {
        if (type === "test:stderr" || type === "test:stdout")
            process.stderr.write(data.message);
        if (type !== "test:pass" && type !== "test:fail")
            continue;
        if (type === "test:fail")
            explain(data.name, data.details.error);
        if (data.nesting > 0)
            continue;
        const skip = data.skip === undefined ? "" : ` # SKIP ${data.skip === true ? "" : data.skip}`;
        yield `${type === "test:pass" ? "ok" : "not ok"} ${++n} - ${data.name.replaceAll("#", "\\#")}${skip}\n`;
    }
    yield `1..${n}\n`;
}
