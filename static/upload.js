// The upload form: files may be dropped on it, and how much has been sent is
// shown. Without this the browser sends the same form by itself.

export function sendFiles() {
    const form = document.getElementById("upload-form");
    const input = document.getElementById("f-file");
    const drop = document.getElementById("drop");
    if (!form || !input || !drop)
        return;
    acceptDrops(drop, input, () => form.requestSubmit());
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        send(form, input);
    });
}

// Anywhere on the page counts: a file that misses the box by a little must not
// replace the page.
function acceptDrops(drop, input, dropped) {
    const isFile = (event) => event.dataTransfer?.types.includes("Files");
    document.addEventListener("dragover", (event) => {
        if (!isFile(event))
            return;
        event.preventDefault();
        drop.classList.add("drop-over");
    });
    document.addEventListener("dragleave", (event) => {
        if (!event.relatedTarget)
            drop.classList.remove("drop-over");
    });
    document.addEventListener("drop", (event) => {
        if (!isFile(event))
            return;
        event.preventDefault();
        drop.classList.remove("drop-over");
        if (!event.dataTransfer.files.length)
            return;
        input.files = event.dataTransfer.files;
        dropped();
    });
}

function send(form, input) {
    const bar = document.getElementById("sent");
    const words = document.getElementById("sent-words");
    const button = form.querySelector("button[type=submit]");
    const request = new XMLHttpRequest();
    const names = [...input.files].map((file) => file.name);
    const what = names.length === 1 ? names[0] : `${names.length} files`;
    const fail = (text) => {
        bar.hidden = true;
        button.disabled = false;
        words.textContent = text;
    };
    button.disabled = true;
    bar.hidden = false;
    words.textContent = `Sending ${what}`;
    request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable)
            return;
        bar.value = event.loaded / event.total;
        words.textContent = event.loaded < event.total
            ? `Sending ${what}: ${Math.floor(100 * event.loaded / event.total)} %`
            : `Received; looking at ${what}`;
    });
    request.addEventListener("load", () => {
        // The answer leads to the page of what was sent, or is a page that says
        // what is wrong.
        if (request.status < 400 && request.responseURL)
            location.assign(request.responseURL);
        else
            fail(reasonOf(request) ?? `The server answered ${request.status}. Nothing was kept.`);
    });
    request.addEventListener("error", () => fail("The connection broke off. Nothing was kept; try again."));
    request.open("POST", form.action);
    request.send(new FormData(form));
}

function reasonOf(request) {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const text = page.querySelector(".errors li, .verdict-words, main p")?.textContent.trim();
    return text || null;
}
