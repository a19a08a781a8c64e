// A form works without this file: it asks the server what the button "Check" asks, while somebody types. What is asked,
// calculated and wrong is decided there alone. Nothing that is typed is kept in the browser.
"use strict";

const form = document.querySelector("form[data-entry]");
const progress = form.querySelector("[data-progress]");
const unasked = document.querySelector("[data-unasked]");
const keptAt = form.querySelector("[data-kept]");
const PAUSE = 20;
const KEEP_EVERY = 15000;
let waiting = null;
let running = false;
let isChanged = false;
let isStale = false;
let isEnded = false;
let typing = null;
let keptLast = Date.now();

function tell(element, text) {
  if (!element) return;
  const next = text ?? "";
  if (element.textContent !== next) element.textContent = next;
  element.hidden = next === "";
}

function show(live) {
  const hidden = new Set(live.hidden);
  const required = new Set(live.required);
  for (const element of document.querySelectorAll("[data-part]")) {
    const id = element.dataset.part;
    const hide = hidden.has(id);
    if (element.hidden !== hide) element.hidden = hide;
    if (element.classList.contains("repeat")) tell(document.getElementById(`${id}-wrong`), live.wrong[id]);
    const must = element.querySelector(":scope > label > .must, :scope > legend > .must");
    if (!must) continue;
    must.hidden = !required.has(id);
    const control = document.getElementById(id);
    // Who is still typing is not told what is wrong until the field is left; what is mended disappears at once.
    const isTyping = control === typing && !control.hasAttribute("aria-invalid");
    const wrong = isTyping ? undefined : live.wrong[id];
    tell(document.getElementById(`${id}-wrong`), wrong);
    tell(document.getElementById(`${id}-remark`), live.warnings[id]);
    if (wrong) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
    offer(control, live.choices[id]);
  }
  for (const [id, [value, words]] of Object.entries(live.values)) {
    const output = document.getElementById(id);
    if (output && output.textContent !== (words || "–")) output.textContent = words || "–";
    const field = form.elements.namedItem(id);
    const stored = field instanceof RadioNodeList ? [...field].find((it) => it.type === "hidden") : field;
    if (stored) stored.value = value;
  }
  for (const element of live.texts ? document.querySelectorAll("[data-says]") : []) {
    const text = live.texts[element.dataset.says];
    if (text !== undefined && element.textContent !== text) element.textContent = text;
  }
  if (progress.textContent !== live.progress) progress.textContent = live.progress;
  if (unasked) {
    tell(unasked.querySelector("strong"), live.unasked);
    unasked.hidden = live.unasked === "";
  }
  if (live.kept) keptAt.textContent = live.kept;
}

// Leaves the choices that a filter leaves; none given means all.
function offer(control, codes) {
  const left = codes && new Set(codes);
  const offers = (code) => !left || code === "" || left.has(code);
  if (control.tagName === "SELECT") {
    for (const option of control.options) option.hidden = option.disabled = !offers(option.value);
  } else if (control.dataset.list) {
    narrow(control, left);
  } else if (control.tagName === "FIELDSET") {
    for (const input of control.querySelectorAll(".choice > input")) {
      input.parentElement.hidden = !offers(input.value) && !input.checked;
    }
  }
}

// A field searches the choices that all fields of its list share, or its own where a filter leaves some of them only.
function narrow(control, left) {
  const id = `${control.id}-list`;
  const own = document.getElementById(id) ?? document.createElement("datalist");
  control.setAttribute("list", left ? id : control.dataset.list);
  if (!left) return own.remove();
  own.id = id;
  if (!own.isConnected) control.after(own);
  const known = [...own.options];
  if (known.length === left.size && known.every((option) => left.has(option.dataset.code))) return;
  const all = [...document.getElementById(control.dataset.list).options];
  own.replaceChildren(...all.filter((option) => left.has(option.dataset.code)).map((option) => option.cloneNode()));
}

function fields(act) {
  const sent = new URLSearchParams();
  for (const [name, value] of new FormData(form)) sent.append(name, value);
  sent.set("act", act);
  return sent;
}

// Says it once, with a link after it.
function say(text, address, words, isBeside) {
  const next = [text, address ? words : ""].join(" ").trim();
  if (progress.textContent === next) return;
  progress.textContent = address ? `${text} ` : text;
  if (!address) return;
  const link = document.createElement("a");
  link.href = address;
  link.textContent = words;
  if (isBeside) {
    link.target = "_blank";
    link.rel = "noopener";
  }
  progress.append(link);
}

