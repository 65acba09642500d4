// What the desk's pages do beyond forms and links: toasts, shortcuts, and the review page's queue.
import { startLists } from "./lists.js";
import { discard, listen, retry, signInAgain, start, steps } from "./outbox.js";
import { startReview } from "./review.js";
import { alertOf, noticeOf, passes, toastOf } from "./toasts.js";

const texts = document.getElementById("toasts").dataset;

document.addEventListener("change", (event) => {
  if (event.target.hasAttribute("data-submit")) event.target.form.requestSubmit();
});

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
document.querySelector('.sections [aria-current="page"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });

for (const opener of document.querySelectorAll("details.person")) {
  document.addEventListener("click", (event) => {
    if (!opener.contains(event.target)) opener.open = false;
  });
  opener.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      opener.open = false;
      opener.querySelector("summary").focus();
    }
  });
}

document.body.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 401) {
    signInAgain();
    return;
  }
  let detail = "";
  try {
    detail = JSON.parse(xhr.responseText).detail;
  } catch {
    detail = "";
  }
  alertOf(detail || texts.offline);
});
document.body.addEventListener("htmx:sendError", () => alertOf(texts.offline));

for (const toast of document.querySelectorAll("#toasts .toast")) passes(toast);
startLists();

// What waits in the outbox is said on every page; what the service refused, too, with a way to the article.
const left = steps().length;
let saved = 0;
listen(({ kind, count, problem, step, outcome }) => {
  if (kind === "waiting") {
    const said = problem && (problem.passing ? texts.unsaved : `${texts.refused} ${problem.detail}`);
    const actions = problem && (problem.passing ? [[texts.retry, retry]] : [[texts.retry, retry], [texts.discard, discard]]);
    noticeOf(problem ? said.replace("{count}", count) : "", actions || []);
  } else if (!outcome.ok) {
    const what = texts.notSaved.replace("{title}", step.title).replace("{category}", step.name || texts.skipped);
    alertOf(`${what} ${outcome.message}`, `/articles/${step.number}`);
  } else if (++saved === left) {
    toastOf(texts.savedLate.replace("{count}", left), null);
  }
});
for (const label of document.querySelectorAll("[data-show-passwords]")) {
  label.hidden = false;
  const fields = [...label.closest("form").querySelectorAll("input[type=password]")];
  label.querySelector("input").addEventListener("change", (event) => {
    for (const field of fields) field.type = event.target.checked ? "text" : "password";
  });
}
const door = document.querySelector("[data-unsaved]");
const waiting = [...steps(), ...steps(true)];
if (door && waiting.length) {
  door.textContent = door.dataset.unsaved.replace("{count}", waiting.length).replace("{people}", [...new Set(waiting.map((step) => step.by))].join("、"));
  door.hidden = false;
}
const review = document.getElementById("review");
if (review) startReview(review, toastOf, alertOf);
start();
