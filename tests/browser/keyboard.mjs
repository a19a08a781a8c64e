// What a person does who has a keyboard alone, and sees where it goes.
import { base, browser, expect, people } from "./stage.mjs";
import { person } from "./lib.mjs";

/** What has the focus, as a person knows it: its text, its label, or where it leads. */
export const focused = (page) =>
  page.evaluate(() => {
    const it = document.activeElement;
    if (it === document.body) return "";
    return [it.innerText, it.labels?.[0]?.innerText, it.getAttribute("href")].join("|").replace(/\s+/g, " ");
  });

/** Goes on with Tab until what has the focus shows this. */
export async function tabTo(page, what) {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press("Tab");
    await isSeen(page);
    if ((await focused(page)).includes(what)) return;
  }
  throw new Error(`Tab never came to ${what} at ${page.url()}`);
}

/** Presses Enter on what shows this, and waits for the page that follows. */
export async function choose(page, what) {
  await tabTo(page, what);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

/** What has the focus is outlined, and nothing lies over it. */
export async function isSeen(page) {
  const wrong = await page.evaluate(() => {
    const it = document.activeElement;
    if (it === document.body) return "";
    if (getComputedStyle(it).outlineStyle === "none") return "has no outline";
    const box = it.getBoundingClientRect();
    const [x, y] = [box.left + Math.min(box.width / 2, 200), box.top + box.height / 2];
    if (y < 0 || y > innerHeight) return `lies at ${Math.round(y)}, outside of the window`;
    const top = document.elementFromPoint(x, y);
    return !top || it.contains(top) || top.contains(it) ? "" : `lies under ${top.outerHTML.slice(0, 80)}`;
  });
  expect(wrong === "", `${await focused(page)} ${wrong}`);
}

/** Logs in, in French, with the keyboard. */
export async function enter(name) {
  const page = await person(browser, base, { locale: "fr-BE" });
  page.on("dialog", (dialog) => dialog.accept());
  await page.goto("/ssp/login");
  if (!(await focused(page)).includes("Adresse e-mail")) await tabTo(page, "Adresse e-mail");
  await page.keyboard.type(`${name}@fictief.example`);
  await tabTo(page, "Mot de passe");
  await page.keyboard.type(people[name]);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  return page;
}
