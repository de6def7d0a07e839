// What must hold of the pages in a browser; one line a check, as `cargo test` has them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { WEEK, browse, report, serve } from "./place.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const ANSWER_MS = 30_000;

const place = await serve();
const browser = await browse();
const { address, folder } = place;
const pages = { status: `${address}/`, whatif: `${address}/whatif#account=main`, report: report(folder) };

let passed = 0;
let failed = 0;
async function test(name, work, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  try {
    await work(await context.newPage(), context);
    passed += 1;
    console.log(`test browser::${name} ... ok`);
  } catch (error) {
    failed += 1;
    console.log(`test browser::${name} ... FAILED\n${error.stack ?? error}`);
  } finally {
    await context.close();
  }
}

/** Opens a page and waits until it has its figures. */
async function open(page, url) {
  await page.goto(url);
  if (url.includes("/whatif")) await answered(page);
}

/** Waits for the answer to the newest question. */
async function answered(page, before) {
  await page.waitForFunction((before) => {
    const text = document.getElementById("revenue")?.textContent ?? "";
    return /[0-9]/.test(text) && document.getElementById("lift").textContent !== before;
  }, before, { timeout: ANSWER_MS });
}

const numberOf = (text) => Number(text.replace(/[^0-9.-]/g, ""));
const spends = (page) => page.$$eval("#channels input[type=number]", (all) => all.map((it) => Number(it.value)));
const sum = (values) => values.reduce((total, it) => total + it, 0);

for (const [name, url] of Object.entries(pages)) {
  for (const colorScheme of ["light", "dark"]) {
    await test(`${name}_has_no_violation_of_wcag_in_the_${colorScheme}`, async (page) => {
      await open(page, url);
      await page.addScriptTag({ content: axe });
      const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), RULES);
      const told = violations.map((it) => `${it.id}: ${it.help}\n${it.nodes.slice(0, 3).map((node) => "  " + node.html.slice(0, 200) + "\n  " + node.failureSummary).join("\n")}`);
      assert.equal(violations.length, 0, told.join("\n"));
    }, { colorScheme, bypassCSP: true });
  }
  await test(`${name}_has_no_error_in_the_console_and_loads_nothing_from_elsewhere`, async (page) => {
    const troubles = [];
    page.on("console", (it) => it.type() === "error" && troubles.push(it.text()));
    page.on("pageerror", (it) => troubles.push(String(it)));
    page.on("requestfailed", (it) => troubles.push(`${it.url()} failed`));
    page.on("request", (it) => {
      const isOwn = url.startsWith("file:") ? it.url() === url : it.url().startsWith(address);
      if (!isOwn && !it.url().startsWith("data:")) troubles.push(`${it.url()} is elsewhere`);
    });
    await open(page, url);
    assert.deepEqual(troubles, []);
  });
  await test(`${name}_is_read_on_a_phone_without_scrolling_sideways`, async (page) => {
    await open(page, url);
    const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= seen, `${wide} of ${seen}`);
  }, { viewport: { width: 360, height: 800 } });
  await test(`${name}_prints`, async (page) => {
    await open(page, url);
    const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
    const sheets = (pdf.match(/\/Type\s*\/Page\b/g) ?? []).length;
    assert.ok(sheets >= 1 && sheets <= 30, `${sheets} sheets`);
    await page.emulateMedia({ media: "print" });
    const ways = await page.$$eval("input[type=range], button, nav", (all) => all.filter((it) => it.checkVisibility()).length);
    assert.equal(ways, 0, "what is clicked is not printed");
  });
}

await test("the_reports_plots_say_in_words_what_they_show", async (page) => {
  await open(page, pages.report);
  const plots = await page.$$eval("svg.plot", (all) => all.map((it) => [it.getAttribute("role"), it.querySelector("title")?.textContent, it.querySelector("desc")?.textContent]));
  assert.ok(plots.length > 20, `${plots.length} plots`);
  for (const [role, title, words] of plots) assert.ok(role === "img" && title && words, title);
  const cut = await page.$$eval("svg.plot", (all) => all.flatMap((svg) => {
    const edge = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")].filter((it) => {
      const box = it.getBoundingClientRect();
      return box.left < edge.left - 1 || box.right > edge.right + 1;
    }).map((it) => `${svg.querySelector("title").textContent}: ${it.textContent}`);
  }));
  assert.deepEqual(cut, [], "no text leaves its plot");
});

