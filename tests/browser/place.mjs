// The demonstration, laid out and served, and a browser beside it. Both end with the process.

import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
export const root = resolve(here, "../..");
const program = resolve(process.env.BUDGETD ?? join(root, "target/debug/budgetd"));
const READY_WITHIN_MS = 120_000;
const FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--no-sandbox"];

const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

/** What `budgetd` says; throws where it fails. */
function call(folder, ...words) {
  const ended = spawnSync(program, words, { cwd: folder, encoding: "utf8" });
  if (ended.status !== 0) throw new Error(`budgetd ${words.join(" ")}: ${ended.stderr}${ended.error ?? ""}`);
  return ended.stdout;
}

export async function serve() {
  const folder = mkdtempSync(join(tmpdir(), "budgetd-browser-"));
  call(folder, "demo", ".");
  const port = await freePort();
  appendFileSync(join(folder, "config/budgetd.toml"), `\n[api]\nlisten = "127.0.0.1:${port}"\n`);
  const daemon = spawn(program, ["run"], { cwd: folder, stdio: "ignore" });
  const address = `http://127.0.0.1:${port}`;
  const end = () => {
    daemon.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.on("exit", end);
  const since = Date.now();
  const isReady = async () => {
    const metrics = await fetch(`${address}/metrics`).then((it) => it.text()).catch(() => "");
    // Both accounts hold the week of today: from then on nothing changes by itself.
    return (metrics.match(/^budgetd_decisions_total\{[^}]*\} 1$/gm) ?? []).length === 2;
  };
  while (!(await isReady())) {
    if (Date.now() - since > READY_WITHIN_MS) throw new Error("the daemon never became ready");
    await new Promise((done) => setTimeout(done, 100));
  }
  return { address, folder, call: (...words) => call(folder, ...words) };
}

export async function browse() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
  process.on("exit", () => browser.process?.()?.kill());
  return browser;
}

/** The newest week of the demonstration that was decided on data. */
export const WEEK = "2026-01-26";
export const report = (folder) => `file://${folder}/outbox/main/${WEEK}/report.html`;
