// The whole way in French with nothing but the keyboard: certificate, upload, a refused row mended, consolidated.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GROUP, chapter, directory, expect } from "./stage.mjs";
import { choose, enter, tabTo } from "./keyboard.mjs";

async function pick(page, label, file) {
  // Asked for early: the browser is told only then to leave the choice to us.
  const chooser = page.waitForEvent("filechooser");
  await tabTo(page, label);
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(file);
}

/** Waits for this on the page, which may be loaded anew meanwhile. */
async function until(page, what, most = 60) {
  for (let tries = 0; tries < most; tries += 1) {
    if (await page.locator(what).count()) return;
    await page.waitForTimeout(500);
    await page.reload();
  }
  throw new Error(`never saw ${what} at ${page.url()}`);
}

async function send(page, name, rows) {
  await choose(page, "Groupes");
  await choose(page, GROUP);
  await choose(page, "Envois");
  await choose(page, "Nouvel envoi");
  await tabTo(page, "Projet, définition");
  await page.keyboard.type("INTEGO-DIAG");
  await pick(page, "Fichier CSV", { name, mimeType: "text/csv", buffer: Buffer.from(rows.join("\n")) });
  await choose(page, "Envoyer et contrôler");
  await until(page, "form[action$='/import'] button");
  await choose(page, "Importer");
}

const [HEADER, ROW] = readFileSync(join(directory, "diag.csv"), "utf8").split("\n");

const certificates = await enter("certificates");
await chapter("keyboard, French: a certificate is added", certificates, async () => {
  await choose(certificates, "Groupes");
  await choose(certificates, GROUP);
  await choose(certificates, `${GROUP}/certificates`);
  await choose(certificates, "Ajouter un certificat");
  await pick(certificates, "Fichier du certificat", join(directory, "sandbox", "71099911.p12"));
  await tabTo(certificates, "Mot de passe du fichier");
  await certificates.keyboard.type(readFileSync(join(directory, "sandbox", "password"), "utf8").trim());
  await choose(certificates, "Ajouter à");
  await certificates.locator(".note.good").waitFor();
});

const data = await enter("data");
await chapter("keyboard, French: an extract is uploaded, a refused row found and mended", data, async () => {
  const broken = ROW.replace("14100635354", "14100635355").replace(";d1;", ";k2;");
  await send(data, "clavier.csv", [HEADER, ROW.replace(";d1;", ";k1;"), broken]);
  await until(data, "a[href$='/findings']");
  await choose(data, "/findings");
  await tabTo(data, "refusée");
  const [download] = await Promise.all([data.waitForEvent("download"), data.keyboard.press("Enter")]);
  const mended = readFileSync(await download.path(), "utf8").replace("14100635355", "14100635354");
  expect(mended.includes(";k2;"), "the refused row is in the file to mend");
  await send(data, "corrige.csv", mended.trim().split("\n"));
  await until(data, "main [data-done]");
});

const lead = await enter("lead");
await chapter("keyboard, French: the mended row is seen consolidated", lead, async () => {
  await choose(lead, "Groupes");
  await choose(lead, GROUP);
  await choose(lead, "Enregistrements");
  for (let tries = 0; (await lead.locator("main table tr:has(.state:text-is('Consolidé'))").count()) < 4; tries += 1) {
    expect(tries < 60, "four consolidated registrations");
    await lead.waitForTimeout(500);
    await lead.reload();
  }
  await choose(lead, await lead.locator("main table a").first().getAttribute("href"));
  await lead.locator("main .state:text-is('Consolidé')").first().waitFor();
});
