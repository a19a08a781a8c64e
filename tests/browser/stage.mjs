// What the chapters share: the browser, the people, how a chapter is told.
import { join } from "node:path";
import { launch, logIn, person } from "./lib.mjs";

export const [base, directory] = process.argv.slice(2);
export const NIHDI = "71099911";
export const GROUP = `/ssp/groups/${NIHDI}`;
export const PASSWORD = "correct horse battery staple";
export const browser = await launch();
/** The User Manager's window. */
export const manager = await person(browser, base);
/** Passwords by the name before the @. */
export const people = {};
export let failed = 0;

/** One chapter: what fails is told with a screenshot, and the next chapter goes on. */
export async function chapter(name, page, steps) {
  const began = Date.now();
  try {
    await steps();
    console.log(`ok    ${name} (${Date.now() - began} ms)`);
  } catch (error) {
    failed += 1;
    const shot = join(directory, `${name.replace(/\W+/g, "-")}.png`);
    await page.screenshot({ path: shot, fullPage: true }).catch(() => {});
    console.log(`FAILED ${name} at ${page.url()}\n${error.stack ?? error}\nscreenshot: ${shot}`);
  }
}

export function expect(holds, what) {
  if (!holds) throw new Error(`expected: ${what}`);
}

export async function shows(page, text) {
  await page.getByText(text, { exact: false }).locator("visible=true").first().waitFor({ timeout: 10_000 });
}

/** Somebody logs in, the first time with the temporary password. */
export async function arrive(name, options) {
  const page = await person(browser, base, options);
  await logIn(page, `${name}@fictief.example`, people[name], PASSWORD);
  people[name] = PASSWORD;
  return page;
}
