// Every page that the people meet: axe, the HTML checker, narrow, dark, in each language.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GROUP, arrive, base, browser, chapter, directory, expect, manager, people } from "./stage.mjs";
import { person, violations } from "./lib.mjs";

const jar = createRequire(import.meta.url).resolve("vnu-jar");
const html = join(directory, "html");
mkdirSync(html, { recursive: true });

/** All addresses of pages that can be reached from the page of `path` by links, to a depth. */
async function reachable(page, start, most) {
  const seen = new Set(start);
  const queue = [...start];
  while (queue.length > 0 && seen.size < most) {
    await page.goto(queue.shift());
    const links = await page.$$eval("a[href^='/ssp']", (found) => found.map((link) => link.getAttribute("href").split("#")[0]));
    for (const link of links) {
      const shape = link.replace(/\d+/g, "N").replace(/\?.*/, "");
      const known = [...seen].some((other) => other.replace(/\d+/g, "N").replace(/\?.*/, "") === shape);
      if (!known && !/\.(csv|pem|crt)(\?|$)|\/export/.test(link)) {
        seen.add(link);
        queue.push(link);
      }
    }
  }
  return [...seen];
}

const looked = new Set();
const shape = (path) => path.replace(/\d+/g, "N").replace(/\?.*/, "");
const NAMES = { en: "English", fr: "Français", nl: "Nederlands" };
let number = 0;

async function look(name, page, start) {
  // What another person showed already looks the same here.
  const paths = (await reachable(page, start, 60)).filter((path) => !looked.has(shape(path)));
  paths.forEach((path) => looked.add(shape(path)));
  for (const language of ["nl", "fr", "en"]) {
    await chapter(`${paths.length} pages of ${name} in ${language}: axe, 320 px, dark, valid`, page, async () => {
      await page.goto("/ssp");
      await page.click(`footer >> text=${NAMES[language]}`);
      const wrong = [];
      for (const path of paths) {
        await page.setViewportSize({ width: 1280, height: 900 });
        await page.emulateMedia({ colorScheme: "light" });
        const answer = await page.goto(path);
        if (answer.status() !== 200) continue;
        writeFileSync(join(html, `${(number += 1)}.html`), await answer.body());
        for (const scheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme: scheme });
          for (const violation of await violations(page)) wrong.push(`${path} (${scheme}): ${violation}`);
        }
        await page.setViewportSize({ width: 320, height: 800 });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (over > 0) wrong.push(`${path}: ${over} px too wide at 320 px`);
      }
      expect(wrong.length === 0, wrong.join("\n"));
    });
  }
}

const guest = await person(browser, base);
await chapter("the log-in page is clean", guest, async () => {
  for (const path of ["/ssp/login", "/ssp/nothing"]) {
    const answer = await guest.goto(path);
    writeFileSync(join(html, `${(number += 1)}.html`), await answer.body());
    const wrong = await violations(guest);
    expect(wrong.length === 0, `${path}: ${wrong}`);
  }
});
await manager.goto("/ssp");
await look("the manager", manager, ["/ssp", GROUP]);
for (const name of ["data", "lead", "certificates", "bees"]) {
  await look(name, await arrive(name, {}), ["/ssp", GROUP]);
}

await chapter("the HTML checker finds no error", manager, async () => {
  let told = "";
  try {
    execFileSync("java", ["-jar", jar.endsWith(".jar") ? jar : join(jar, "../build/dist/vnu.jar"), "--errors-only", "--skip-non-html", html], { stdio: "pipe" });
  } catch (error) {
    told = String(error.stderr);
  }
  expect(told === "", told.slice(0, 4000));
});
