// What the console gains when JavaScript is on. Every page works without it:
// each module looks for what it enhances and leaves all else alone.
import { followBell } from "./bell.js";
import { followLive } from "./live.js";
import { chooseGaps } from "./coverage.js";
import { previewForecast } from "./forecast.js";
import { sendFiles } from "./upload.js";

followBell();
followLive();
previewForecast();
sendFiles();
chooseGaps();

// On a phone the navigation scrolls sideways: show where we are.
const here = document.querySelector(".nav [aria-current]");
if (here) {
    const nav = here.closest(".nav");
    nav.scrollLeft = here.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
}

// After a refused form the summary is where reading goes on.
document.getElementById("errors")?.focus();
