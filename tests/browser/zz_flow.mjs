import { launch, Visitor } from "./lib/browser.mjs";
const browser = await launch();
const v = await Visitor.open(browser, { url: "http://127.0.0.1:9180" });
await v.login("admin", "correct horse battery");
for (const preset of ["rsi_above", "price_below"]) {
    await v.go("/alerts/new?symbol=BTC-USD&preset=" + preset);
    await v.page.getByRole("button", { name: "Save the rule" }).click();
    await v.page.waitForURL(/\/alerts\/\d+$/);
}
console.log(v.page.url());
await browser.close();
