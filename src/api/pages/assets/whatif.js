// The what-if page: sliders → a question to the daemon → figures. What is shown comes from the model of
// the daemon; this page computes no prediction, and nothing it does changes a budget.

import { Refusal, json, lastWins } from "./ask.js";
import { drawBand, freshScale, roundStep } from "./band.js";
import { csv } from "./csv.js";
import { day, percent, writer } from "./money.js";
import { moveKeepingTotal, scaleTo } from "./split.js";

/** A drag changes figures at once; a screen reader hears them when the hand rests. */
const SAY_AFTER_MS = 900;
const LINK_AFTER_MS = 250;

const $ = (id) => document.getElementById(id);
const sum = (values) => values.reduce((total, it) => total + it, 0);
const path = (account) => "/v1/accounts/" + encodeURIComponent(account);

let accounts = [];
let account = null;
let write = null;
/** { name, present, decision, low, high, pinned, spend, parts } of each channel of the model. */
let channels = [];
let decision = null;
let total = 0;
let step = 1;
let drag = null;
let answer = null;
let retry = null;
let question = 0;

function element(name, properties = {}, ...children) {
  const { attributes, ...rest } = properties;
  const made = Object.assign(document.createElement(name), rest);
  for (const [key, value] of Object.entries(attributes ?? {})) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function trouble(text) {
  $("trouble").textContent = text;
  $("trouble").hidden = !text;
}

/** The channels' spends by their names. */
const spends = (of) => Object.fromEntries(channels.map((it) => [it.name, of(it)]));

// ---------------------------------------------------------------- an account

async function open(id, wish) {
  clearTimeout(retry);
  question += 1;
  const mine = question;
  trouble("");
  $("begin").hidden = false;
  $("page").setAttribute("aria-busy", "true");
  account = accounts.find((it) => it.id === id);
  write = writer(account);
  try {
    const week = account.latest ? await json(`${path(id)}/weeks/latest`).catch(() => null) : null;
    const first = await json(`${path(id)}/whatif`, { set: {} });
    if (mine !== question) return;
    take(first, week);
  } catch (error) {
    if (mine !== question) return;
    $("page").removeAttribute("aria-busy");
    failed(error, () => open(id, wish));
    // The account can be changed, whatever this one lacks.
    if (accounts.length > 1) {
      channels = [];
      $("page").hidden = false;
      document.querySelectorAll("#page .desk, #page .wide, #page .bar").forEach((it) => (it.hidden = true));
    }
    return;
  }
  $("begin").hidden = true;
  $("page").hidden = false;
  $("page").removeAttribute("aria-busy");
  document.querySelectorAll("#page .desk, #page .wide, #page .bar").forEach((it) => (it.hidden = false));
  document.documentElement.classList.add("has-bar");
  restore(wish);
  build();
  freshScale();
  changed();
}

function failed(error, again) {
  if (!(error instanceof Refusal)) {
    console.error(error);
  }
  const after = error.retryAfter;
  $("begin").hidden = !after;
  trouble(after ? `${error.message} Trying again in ${after} s.` : error.message);
  clearTimeout(retry);
  if (after) retry = setTimeout(again, after * 1000);
}

/** The model's channels with the account's bounds and the amounts of this week's decision. */
function take(first, week) {
  const budgets = new Map((week?.channels ?? []).map((it) => [it.channel, Number(it.final_budget)]));
  const settings = new Map(account.channels.map((it) => [it.name, it]));
  const weekly = Number(week?.total ?? account.total_budget_weekly) || 0;
  channels = first.channels.map((it) => {
    const own = settings.get(it.channel) ?? {};
    const cap = own.spend_cap_share === null || own.spend_cap_share === undefined ? 1 : Number(own.spend_cap_share);
    return {
      name: it.channel,
      present: it.present_spend,
      decision: budgets.get(it.channel) ?? null,
      capShare: cap,
      floorShare: Number(own.spend_floor_share ?? 0) || 0,
      isPaused: own.paused === true,
      pinned: own.paused === true,
      spend: 0,
      low: 0,
      high: 0,
    };
  });
  const isWhole = week && channels.every((it) => Number.isFinite(it.decision ?? NaN));
  decision = isWhole ? { week: week.week_start_date, total: weekly } : null;
  if (!decision) channels.forEach((it) => (it.decision = null));
  start();
  const most = Math.max(...channels.map((it) => Math.max(it.present, it.spend, weekly * Math.min(it.capShare, 1))), 1);
  step = Math.max(1, roundStep(most, 200));
  const end = Math.ceil((most * 1.15) / (step * 10)) * step * 10;
  channels.forEach((it) => (it.end = end));
}

/** Begins at this week's decision, or at the last spend where nothing was decided. */
function start(of = decision ? (it) => it.decision : (it) => Math.round(it.present)) {
  channels.forEach((it) => (it.spend = of(it)));
  total = sum(channels.map((it) => it.spend));
  bounds();
}

function bounds() {
  for (const it of channels) {
    it.low = it.isPaused ? 0 : Math.ceil(it.floorShare * total);
    it.high = Math.floor(it.capShare * total);
  }
}

// ---------------------------------------------------------------- the link

function wishOf(text) {
  const asked = new URLSearchParams(text.replace(/^#/, ""));
  return {
    account: asked.get("account"),
    locked: asked.get("locked") !== "0",
    pinned: asked.getAll("pin"),
    spends: new Map(asked.getAll("spend").map((it) => [it.slice(it.indexOf(":") + 1), Number(it.slice(0, it.indexOf(":")))])),
  };
}

function restore(wish) {
  $("locked").checked = wish.locked;
  if (wish.spends.size === 0) return;
  for (const it of channels) {
    const spend = wish.spends.get(it.name);
    if (Number.isFinite(spend) && spend >= 0 && spend <= 1e13) it.spend = spend;
    it.pinned = it.isPaused || wish.pinned.includes(it.name);
    it.end = Math.max(it.end, Math.ceil(it.spend / (step * 10)) * step * 10);
  }
  total = sum(channels.map((it) => it.spend));
  bounds();
}

function link() {
  const asked = new URLSearchParams({ account: account.id, locked: $("locked").checked ? "1" : "0" });
  for (const it of channels) asked.append("spend", `${it.spend}:${it.name}`);
  for (const it of channels) if (it.pinned && !it.isPaused) asked.append("pin", it.name);
  return `${location.origin}${location.pathname}#${asked}`;
}

// ---------------------------------------------------------------- the sliders

function build() {
  $("channels").replaceChildren(...channels.map(card));
  $("to-decision").hidden = $("key-decision").hidden = !decision;
  $("total").value = total;
  show();
}

function card(channel, i) {
  const name = element("span", { className: "name", id: `name-${i}`, textContent: channel.name });
  const number = element("input", { type: "number", id: `number-${i}`, min: "0", step: "any" });
  number.setAttribute("inputmode", "decimal");
  number.setAttribute("aria-label", `${channel.name}: spend per week`);
  const pin = element("input", { type: "checkbox", id: `pin-${i}`, checked: channel.pinned, disabled: channel.isPaused });
  pin.setAttribute("aria-label", `Pin ${channel.name}`);
  const range = element("input", { type: "range", id: `range-${i}`, min: "0", max: channel.end, step: "1" });
  range.setAttribute("aria-label", `${channel.name}: spend per week`);
  const ticks = element("span", { className: "ticks" });
  ticks.setAttribute("aria-hidden", "true");
  const said = element("p", { className: "said", id: `said-${i}` });
  range.setAttribute("aria-describedby", said.id);
  channel.parts = { number, range, ticks, said, pin };
  range.addEventListener("input", () => move(i, toStep(i, Number(range.value))));
  for (const input of [range, number]) input.addEventListener("change", () => (drag = null));
  number.addEventListener("change", () => {
    const value = Number(number.value);
    if (number.value !== "" && Number.isFinite(value) && value >= 0 && value <= 1e13) move(i, value);
    drag = null;
    show();
  });
  for (const input of [range, number]) input.addEventListener("keydown", (event) => key(event, i));
  pin.addEventListener("change", () => {
    channel.pinned = pin.checked;
    changed();
  });
  const tools = element("span", { className: "row" }, number, element("label", { className: "pin" }, pin, "pin"));
  const head = element("div", { className: "head" }, name, tools);
  const slide = element("div", { className: "slide" }, range, ticks);
  const group = element("div", { className: "channel" }, head, slide, said);
  group.setAttribute("role", "group");
  group.setAttribute("aria-labelledby", name.id);
  return group;
}

/** Dragging goes in round steps; the exact amount of the decision is met again, too. */
function toStep(i, value) {
  const near = [channels[i].decision, channels[i].end].find((it) => it !== null && Math.abs(value - it) < step / 2);
  return near ?? Math.round(value / step) * step;
}

function key(event, i) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const isNumber = event.target.type === "number";
  const steps = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  if (!isNumber) Object.assign(steps, { ArrowRight: 1, ArrowLeft: -1 });
  const spend = channels[i].spend;
  let value;
  if (event.key in steps) value = Math.max(0, (Math.round(spend / step) + steps[event.key]) * step);
  else if (!isNumber && event.key === "Home") value = 0;
  else if (!isNumber && event.key === "End") value = channels[i].end;
  else return;
  event.preventDefault();
  drag = null;
  move(i, value);
  drag = null;
}

function move(i, value) {
  if ($("locked").checked) {
    // All of one drag is reckoned from where it began, so that going back undoes it.
    drag ??= channels.map((it) => ({ ...it }));
    const moved = moveKeepingTotal(drag, i, value, total);
    channels.forEach((it, k) => (it.spend = moved[k]));
  } else {
    channels[i].spend = value;
    total = sum(channels.map((it) => it.spend));
    bounds();
  }
  for (const it of channels) it.end = Math.max(it.end, it.spend);
  changed();
}

/** Figures of the controls, without waiting for the model. */
function show() {
  const isLocked = $("locked").checked;
  const totalInput = $("total");
  if (document.activeElement !== totalInput || drag) totalInput.value = Math.round(total * 100) / 100;
  totalInput.disabled = !isLocked;
  $("total-said").textContent = write.money(total) + " a week";
  $("lock-said").textContent = isLocked
    ? "Moving one channel takes from or gives to those that are not pinned, in proportion and within their caps and floors."
    : "The total is free: each channel moves by itself.";
  const { money } = write;
  for (const it of channels) {
    const { number, range, ticks, said, pin } = it.parts;
    range.max = it.end;
    range.value = it.spend;
    if (document.activeElement !== number || drag || Number(number.value) !== it.spend) number.value = it.spend;
    pin.checked = it.pinned;
    range.style.setProperty("--at", `calc(var(--thumb) / 2 + (100% - var(--thumb)) * ${it.spend / it.end})`);
    const share = total > 0 ? it.spend / total : 0;
    const words = [money(it.spend), `${percent(share)} of the total`];
    if (it.isPaused) words.push("paused: it gets no budget");
    const caution = it.spend > it.high + 0.5 ? `above the cap of ${money(it.high)}` : it.spend < it.low - 0.5 ? `below the floor of ${money(it.low)}` : "";
    const edge = caution ? "" : it.capShare < 1 ? `cap ${money(it.high)}` : "";
    said.replaceChildren([...words, ...(edge ? [edge] : [])].join(" · "));
    if (caution) said.append(" · ", element("span", { className: "caution", textContent: caution }));
    range.setAttribute("aria-valuetext", [...words, caution || edge].filter(Boolean).join(", "));
    const marks = [["floor", it.low > 0 ? it.low : null], ["cap", it.capShare < 1 ? it.high : null], ["decision", it.decision]];
    ticks.replaceChildren(
      ...marks.filter(([, at]) => at !== null && at <= it.end).map(([kind, at]) => {
        const tick = element("span", { className: `tick ${kind}` });
        tick.style.left = `${(at / it.end) * 100}%`;
        return tick;
      }),
    );
  }
}

// ---------------------------------------------------------------- the answer

let linkTimer = null;

function changed() {
  bounds();
  show();
  clearTimeout(linkTimer);
  linkTimer = setTimeout(() => history.replaceState(null, "", link()), LINK_AFTER_MS);
  $("done").textContent = "";
  ask({ question, spend: spends((it) => it.spend) });
}

const ask = lastWins(async (wish) => {
  if (wish.question !== question) return;
  clearTimeout(retry);
  const body = { spend: wish.spend };
  if (decision) body.compare = spends((it) => it.decision);
  try {
    const told = await json(`${path(account.id)}/whatif`, body);
    if (wish.question !== question) return;
    trouble("");
    answer = told;
    tell();
  } catch (error) {
    if (wish.question !== question) return;
    $("answer").setAttribute("aria-busy", "true");
    failed(error, () => changed());
  }
});

/** The difference in a sentence. */
function liftWords({ revenue, low, high }, confidence) {
  const { money } = write;
  const than = decision ? "this week's decision" : "the last spend";
  if (Math.round(revenue) === 0 && Math.round(low) === 0 && Math.round(high) === 0) return `As much as ${than}.`;
  const more = revenue >= 0 ? "more" : "less";
  const [from, to] = revenue >= 0 ? [low, high] : [-high, -low];
  return `About ${money(Math.abs(revenue))} ${more} a week than ${than}, between ${money(from)} and ${money(to)} at ${percent(confidence)}.`;
}

let sayTimer = null;

function tell() {
  const { money, change } = write;
  const { asked, lift, confidence } = answer;
  const base = answer.compared ?? answer.present;
  $("answer").removeAttribute("aria-busy");
  $("revenue").textContent = money(asked.revenue);
  $("revenue-band").textContent = `between ${money(asked.low)} and ${money(asked.high)} at ${percent(confidence)}, from a spend of ${money(asked.spend)}`;
  const label = decision ? "This week's decision" : "The last spend";
  drawBand($("band"), [
    { label, value: base.revenue, low: base.low, high: base.high, kind: "was" },
    { label: "Your split", value: asked.revenue, low: asked.low, high: asked.high, kind: "now" },
  ], money);
  const words = liftWords(lift, confidence);
  $("lift").textContent = words;
  const chance = lift.probability_positive;
  const same = lift.low === 0 && lift.high === 0;
  $("chance").textContent = same || chance === null || chance === undefined ? "" : `It brings more with a probability of ${percent(chance)}.`;
  const spent = asked.spend - base.spend;
  const bar = `${money(asked.revenue)} (${change(lift.revenue)})`;
  $("bar").textContent = bar;
  $("bar").hidden = false;
  warnings();
  table(confidence);
  clearTimeout(sayTimer);
  const spentWords = Math.abs(spent) >= 1 ? ` It spends ${money(Math.abs(spent))} ${spent > 0 ? "more" : "less"}.` : "";
  if (spentWords) $("chance").textContent += spentWords;
  sayTimer = setTimeout(() => ($("live").textContent = `Predicted revenue ${money(asked.revenue)}. ${words}${spentWords}`), SAY_AFTER_MS);
}

function warnings() {
  const { money } = write;
  const list = [];
  for (const it of answer.failed_checks ?? []) {
    const text = typeof it === "string" ? it : (it.text ?? it.name ?? it.check);
    list.push(`The model failed a check: ${text}. Trust its figures less.`);
  }
  for (const it of channels) {
    if (it.spend > it.high + 0.5) list.push(`${it.name} is above its cap of ${money(it.high)}; the rules would not give it so much.`);
    if (it.spend < it.low - 0.5) list.push(`${it.name} is below its floor of ${money(it.low)}; the rules would give it more.`);
  }
  const beyond = answer.channels.filter((it) => it.is_beyond_history).map((it) => it.channel);
  if (beyond.length > 0) list.push(`More than was ever spent in a week: ${beyond.join(", ")}. There the model guesses.`);
  $("warnings").replaceChildren(...list.map((it) => element("li", { textContent: it })));
  $("warnings").hidden = list.length === 0;
}

function table(confidence) {
  const { money, change } = write;
  $("table-caption").textContent = `Per week, on average over the weeks ahead; intervals at ${percent(confidence)}.`;
  $("col-change").textContent = decision ? "Against the decision" : "Against the last spend";
  $("col-more").textContent = `One more ${money(1)} brings`;
  const cell = (text) => element("td", { className: "n", textContent: text });
  const rows = answer.channels.map((it) => {
    const own = channels.find((one) => one.name === it.channel);
    const before = own?.decision ?? it.present_spend;
    const notes = [];
    if (own && it.spend > own.high + 0.5) notes.push("above cap");
    if (own && it.spend < own.low - 0.5) notes.push("below floor");
    if (it.is_beyond_history) notes.push("beyond history");
    if (own?.isPaused) notes.push("paused");
    return element("tr", {},
      element("th", { scope: "row", textContent: it.channel }),
      cell(money(it.spend)), cell(Math.abs(it.spend - before) < 0.5 ? "same" : change(it.spend - before)),
      cell(money(it.contribution)), cell(`${money(it.low)} to ${money(it.high)}`),
      cell(money(it.marginal_roas, 2)), element("td", { textContent: notes.join(", ") }));
  });
  $("rows").replaceChildren(...rows);
  const before = sum(answer.channels.map((it) => channels.find((one) => one.name === it.channel)?.decision ?? it.present_spend));
  const difference = answer.asked.spend - before;
  $("foot").replaceChildren(element("tr", {},
    element("th", { scope: "row", textContent: "Total" }),
    cell(money(answer.asked.spend)), cell(Math.abs(difference) < 0.5 ? "same" : change(difference)),
    cell(money(sum(answer.channels.map((it) => it.contribution)))), cell(""), cell(""), element("td")));
  const { learnt_from: first, learnt_to: last } = answer.model;
  const learnt = ` It learnt from ${day(first)} to ${day(last)}.`;
  $("model").textContent = `The rest of the predicted revenue, ${money(answer.without_media)}, would come without these channels.${learnt}`;
  const notes = (answer.notes ?? []).map((it) => (typeof it === "string" ? it : it.text)).filter(Boolean);
  $("notes").replaceChildren(...notes.map((it) => element("li", { textContent: it })));
  $("notes").hidden = notes.length === 0;
}

// ---------------------------------------------------------------- links, files

function download() {
  if (!answer) return;
  const header = ["account", "channel", "spend", "share", "decided", "last_spend", "contribution", "low", "high", "marginal_return"];
  const rows = answer.channels.map((it) => [account.id, it.channel, it.spend, null, channels.find((one) => one.name === it.channel)?.decision, it.present_spend, it.contribution, it.low, it.high, it.marginal_roas]);
  rows.forEach((row) => (row[3] = answer.asked.spend > 0 ? (Math.round((row[2] / answer.asked.spend) * 1e6) / 1e6).toString() : null));
  const column = (i) => (rows.some((row) => typeof row[i] === "number") ? sum(rows.map((row) => row[i] ?? 0)) : null);
  rows.push([account.id, "total", column(2), "1", column(4), column(5), column(6), null, null, null]);
  const url = URL.createObjectURL(new Blob([csv([header, ...rows])], { type: "text/csv;charset=utf-8" }));
  const name = `whatif_${account.id}_${decision?.week ?? answer.week_start_date}.csv`;
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  $("done").textContent = `Saved as ${name}.`;
}

async function copy() {
  const text = link();
  history.replaceState(null, "", text);
  try {
    await navigator.clipboard.writeText(text);
    $("done").textContent = "The link is copied: it opens this page with these figures.";
  } catch {
    $("done").textContent = "The link could not be copied; it stands in the address bar.";
  }
}

function listen() {
  $("account").addEventListener("change", () => open($("account").value, wishOf("")));
  $("locked").addEventListener("change", () => {
    drag = null;
    changed();
  });
  $("total").addEventListener("change", () => {
    const value = Number($("total").value);
    if ($("total").value !== "" && Number.isFinite(value) && value >= 0 && value <= 1e13) {
      total = value;
      bounds();
      const scaled = scaleTo(channels, total);
      channels.forEach((it, i) => (it.spend = scaled[i]));
      for (const it of channels) it.end = Math.max(it.end, it.spend);
    }
    // What is pinned or at a bound may keep the sum from being just that.
    total = sum(channels.map((it) => it.spend));
    $("total").value = total;
    changed();
  });
  const reset = (of) => {
    drag = null;
    channels.forEach((it) => (it.pinned = it.isPaused));
    start(of);
    changed();
  };
  $("to-decision").addEventListener("click", () => reset((it) => it.decision));
  $("to-present").addEventListener("click", () => reset((it) => Math.round(it.present)));
  $("copy").addEventListener("click", copy);
  $("download").addEventListener("click", download);
  $("print").addEventListener("click", () => window.print());
  addEventListener("hashchange", () => begin(wishOf(location.hash)));
}

function begin(wish) {
  const id = accounts.some((it) => it.id === wish.account) ? wish.account : accounts[0].id;
  $("account").value = id;
  open(id, wish.account === id ? wish : { ...wishOf(""), locked: wish.locked });
}

async function main() {
  try {
    accounts = (await json("/v1/accounts")).accounts;
  } catch (error) {
    failed(error, main);
    return;
  }
  if (accounts.length === 0) {
    $("begin").hidden = true;
    trouble("No account is configured.");
    return;
  }
  $("account").replaceChildren(...accounts.map((it) => element("option", { value: it.id, textContent: `${it.id} (${it.currency})` })));
  listen();
  begin(wishOf(location.hash));
}

main();
