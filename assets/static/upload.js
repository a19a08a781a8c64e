// A file can be dropped on the form, and a bar shows how much of it is sent.
"use strict";

const form = document.querySelector("form[data-upload]");
if (form) {
  const input = form.querySelector("input[type=file]");
  const zone = form.querySelector("[data-drop]");
  const sending = form.querySelector("[data-sending]");
  const wrong = form.querySelector("[data-wrong]");
  const bar = sending.querySelector("progress");
  form.querySelector("[data-drop-hint]").hidden = false;

  const say = (text) => {
    wrong.textContent = text;
    wrong.hidden = text === "";
    sending.hidden = true;
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  };

  for (const name of ["dragover", "dragenter"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (event.dataTransfer.files.length === 1) input.files = event.dataTransfer.files;
  });
  // A file that misses the zone would be opened by the browser.
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say("");
    const file = input.files[0];
    if (file && file.size > Number(form.dataset.limit) * 1048576) return say(form.dataset.tooLarge);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (at) => {
      if (at.lengthComputable) bar.value = (at.loaded / at.total) * 100;
    });
    request.addEventListener("load", () => {
      if (request.status < 400) return location.assign(request.responseURL);
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const said = page.querySelector(".note.bad") ?? page.querySelector("main p");
      say(said ? said.textContent.trim() : form.dataset.broken);
    });
    for (const name of ["error", "abort", "timeout"]) request.addEventListener(name, () => say(form.dataset.broken));
    request.send(new FormData(form));
    sending.hidden = false;
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  });
}
