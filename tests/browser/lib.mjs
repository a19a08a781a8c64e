// What the browser tests share: a browser, a person in it, and referees.
import { chromium } from "playwright-core";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
  // In which order a date is typed hangs on the language of the browser itself.
  "--lang=en-US"];

/** A browser without anything in it. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: FLAGS });
}

/** A person's own window: `options` are Playwright's (viewport, locale, colorScheme, javaScriptEnabled). */
export async function person(browser, base, options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: base, locale: "en-GB", bypassCSP: false, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return page;
}

/** Logs in; with `next` as the new password on the Welcome page if one is asked for. */
export async function logIn(page, email, password, next) {
  await page.goto("/ssp/login");
  await page.fill("#email", email);
  await page.fill("#password", password);
  await page.click("main button");
  if (next && page.url().endsWith("/ssp/welcome")) {
    await page.fill("#new", next);
    await page.fill("#again", next);
    await page.click("main button");
  }
}

/** What axe finds on the page: one line for each violation. */
export async function violations(page) {
  const session = await page.context().newCDPSession(page);
  // The page's policy forbids scripts of others; the debugger may all the same.
  const run = `${axe}; axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
    .then((found) => JSON.stringify(found.violations.map((it) => it.id + ": " + it.nodes.map((node) => node.target.join(" ")).join(" | "))))`;
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", { expression: run, awaitPromise: true, returnByValue: true });
  await session.detach();
  if (exceptionDetails) throw new Error(exceptionDetails.text);
  return JSON.parse(result.value);
}
