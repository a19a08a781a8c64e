// Every page works without this file; it only saves steps.
"use strict";

// Copies the text of the element that the button names.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.textContent.trim());
    button.textContent = button.dataset.copied;
  });
}

// Asks before a form does what cannot be undone. Without this file a page asks.
for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.confirm)) event.preventDefault();
  });
}

// A second click on a button would send a form twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    setTimeout(() => {
      for (const button of form.querySelectorAll("button:not([data-copy])")) button.disabled = true;
    });
  });
}
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form button:disabled")) button.disabled = false;
});

// Keeps a part of the page up to date while a job runs.
const live = document.querySelector("[data-live]");
if (live) {
  const refresh = async () => {
    try {
      const answer = await fetch(live.dataset.live, { headers: { accept: "text/html" } });
      if (answer.ok && !answer.redirected) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const next = page.querySelector("[data-live], [data-done]");
        if (next) {
          live.replaceChildren(...next.childNodes);
          if (next.dataset.done !== undefined) return location.reload();
        }
      }
    } catch {
      // The next try may reach it.
    }
    setTimeout(refresh, 1000);
  };
  setTimeout(refresh, 1000);
}

// Focus goes to the summary of what is wrong with a form.
document.querySelector(".note.bad[tabindex], .note.warn[role=alert]")?.focus();
