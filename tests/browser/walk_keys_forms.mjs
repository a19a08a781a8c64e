// A form in French with nothing but the keyboard, of a register that comes in by the portal: relevance, mistakes, repeats,
// a draft, submitted.
import { join } from "node:path";
import { GROUP, arrive, chapter, directory, expect, manager, people, shows } from "./stage.mjs";
import { choose, enter, focused, isSeen, tabTo } from "./keyboard.mjs";

await chapter("a workbook is added, and its project given to somebody", manager, async () => {
  await manager.goto("/ssp/definitions");
  await manager.setInputFiles("input[type=file]", join(directory, "never-seen.xlsx"));
  await manager.click("main form button");
  await shows(manager, "APIVENOM-CURE");
  await manager.goto(`${GROUP}/members/add`);
  await manager.fill("#email", "bees@fictief.example");
  await manager.click("main form button");
  await manager.check("#role-study_associate");
  await manager.check("input[name=projects-study_associate][value=HDBP9173]");
  await manager.click("main form button");
  people.bees = (await manager.textContent("#secret")).trim();
  await arrive("bees", {});
});

/** Goes to the field with this label and types. */
async function type(page, label, text) {
  await tabTo(page, label);
  await page.keyboard.type(text);
}

/** Goes to the choices of this question and takes the one with this label, with the arrows. */
async function take(page, question, label) {
  for (let presses = 0; ; presses += 1) {
    expect(presses < 80, `the choices of ${question}`);
    await page.keyboard.press("Tab");
    await isSeen(page);
    const legend = await page.evaluate(() => document.activeElement.closest("fieldset.field")?.querySelector("legend").innerText ?? "");
    if (legend.startsWith(question)) break;
  }
  for (let presses = 0; !(await focused(page)).includes(label); presses += 1) {
    expect(presses < 12, `${label} among the choices of ${question}`);
    await page.keyboard.press("ArrowDown");
  }
}

const value = (page, id) => page.inputValue(`[id="${id}"]`);
const active = (page) => page.evaluate(() => document.activeElement.id);

const bees = await enter("bees");
await chapter("keyboard, French: a form with a repeat is filled in", bees, async () => {
  await choose(bees, "Groupes");
  await choose(bees, GROUP);
  await choose(bees, "Enregistrements");
  await choose(bees, "Nouvel enregistrement");
  await choose(bees, "Désensibilisation au venin");
  await type(bees, "Identifiant du patient", "14100635354");
  await type(bees, "Date de naissance", "10062014");
  expect((await value(bees, "v-D_PAT_DOB")) === "2014-10-06", "the date is typed");
  await take(bees, "Sexe", "Masculin");
  await type(bees, "Code postal", "2060");
  await type(bees, "Médecin", "17529086004");
  await type(bees, "Numéro de la piqûre", "KB1");
  await type(bees, "Moment de la piqûre", "05062024");
  await bees.keyboard.type("1030AM");
  expect((await value(bees, "v-TS_STING")) === "2024-05-06T10:30", `the moment is typed: ${await value(bees, "v-TS_STING")}`);
  await take(bees, "Insecte", "Guêpe");
});

await chapter("keyboard, French: a section appears, and long lists are left what fits", bees, async () => {
  await bees.locator("[data-part=v-TM_ADRENALIN]").waitFor({ state: "hidden" });
  await tabTo(bees, "Choc");
  await bees.keyboard.press("Space");
  await bees.locator("[data-part=v-TM_ADRENALIN]").waitFor({ state: "visible" });
  await type(bees, "Degré", "3");
  await type(bees, "Tryptase", "600");
  await take(bees, "Région de la ruche", "Sud");
  await bees.locator("[data-part=v-CD_APIARY]").waitFor({ state: "visible" });
  // Each region on the way has as many, so the first one tells whether these are the south's.
  await bees.waitForFunction(() => {
    const left = document.querySelectorAll("#v-CD_APIARY-list option:not([disabled])");
    return left.length === 20 && left[0].value === "Rucher 21 (A21)";
  });
  await type(bees, "Rucher", "A31");
});

