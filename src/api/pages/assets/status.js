// Keeps the status page fresh: every 30 seconds it asks for the page again and exchanges only the
// parts that changed, so that neither focus nor scroll position nor an opened detail is lost.
const EVERY_MS = 30000;
const note = document.getElementById("fresh");

/** The element that has the focus, named so that its successor can be found. */
function focused(part) {
  const active = document.activeElement;
  if (!active || !part.contains(active)) return null;
  if (active.id) return (root) => root.querySelector("#" + CSS.escape(active.id));
  const href = active.getAttribute("href");
  if (href) return (root) => [...root.querySelectorAll("a")].find((a) => a.getAttribute("href") === href);
  const place = [...part.querySelectorAll(active.tagName)].indexOf(active);
  return (root) => root.querySelectorAll(active.tagName)[place];
}

function exchange(now, next) {
  if (now.innerHTML === next.innerHTML && now.className === next.className) return;
  const find = focused(now);
  const open = [...now.querySelectorAll("details[open][id]")].map((it) => it.id);
  now.className = next.className;
  now.replaceChildren(...next.childNodes);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (find) find(now)?.focus({ preventScroll: true });
}

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.pathname + location.search, {
      headers: { Accept: "text/html" },
      cache: "no-store",
      signal: AbortSignal.timeout(15000),
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = page.getElementById("status");
    if (!main) throw new Error("no status");
    const now = document.getElementById("status");
    const parts = (root) => [...root.querySelectorAll("[data-part]")];
    const names = (root) => parts(root).map((it) => it.dataset.part).join("\n");
    if (names(now) === names(main)) {
      const next = parts(main);
      parts(now).forEach((part, i) => exchange(part, next[i]));
    } else {
      exchange(now, main);
    }
    document.title = page.title;
    note.textContent = "This page refreshes itself every 30 seconds.";
  } catch {
    note.textContent = "The daemon does not answer any more; this page shows what it said last.";
  }
}

note.textContent = "This page refreshes itself every 30 seconds.";
setInterval(refresh, EVERY_MS);
document.addEventListener("visibilitychange", refresh);
addEventListener("budgetd-refresh", refresh);
