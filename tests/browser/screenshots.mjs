// Pictures of the pages for the documentation, from the demonstration: docs/screenshots/*.png.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { browse, report, root, serve } from "./place.mjs";

const { address, folder } = await serve();
const browser = await browse();
const out = join(root, "docs/screenshots");
mkdirSync(out, { recursive: true });

async function shot(name, url, { width, height, colorScheme = "light", ready }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  await page.goto(url);
  if (ready) await page.waitForFunction(ready);
  await page.screenshot({ path: join(out, `${name}.png`) });
  await context.close();
  console.log(`docs/screenshots/${name}.png`);
}

const hasFigures = () => /[0-9]/.test(document.getElementById("revenue").textContent);
await shot("report", report(folder), { width: 1000, height: 900 });
await shot("report_plots", `${report(folder)}#advice`, { width: 1000, height: 1300 });
await shot("report_on_a_phone", report(folder), { width: 390, height: 844 });
await shot("status", `${address}/`, { width: 1000, height: 780 });
await shot("whatif", `${address}/whatif#account=main`, { width: 1100, height: 980, ready: hasFigures });
await shot("whatif_dark", `${address}/whatif#account=main`, { width: 1100, height: 980, colorScheme: "dark", ready: hasFigures });

await browser.close();
process.exit(0);
