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

/** Shows what went wrong, until it is closed; `link` leads to the article in question. */
export function alertOf(text, link) {
  const place = document.getElementById("alerts");
  const box = document.createElement("div");
  box.className = "toast alert";
  const words = document.createElement(link ? "a" : "span");
  words.textContent = text;
  if (link) words.href = link;
  box.append(words, buttonOf(document.getElementById("toasts").dataset.close, () => box.remove()));
  place.replaceChildren(box);
}

function buttonOf(text, action) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = text;
  button.addEventListener("click", action);
  return button;
}
