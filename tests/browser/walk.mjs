// Walks the manual's chapters in a browser, as a person in each role, on a portal that runs.
// usage: node walk.mjs BASE DIRECTORY   (DIRECTORY: set-up code, certificate store, extract; screenshots of failures go there)
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch, logIn, person, violations } from "./lib.mjs";

const [base, directory] = process.argv.slice(2);
const NIHDI = "71099911";
const GROUP = `/ssp/groups/${NIHDI}`;
const PASSWORD = "correct horse battery staple";
const browser = await launch();
let failed = 0;

/** One chapter: what fails is told with a screenshot, and the next chapter goes on. */
async function chapter(name, page, steps) {
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

function expect(holds, what) {
  if (!holds) throw new Error(`expected: ${what}`);
}

async function shows(page, text) {
  await page.getByText(text, { exact: false }).first().waitFor({ timeout: 10_000 });
}

const people = {};

// The first User Manager
const manager = await person(browser, base);
await chapter("the first user manager is made with the set-up code", manager, async () => {
  await manager.goto("/ssp/setup");
  await manager.fill("#code", readFileSync(join(directory, "setup-code"), "utf8").trim());
  await manager.fill("#email", "manager@fictief.example");
  await manager.click("main form button");
  const secret = (await manager.textContent("#secret")).trim();
  await logIn(manager, "manager@fictief.example", secret, PASSWORD);
  await shows(manager, "What needs attention");
});

// Create organizations; edit; revisions
await chapter("a group is added and edited, with its revisions", manager, async () => {
  await manager.click("nav >> text=Groups");
  await manager.click("text=Add group");
  await manager.fill("#title", "Ander Ziekenhuis");
  await manager.fill("#nihdi", "72099903");
  await manager.click("text=Create Data Provider");
  await shows(manager, "check digits");
  expect(await manager.evaluate(() => document.activeElement.classList.contains("note")), "focus on the error summary");
  await manager.fill("#nihdi", "72099902");
  await manager.fill("#message", "New hospital");
  await manager.click("text=Create Data Provider");
  await shows(manager, "The group has been saved.");
  await manager.click("text=Edit group");
  await manager.fill("#title", "Ander Ziekenhuis Noord");
  await manager.fill("#message", "Renamed");
  await manager.click("main >> text=Save");
  await manager.click("text=Revisions");
  await shows(manager, "Renamed");
});

// Add members and define roles
await chapter("members are added with roles", manager, async () => {
  for (const [name, roles] of [
    ["dp", ["dp_manager"]], ["certificates", ["certificate_editor"]],
    ["data", ["csv_upload_manager", "study_support"]], ["lead", ["study_lead"]], ["auditor", ["auditor"]],
  ]) {
    await manager.goto(`${GROUP}/members/add`);
    await manager.fill("#email", `${name}@fictief.example`);
    await manager.click("main form button");
    for (const role of roles) {
      await manager.check(`#role-${role}`);
      const project = manager.locator(`input[name=projects-${role}][value=HDBP0147]`);
      if (await project.count()) await project.check();
    }
    await manager.click("main form button");
    people[name] = (await manager.textContent("#secret")).trim();
  }
  await manager.goto(`${GROUP}/members`);
  await shows(manager, "lead@fictief.example");
});

async function arrive(name, options) {
  const page = await person(browser, base, options);
  await logIn(page, `${name}@fictief.example`, people[name], PASSWORD);
  people[name] = PASSWORD;
  return page;
}

await chapter("a member's roles are edited, and a member is removed", manager, async () => {
  await manager.goto(`${GROUP}/members`);
  await manager.click("tr:has-text('auditor@') >> text=Edit member");
  await manager.check("#role-nippin_manager");
  await manager.click("main >> text=Save");
  await shows(manager, "roles have been saved");
  await manager.click("tr:has-text('auditor@') >> text=Remove member");
  await manager.click("main >> text=Delete");
  await shows(manager, "The account stays");
  await manager.goto(`${GROUP}/members/add`);
  await manager.fill("#email", "auditor@fictief.example");
  await manager.click("main form button");
  await shows(manager, "has an account already");
  await manager.check("#role-auditor");
  await manager.click("main form button");
  await shows(manager, "The member has been added.");
});

export { browser, chapter, expect, shows, arrive, manager, people, directory, base, GROUP, PASSWORD, violations };

await import("./walk_data.mjs");
await import("./walk_look.mjs");
await browser.close();
if (failed > 0) {
  console.log(`${failed} chapters failed`);
  process.exitCode = 1;
}
