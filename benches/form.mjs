// Measures a form of 374 variables in a browser: node benches/form.mjs BINARY
// How long the server takes for the page, and how long it takes from a key to what it changes on the page. The browser,
// its driver and the server are on the same machine.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, rmSync } from "node:fs";
import { Agent, get } from "node:https";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { launch, logIn, person } from "../tests/browser/lib.mjs";

const [binary, rounds = "60"] = process.argv.slice(2);
const GROUP = "71099911";
const FORM = `/ssp/groups/${GROUP}/registrations/new/ANGIO_Hospitalisatie_met_FFR_en_PCI`;
const PASSWORD = "correct horse battery staple";
const PORT = 8471;

const place = mkdtempSync(join(tmpdir(), "form-"));
const run = (...words) => execFileSync(binary, ["--data-dir", join(place, "data"), ...words], { encoding: "utf8" });
run("organisation", "add", GROUP, "Fictief Ziekenhuis");
const secret = JSON.parse(run("manager", "add", "an@fictief.example", "--json")).temporary_password;
const log = openSync(join(place, "log"), "w");
const server = spawn(binary, ["--data-dir", join(place, "data"), "serve", "--listen", `127.0.0.1:${PORT}`], { stdio: ["ignore", log, log] });
const browser = await launch();

const figures = (name, all) => {
  all.sort((a, b) => a - b);
  const at = (share) => all[Math.floor((all.length - 1) * share)].toFixed(1);
  console.log(`${name}: ${at(0)} ms at least, ${at(0.5)} in the middle, ${at(0.95)} for 95 %, ${at(1)} at most (${all.length} times)`);
};

// The milliseconds from the request for the page to its last byte.
function timed(agent, cookie) {
  return new Promise((done, failed) => {
    const start = performance.now();
    get(`https://localhost:${PORT}${FORM}`, { agent, headers: { cookie } }, (answer) => {
      if (answer.statusCode !== 200) failed(new Error(String(answer.statusCode)));
      answer.resume().on("end", () => done(performance.now() - start));
    }).on("error", failed);
  });
}

// A study lead may fill forms in.
async function lead() {
  const page = await person(browser, `https://localhost:${PORT}`);
  for (let tries = 0; ; tries++) {
    try { await page.goto("/ssp/login"); break; } catch (error) { if (tries > 50) throw error; await page.waitForTimeout(100); }
  }
  await logIn(page, "an@fictief.example", secret, PASSWORD);
  await page.goto(`/ssp/groups/${GROUP}/members/add`);
  await page.fill("#email", "bert@fictief.example");
  await page.click("main form button");
  await page.check("input[name=role][value=study_lead]");
  await page.check("input[name=projects-study_lead][value=HDBP0012]");
  await page.click("main .actions button");
  const temporary = await page.textContent("#secret");
  await page.context().clearCookies();
  await logIn(page, "bert@fictief.example", temporary, PASSWORD);
  return page;
}

try {
  const page = await lead();
  await page.goto(FORM);
  const cookie = (await page.context().cookies()).map((it) => `${it.name}=${it.value}`).join("; ");
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const served = [];
  for (let round = 0; round < rounds; round++) served.push(await timed(agent, cookie));
  console.log(await page.evaluate(() => `${document.querySelectorAll("[data-part] [name]").length} controls`));
  figures("the page, from the request to its last byte", served);
  figures("from a key to what it changes on the page", await page.evaluate(async (rounds) => {
    const progress = document.querySelector("[data-progress]");
    const fields = [...document.querySelectorAll("[data-part] input[inputmode=decimal]")].filter((it) => it.offsetParent && !it.value);
    const took = [];
    for (let round = 0; round < rounds; round++) {
      const field = fields[(round >> 1) % fields.length];
      field.focus();
      const start = performance.now();
      const shown = new Promise((done) => new MutationObserver((_, me) => { me.disconnect(); done(performance.now()); }).observe(progress, { childList: true, characterData: true, subtree: true }));
      field.value = field.value ? "" : "no number";
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      took.push(await shown - start);
      await new Promise((done) => setTimeout(done, 50));
    }
    return took;
  }, Number(rounds)));
} finally {
  await browser.close();
  server.kill();
  rmSync(place, { recursive: true });
}
