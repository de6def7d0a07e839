// Requests to the daemon: at most one at a time, the last wish wins, and every failure in words.

const TIMEOUT_MS = 30000;

/** What went wrong, fit to be shown; `retryAfter` in seconds where another try is worth it. */
export class Refusal extends Error {
  constructor(message, retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** The JSON of an answer. */
export async function json(path, body) {
  const request = { headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) };
  if (body !== undefined) {
    request.method = "POST";
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, request);
  } catch (error) {
    const late = error.name === "TimeoutError";
    throw new Refusal(late ? "The daemon took too long to answer." : "The daemon can't be reached.", 5);
  }
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({}));
  const said = problem.detail || problem.title || `The daemon answered ${answer.status}.`;
  const hints = {
    401: "This daemon asks for a token: open the page through a proxy that sends it.",
    429: "The daemon is busy.",
    503: "The model is not ready yet.",
  };
  const again = answer.status === 503 || answer.status === 429;
  const after = Number(answer.headers.get("Retry-After")) || 2;
  const lead = hints[answer.status];
  throw new Refusal(lead && lead !== said ? `${lead} ${said}` : said, again ? Math.min(after, 30) : undefined);
}

/** Calls `work` with the newest wish, never two at once. */
export function lastWins(work) {
  let wish;
  let has = false;
  let runs = false;
  return async function ask(next) {
    wish = next;
    has = true;
    if (runs) return;
    runs = true;
    while (has) {
      has = false;
      await work(wish);
    }
    runs = false;
  };
}
