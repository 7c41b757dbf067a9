// What the console gains when JavaScript is on. Every page works without it:
// each module looks for what it enhances and leaves all else alone.
import { followRun } from "./live.js";
import { previewForecast } from "./forecast.js";

followRun();
previewForecast();

// After a refused form the summary is where reading goes on.
document.getElementById("errors")?.focus();
