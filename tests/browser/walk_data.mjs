// The way of an extract: certificate, upload, a refused row mended, consolidated.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GROUP, arrive, chapter, directory, expect, people, shows } from "./stage.mjs";

const certificates = await arrive("certificates", {});
await chapter("a certificate is added, and what is no certificate is refused check by check", certificates, async () => {
  await certificates.click("nav >> text=Certificates");
  await certificates.goto(`${GROUP}/certificates/add`);
  await certificates.setInputFiles("#file", { name: "letter.p12", mimeType: "application/x-pkcs12", buffer: Buffer.from("no store") });
  await certificates.click("main form button");
  await certificates.locator(".note.bad").first().waitFor();
  await certificates.setInputFiles("#file", join(directory, "sandbox", "71099911.p12"));
  await certificates.fill("#password", readFileSync(join(directory, "sandbox", "password"), "utf8").trim());
  await certificates.click("main form button");
  await certificates.locator(".note.good").waitFor();
  await certificates.goto(`${GROUP}/certificates`);
  await shows(certificates, "Published");
});

const HEADER = readFileSync(join(directory, "diag.csv"), "utf8").split("\n")[0];
const ROW = readFileSync(join(directory, "diag.csv"), "utf8").split("\n")[1];

/** Waits until the upload's page says so; the page may be closed meanwhile. */
async function until(page, text) {
  for (let tries = 0; tries < 60; tries += 1) {
    if (await page.getByText(text, { exact: false }).count()) return;
    await page.waitForTimeout(500);
    await page.reload();
  }
  throw new Error(`never saw ${text}`);
}

const data = await arrive("data", {});
data.on("dialog", (dialog) => dialog.accept());
await chapter("an extract is uploaded, previewed and imported", data, async () => {
  await data.goto(GROUP);
  await data.click("nav >> text=Uploads");
  await data.locator("main a.button").first().click();
  await data.selectOption("#definition", { label: (await data.locator("#definition option").allTextContents()).find((it) => it.includes("INTEGO-DIAG")) });
  const broken = ROW.replace("14100635354", "14100635355");
  const rows = [HEADER, ROW, broken.replace(";d1;", ";d2;")].join("\n");
  await data.setInputFiles("#file", { name: "extract.csv", mimeType: "text/csv", buffer: Buffer.from(rows) });
  await data.click("main form button");
  await until(data, "Import");
  await shows(data, "IDC_PAT");
  await data.locator("main form button").first().click();
  await until(data, "Findings");
});

await chapter("the refused row is found, mended and taken in", data, async () => {
  await data.locator("a[href$='/findings']").first().click();
  await shows(data, "IDC_PAT");
  const [download] = await Promise.all([data.waitForEvent("download"), data.locator("a[href$='mend.csv'], form[action$='mend.csv'] button").first().click()]);
  const mended = readFileSync(await download.path(), "utf8").replace("14100635355", "14100635354");
  expect(mended.includes(";d2;"), "the refused row is in the file to mend");
  await data.goto(`${GROUP}/uploads/new`);
  await data.selectOption("#definition", { label: (await data.locator("#definition option").allTextContents()).find((it) => it.includes("INTEGO-DIAG")) });
  await data.setInputFiles("#file", { name: "mended.csv", mimeType: "text/csv", buffer: Buffer.from(mended) });
  await data.click("main form button");
  await until(data, "Import");
  await data.locator("main form button").first().click();
  await until(data, "Imported");
});

const lead = await arrive("lead", {});
await chapter("both rows are consolidated, the mended one too, and one is looked at", lead, async () => {
  const consolidated = lead.locator("main table tr:has(.state:text-is('Consolidated'))");
  for (let tries = 0; tries < 60 && (await consolidated.count()) < 2; tries += 1) {
    await lead.goto(`${GROUP}/registrations`);
    await lead.waitForTimeout(500);
  }
  expect((await consolidated.count()) === 2, "two consolidated registrations");
  await consolidated.first().locator("a").click();
  await shows(lead, "Consolidated");
});

await chapter("a physician is enrolled and ended", lead, async () => {
  await lead.goto(`${GROUP}/enrolments`);
  await lead.locator("form[action$='/enrolments/add'] input:not([type=hidden])").first().fill("17552249004");
  await lead.click("form[action$='/enrolments/add'] button");
  await lead.locator(".note.bad").waitFor();
  await lead.locator("form[action$='/enrolments/add'] input:not([type=hidden])").first().fill("17552248004");
  await lead.click("form[action$='/enrolments/add'] button");
  await shows(lead, "The physician has been enrolled.");
  await lead.click("tr:has-text('17552248004') >> a[href*='/end']");
  await lead.click("main form button");
  await shows(lead, "The last day has been noted.");
});

await chapter("an objection is noted, stays masked until it is shown, and is ended", lead, async () => {
  await lead.goto(`${GROUP}/objections`);
  await lead.fill("#ssin", "14.10.06-353.54");
  await lead.click("form[action$='/objections/add'] button");
  await shows(lead, "The objection has been noted.");
  expect(!(await lead.content()).includes("14100635354"), "the number is masked");
  await lead.click("form[action$='/objections/show'] button");
  expect(/14[.]?10[.]?06-?353[.]?54/.test(await lead.textContent("main table")), "the number is shown when asked for");
  await lead.goto(`${GROUP}/objections`);
  await lead.click("main table a[href*='/end']");
  await lead.click("main form button");
  await shows(lead, "The objection has been ended.");
});

const auditor = await arrive("auditor", {});
await chapter("an auditor reads what was done and may not change it", auditor, async () => {
  await auditor.goto("/ssp/audit");
  await auditor.locator("main table tr").nth(1).waitFor();
  const refused = await auditor.goto(`${GROUP}/members/add`);
  expect(refused.status() === 403, "403 for adding members");
  await shows(auditor, "These can:");
});

const script = await arrive("dp", { javaScriptEnabled: false });
await chapter("everything works without JavaScript", script, async () => {
  await script.goto(`${GROUP}/members/add`);
  await script.fill("#email", "certificates@fictief.example");
  await script.click("main form button");
  await shows(script, "is a member already");
  await script.goto("/ssp/me");
  await script.fill("#current", people.dp);
  await script.fill("#new", "another horse battery staple");
  await script.fill("#again", "another horse battery staple");
  await script.locator("form[action='/ssp/me/password'] button").click();
  await shows(script, "Your password has been changed.");
  people.dp = "another horse battery staple";
});