await chapter("keyboard, French: a repeat has as many parts as a number says, while it is typed", bees, async () => {
  const parts = (number) => bees.waitForFunction(
    (wanted) => document.querySelectorAll("#r-VENOM_CHECK > .instance").length === wanted, number);
  expect(await bees.locator("#r-VENOM_CHECK").isHidden(), "it begins with none");
  await tabTo(bees, "Nombre de contrôles");
  await bees.keyboard.press("Control+A");
  await bees.keyboard.type("2");
  await parts(2);
  await bees.locator("#r-VENOM_CHECK").waitFor({ state: "visible" });
  expect((await bees.locator("#r-VENOM_CHECK button").count()) === 0, "nothing is added or removed by hand");
  expect((await active(bees)) === "v-NR_VENOM_CHECKS", "the focus stays");
  await bees.fill("[id=r-VENOM_CHECK-2-DT_VENOM_CHECK]", "2024-07-01");
  await bees.focus("#v-NR_VENOM_CHECKS");
  await bees.keyboard.press("Control+A");
  await bees.keyboard.type("0");
  await parts(1);
  await bees.locator("#r-VENOM_CHECK-wrong:visible").waitFor();
  expect((await value(bees, "r-VENOM_CHECK-1-DT_VENOM_CHECK")) === "2024-07-01", "what was typed stays");
  await bees.click("button[value=remove-1-VENOM_CHECK]");
  await parts(0);
  await bees.locator("#r-VENOM_CHECK").waitFor({ state: "hidden" });
  await bees.focus("#v-NR_VENOM_CHECKS");
});

await chapter("keyboard, French: parts of a repeat are added and removed, and the focus follows", bees, async () => {
  await type(bees, "Jour", "06012024");
  await type(bees, "Dose", "10");
  await tabTo(bees, "Ajouter Injection");
  await bees.keyboard.press("Enter");
  await bees.waitForFunction(() => document.activeElement.id === "r-VENOM_SHOT-2");
  await isSeen(bees);
  await type(bees, "Jour", "06082024");
  expect((await active(bees)) === "r-VENOM_SHOT-2-DT_VENOM", "the next field is that of the new part");
  await type(bees, "Dose", "20");
  await tabTo(bees, "Ajouter Injection");
  await bees.keyboard.press("Enter");
  await bees.waitForFunction(() => document.activeElement.id === "r-VENOM_SHOT-3");
  await tabTo(bees, "Supprimer Injection 3");
  await bees.keyboard.press("Enter");
  await bees.waitForFunction(() => document.querySelectorAll("#r-VENOM_SHOT .instance").length === 2);
  await bees.waitForFunction(() => document.activeElement.id === "r-VENOM_SHOT-2");
  await isSeen(bees);
  await bees.locator("#v-MS_VENOM_SUM:text-is('30')").waitFor();
  expect((await value(bees, "r-VENOM_SHOT-1-MS_VENOM")) === "10", "what was typed in the others stays");
});

await chapter("keyboard, French: the summary leads to the mistake, a draft is continued and submitted", bees, async () => {
  await choose(bees, "Soumettre");
  expect(await bees.evaluate(() => document.activeElement.matches(".note.bad")), "the focus is on the summary");
  await tabTo(bees, "Entre 0 et 500");
  await bees.keyboard.press("Enter");
  await bees.waitForFunction(() => document.activeElement.id === "v-MS_TRYPTASE");
  await isSeen(bees);
  await bees.keyboard.press("Control+A");
  await bees.keyboard.type("12,5");
  await choose(bees, "Sauvegarder comme brouillon");
  await bees.locator(".note.good").waitFor();
  await choose(bees, "Continuer");
  expect((await value(bees, "v-MS_TRYPTASE")) === "12.5", `the draft has it: ${await value(bees, "v-MS_TRYPTASE")}`);
  expect((await value(bees, "r-VENOM_SHOT-2-MS_VENOM")) === "20", "and the second injection");
  await choose(bees, "Soumettre");
  await bees.locator(".note.good").waitFor();
  await shows(bees, "Soumis");
});

const plain = await arrive("bees", { javaScriptEnabled: false, locale: "fr-BE" });
await chapter("without a script a part of a repeat is added and removed, and the focus is there", plain, async () => {
  const focus = (id) => plain.locator(`[id="${id}"]:focus`).waitFor();
  await plain.goto(`${GROUP}/registrations/new/APIVENOM-CURE`);
  await plain.click("button[value=add-VENOM_SHOT]");
  await focus("r-VENOM_SHOT-2");
  await plain.click("button[value=remove-2-VENOM_SHOT]");
  await focus("r-VENOM_SHOT-1");
  await plain.click("button[value=remove-1-VENOM_SHOT]");
  await focus("r-VENOM_SHOT");
  await plain.fill("#v-NR_VENOM_CHECKS", "2");
  await plain.click(".finish button[value=check]");
  expect((await plain.locator("#r-VENOM_CHECK > .instance").count()) === 2, "as many as the number says");
});
