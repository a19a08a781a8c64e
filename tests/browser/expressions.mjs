// A second opinion on the table of expressions: Enketo's evaluator in the browser. What it says otherwise stands, with
// the reason, in expressions.differences.tsv; a difference that is not there, or is there and gone, is a failure.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { launch } from "./lib.mjs";

const require = createRequire(import.meta.url);
const here = dirname(new URL(import.meta.url).pathname);
const lines = (name) => readFileSync(join(here, name), "utf8").split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split("\t"));

const REPEATED = ["name", "age", "sex"];
const FLAT = ["t", "u", "i", "j", "d", "e", "day", "end", "at", "clock", "one", "many", "yn", "score"];
// Enketo puts these in other words before its evaluator sees them, or has no such thing.
const NOT_ASKED = /jr:choice-name|once\(|index\(|random\(|uuid\(|position\(\)|position\(\/data|floor\(\)/;

/** The evaluator's modules as one script. */
function bundle(entry) {
  const modules = new Map();
  const visit = (file) => {
    if (modules.has(file)) return;
    modules.set(file, "");
    const local = createRequire(file);
    const source = readFileSync(file, "utf8").replace(/require\((['"])(.+?)\1\)/g, (whole, quote, name) => {
      if (name === "crypto" || name.startsWith("node:")) return "{}";
      const found = local.resolve(name);
      visit(found);
      return `load(${JSON.stringify(found)})`;
    });
    modules.set(file, source);
  };
  visit(entry);
  const functions = [...modules].map(([file, source]) => `${JSON.stringify(file)}: (module, exports, load) => {${source}\n}`);
  return `globalThis.process = { versions: {} }; const all = {${functions.join(",\n")}}; const done = {};
    const load = (file) => { if (!done[file]) { done[file] = { exports: {} }; all[file](done[file], done[file].exports, load); } return done[file].exports; };
    globalThis.Evaluator = load(${JSON.stringify(entry)});`;
}

/** A row of the table as the evaluator is asked it; nothing if it cannot be. */
function question([expression, given, result]) {
  if (result.startsWith("!") || result === "?") return null;
  const said = new Map(given ? given.split("; ").map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]) : []);
  const inside = said.get("inside");
  const path = (name) => (name === "child" ? "/data/child" : FLAT.includes(name) ? `/data/${name}` : `/data/child${inside ? `[${inside}]` : ""}/${name}`);
  let asked = expression.replace(/indexed-repeat\(\$\{(\w+)\}, \$\{child\}, ((?:[^()]|\([^()]*\))+)\)/g, (whole, name, number) =>
    `/data/child[position() = ${number.replace("position(..)", inside).replace("count(${child})", "last()")}]/${name}`);
  asked = asked.replace(/\$\{(\w+)\}/g, (whole, name) => path(name));
  if (NOT_ASKED.test(asked)) return null;
  const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const iso = (text) => text.replace(/^(\d\d)\/(\d\d)\/(\d{4})$/, "$3-$2-$1").replace(/^(-?\d+\.\d*?)0+$/, "$1").replace(/^(-?\d+)\.$/, "$1");
  const element = (name, text) => `<${name}>${escape(name === "t" || name === "u" || name === "name" ? text : iso(text))}</${name}>`;
  const instances = Math.max(0, ...REPEATED.filter((name) => said.has(name)).map((name) => said.get(name).split("|").length));
  const children = Array.from({ length: instances }, (_, at) =>
    `<child>${REPEATED.map((name) => element(name, said.get(name)?.split("|")[at] ?? "")).join("")}</child>`);
  const xml = `<data>${FLAT.map((name) => element(name, said.get(name) ?? "")).join("")}${children.join("")}</data>`;
  const context = inside ? `/data/child[${inside}]/name` : said.has("this") ? path(said.get("this")) : "/data";
  return { xml, context, asked };
}

/** Whether two answers say the same in other words. */
function agree(ours, theirs) {
  const plain = theirs === "NaN" || theirs === "Invalid Date" ? "" : theirs;
  if (ours === plain || ours === theirs) return true;
  const [one, other] = [Number(ours), Number(plain)];
  // A whole number has no noise.
  if (/^-?\d+$/.test(ours)) return plain !== "" && one === other;
  if (ours !== "" && plain !== "" && Math.abs(one - other) <= 1e-12 * Math.max(1, Math.abs(one))) return true;
  if (/^\d{4}-\d\d-\d\d$/.test(ours)) return plain.startsWith(`${ours}T00:00:00.000`);
  return /^\d{4}-\d\d-\d\dT/.test(ours) && new Date(ours).getTime() === new Date(plain).getTime();
}

const browser = await launch();
try {
  const context = await browser.newContext({ timezoneId: "Europe/Brussels", locale: "en-GB" });
  const page = await context.newPage();
  await page.clock.setFixedTime(new Date("2024-06-30T11:30:00Z"));
  await page.goto("about:blank");
  await page.evaluate(bundle(require.resolve("openrosa-xpath-evaluator")));
  const rows = lines("../expressions.tsv");
  const questions = rows.map(question);
  const answers = await page.evaluate((questions) => questions.map((question) => {
    if (!question) return null;
    const xml = new DOMParser().parseFromString(question.xml, "text/xml");
    const evaluator = globalThis.Evaluator();
    const native = (path) => xml.evaluate(path, xml, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue;
    try {
      return evaluator.evaluate(question.asked, native(question.context) ?? xml.documentElement, null, XPathResult.STRING_TYPE, null).stringValue.toWellFormed();
    } catch (error) {
      return `error: ${String(error.message ?? error).split("\n")[0].slice(0, 80)}`;
    }
  }), questions);
  const known = new Map(lines("expressions.differences.tsv").map(([expression, given, theirs, reason]) => [`${expression}\t${given}`, { theirs, reason }]));
  const failures = [];
  let asked = 0;
  rows.forEach(([expression, given, ours], at) => {
    if (answers[at] === null) return;
    asked += 1;
    const key = `${expression}\t${given}`;
    const differs = !agree(ours, answers[at]);
    const listed = known.get(key);
    known.delete(key);
    if (differs && listed?.theirs !== answers[at]) failures.push(`${key}\t${answers[at]}\tours: ${ours}`);
    if (!differs && listed) failures.push(`${key}: listed as a difference and is none`);
  });
  known.forEach((_, key) => failures.push(`${key}: listed as a difference and not in the table`));
  console.log(`${asked} of ${rows.length} expressions asked, ${failures.length} new differences`);
  failures.forEach((failure) => console.log(failure));
  process.exitCode = failures.length ? 1 : 0;
} finally {
  await browser.close();
}
