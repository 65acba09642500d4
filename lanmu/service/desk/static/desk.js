// What the desk's pages do beyond forms and links: toasts, shortcuts, and the review page's queue.
import { startLists } from "./lists.js";
import { startReview } from "./review.js";
import { alertOf, passes, toastOf } from "./toasts.js";

document.addEventListener("change", (event) => {
  if (event.target.hasAttribute("data-submit")) event.target.form.requestSubmit();
});

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
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    return;
  }
  let detail = "";
  try {
    detail = JSON.parse(xhr.responseText).detail;
  } catch {
    detail = "";
  }
  alertOf(detail || document.getElementById("toasts").dataset.offline);
});
document.body.addEventListener("htmx:sendError", () => alertOf(document.getElementById("toasts").dataset.offline));

for (const toast of document.querySelectorAll("#toasts .toast")) passes(toast);
startLists();
const review = document.getElementById("review");
if (review) startReview(review, toastOf, alertOf);