// Only of a session that ended by itself it is kept what was typed.
function ended(address) {
  const isKept = new URL(address).searchParams.get("typed") === "kept";
  isEnded = !isKept;
  say(isKept ? form.dataset.lost : form.dataset.ended, form.dataset.login, form.dataset.loginText, !isKept);
}

// What the answer says if it is not how the form is.
async function refused(answer) {
  const kind = answer.headers.get("content-type") ?? "";
  if (answer.status === 409 && kind.startsWith("application/json")) {
    const live = await answer.json();
    say(live.changed, live.newest, live.open, true);
    if (live.kept) keptAt.textContent = live.kept;
    return;
  }
  if (answer.status === 413) return say(form.dataset.large);
  // The form is of a session that has ended.
  if (answer.status === 403) isEnded = true;
  say(form.dataset.refused);
}

async function check() {
  waiting = null;
  // One question at a time: what changed meanwhile is asked next.
  if (running) {
    isStale = true;
    return;
  }
  running = true;
  isStale = false;
  const body = fields("check");
  const keeps = isChanged && Date.now() - keptLast > KEEP_EVERY;
  if (keeps) {
    body.set("keep", "1");
    keptLast = Date.now();
  }
  try {
    const answer = await fetch(form.action, {
      method: "POST", body, headers: { accept: "application/json" },
    });
    if (answer.redirected) return ended(answer.url);
    if (!answer.ok) return await refused(answer);
    isEnded = false;
    const live = await answer.json();
    await fit(live.shapes ?? {});
    show(live);
    if (keeps) isChanged = false;
  } catch {
    progress.textContent = form.dataset.unreached;
  } finally {
    running = false;
    if (isStale) soon();
  }
}

function soon() {
  isChanged = true;
  clearTimeout(waiting);
  waiting = setTimeout(check, PAUSE);
}
form.addEventListener("input", (event) => {
  typing = event.target;
  soon();
});
form.addEventListener("change", () => {
  typing = null;
  soon();
});
setInterval(() => {
  if (isChanged && !running && !waiting && Date.now() - keptLast > KEEP_EVERY) check();
}, 1000);

// Sent without its session, all that was typed would be gone.
form.addEventListener("submit", (event) => {
  if (!isEnded) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  check();
}, true);

// Takes over from the answer how many parts a repeat has. Who is in one of them stays there.
function renew(repeat, page) {
  const next = page.getElementById(repeat.id);
  if (!next) throw new Error("no repeat");
  const focus = repeat.contains(document.activeElement) ? document.activeElement.id : "";
  repeat.replaceChildren(...next.childNodes);
  if (next.dataset.shape !== undefined) repeat.dataset.shape = next.dataset.shape;
  repeat.hidden = next.hidden;
  if (focus) document.getElementById(focus)?.focus();
}

// What another version asked in parts goes with them.
function renewAll(repeats, page) {
  repeats.forEach((repeat) => renew(repeat, page));
  form.querySelector("[data-was]").replaceChildren(...page.querySelector("[data-was]").childNodes);
}

// Fetches the repeats that other answers give more parts or fewer. What is typed meanwhile asks again.
async function fit(shapes) {
  const isOther = (repeat) => shapes[repeat.id] !== undefined && shapes[repeat.id] !== repeat.dataset.shape;
  const others = [...document.querySelectorAll("[data-shape]")].filter(isOther);
  if (others.length === 0 || isBusy()) return;
  const answer = await fetch(form.action, { method: "POST", body: fields("look"), headers: { accept: "text/html" } });
  if (answer.redirected || (answer.status !== 200 && answer.status !== 422)) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!isBusy()) renewAll(others, page);
}

// Whether something was typed that was not asked about yet.
function isBusy() {
  return isStale || waiting !== null;
}

// Adds and removes parts of a repeat without a new page. The focus goes where it would go on a new one.
form.addEventListener("submit", async (event) => {
  const act = event.submitter?.value ?? "";
  if (!/^(add|remove)-/.test(act)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const repeat = event.submitter.closest(".repeat");
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields(act), headers: { accept: "text/html" } });
    if (answer.redirected) return ended(answer.url);
    if (answer.status !== 200 && answer.status !== 422) return check();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    renewAll([repeat], page);
    (repeat.querySelector(".instance[autofocus]") ?? repeat).focus();
    soon();
  } catch {
    progress.textContent = form.dataset.unreached;
  }
}, true);