await test("a_slider_changes_figures_by_keyboard_and_the_locked_total_stays", async (page) => {
  await open(page, pages.whatif);
  const before = await spends(page);
  const said = await page.textContent("#lift");
  const range = page.locator("#channels input[type=range]").nth(1);
  await range.focus();
  for (let times = 0; times < 10; times += 1) await page.keyboard.press("ArrowLeft");
  await answered(page, said);
  const after = await spends(page);
  assert.ok(after[1] < before[1], `${after[1]} < ${before[1]}`);
  assert.ok(Math.abs(sum(after) - sum(before)) < 1, `${sum(after)} ${sum(before)}`);
  assert.ok(after[0] > before[0] && after[2] > before[2]);
});

await test("a_slider_changes_figures_by_the_mouse_and_a_free_total_follows", async (page) => {
  await open(page, pages.whatif);
  await page.uncheck("#locked");
  const before = await spends(page);
  const said = await page.textContent("#lift");
  const box = await page.locator("#channels input[type=range]").nth(0).boundingBox();
  await page.mouse.click(box.x + box.width * 0.8, box.y + box.height / 2);
  await answered(page, said);
  const after = await spends(page);
  assert.ok(after[0] > before[0]);
  assert.deepEqual(after.slice(1), before.slice(1));
  assert.match(await page.textContent("#lift"), /more a week than this week's decision, between/);
});

await test("what_the_page_shows_is_what_the_daemon_answers", async (page) => {
  await open(page, pages.whatif);
  await page.uncheck("#locked");
  const said = await page.textContent("#lift");
  await page.locator("#channels input[type=number]").nth(2).fill("150000");
  await page.keyboard.press("Tab");
  await answered(page, said);
  const names = await page.$$eval("#rows th", (all) => all.map((it) => it.textContent));
  const values = await spends(page);
  const spend = Object.fromEntries(names.map((name, at) => [name, values[at]]));
  const answer = await fetch(`${address}/v1/accounts/main/whatif`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ spend }),
  }).then((it) => it.json());
  assert.equal(numberOf(await page.textContent("#revenue")), Math.round(answer.asked.revenue));
  // Rupees are grouped as in India.
  assert.match(await page.textContent("#revenue"), /^₹\d{1,2}(,\d{2})*,\d{3}$/);
});

await test("a_link_brings_another_to_the_same_figures", async (page, context) => {
  await open(page, pages.whatif);
  const said = await page.textContent("#lift");
  await page.locator("#channels input[type=range]").nth(3).focus();
  for (let times = 0; times < 7; times += 1) await page.keyboard.press("ArrowRight");
  await answered(page, said);
  await page.waitForFunction((first) => location.href !== first, pages.whatif);
  await page.waitForTimeout(600);
  const other = await context.newPage();
  await other.goto(page.url());
  await page.waitForTimeout(300);
  await answered(other, said);
  await other.waitForFunction((text) => document.getElementById("revenue").textContent === text, await page.textContent("#revenue"));
  assert.deepEqual(await spends(other), await spends(page));
});

await test("the_download_holds_the_figures_and_their_sum", async (page) => {
  await open(page, pages.whatif);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  assert.match(download.suggestedFilename(), /^whatif_main_.*\.csv$/);
  const lines = readFileSync(await download.path(), "utf8").trim().split(/\r?\n/).map((line) => line.split(","));
  const at = lines[0].indexOf("spend");
  const rows = lines.slice(1, -1).map((row) => Number(row[at]));
  assert.equal(rows.length, 4);
  assert.ok(Math.abs(sum(rows) - Number(lines.at(-1)[at])) < 0.01, lines.join("\n"));
});

await test("the_status_page_leads_to_the_signed_report", async (page) => {
  await open(page, pages.status);
  await page.click(`a[href="/v1/accounts/main/weeks/${WEEK}/files/report.html"]`);
  await page.waitForURL(/report\.html$/);
  assert.match(await page.textContent("h1"), /26 Jan 2026/);
  const looks = await page.evaluate(() => getComputedStyle(document.body).maxWidth);
  assert.notEqual(looks, "none", "its style is in force");
});

await browser.close();
console.log(`\ntest result: ${failed ? "FAILED" : "ok"}. ${passed} passed; ${failed} failed; 0 ignored`);
process.exit(failed ? 1 : 0);
