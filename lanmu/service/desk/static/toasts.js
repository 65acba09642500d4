// Short messages: polite ones that pass, and alerts that stay until closed.
const SECONDS = 8;

/** Shows a message that passes; `undo` is called by its button. */
export function toastOf(text, undo) {
  const place = document.getElementById("toasts");
  const toast = document.createElement("div");
  toast.className = "toast";
  const words = document.createElement("span");
  words.textContent = text;
  toast.append(words);
  if (undo) toast.append(buttonOf(place.dataset.undo, undo));
  place.replaceChildren(toast);
  passes(toast);
}

/** Takes a message away after a while, unless the mouse or the focus is on it. */
export function passes(toast) {
  let timer;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), SECONDS * 1000);
  };
  for (const stop of ["mouseenter", "focusin"]) toast.addEventListener(stop, () => clearTimeout(timer));
  for (const go of ["mouseleave", "focusout"]) toast.addEventListener(go, start);
  start();
}

const MOST_ALERTS = 4;

/** Shows what went wrong, until it is closed; `link` leads to the article in question. */
export function alertOf(text, link) {
  const place = document.getElementById("alerts");
  for (const other of place.querySelectorAll(".alert:not(.notice)")) if (other.firstChild.textContent === text) other.remove();
  const box = document.createElement("div");
  box.className = "toast alert";
  const words = document.createElement(link ? "a" : "span");
  words.textContent = text;
  if (link) words.href = link;
  box.append(words, buttonOf(document.getElementById("toasts").dataset.close, () => box.remove()));
  place.append(box);
  const alerts = place.querySelectorAll(".alert:not(.notice)");
  for (const old of [...alerts].slice(0, -MOST_ALERTS)) old.remove();
}

/** Shows a state that lasts, with what can be done about it; takes it away where `text` is empty. */
export function noticeOf(text, actions) {
  const place = document.getElementById("alerts");
  const old = place.querySelector(".notice");
  if (old && text && old.firstChild.textContent === text) return;
  old?.remove();
  if (!text) return;
  const box = document.createElement("div");
  box.className = "toast alert notice";
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words, ...actions.map(([name, action]) => buttonOf(name, action)));
  place.append(box);
}

function buttonOf(text, action) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = text;
  button.addEventListener("click", action);
  return button;
}
