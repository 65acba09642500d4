// Lists: choosing several articles for a bulk step, and short addresses for filters.
let last = null; // the box that was clicked before, from which Shift chooses a range

export function startLists() {
  refresh();
  document.addEventListener("click", (event) => {
    const box = event.target.closest('[data-bulk] input[name="number"]');
    if (!box) return;
    const boxes = [...box.form.querySelectorAll('input[name="number"]')];
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
    last = box;
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-bulk]");
    if (!form) return;
    if (event.target.hasAttribute("data-all")) {
      for (const box of form.querySelectorAll('input[name="number"]')) box.checked = event.target.checked;
    }
    refresh();
  });
  document.body.addEventListener("htmx:afterSwap", refresh);
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") return;
    for (const [name, value] of [...event.detail.formData.entries()]) {
      if (value === "") event.detail.formData.delete(name);
    }
  });
}

function refresh() {
  for (const form of document.querySelectorAll("[data-bulk]")) {
    const boxes = [...form.querySelectorAll('input[name="number"]')];
    const chosen = boxes.filter((box) => box.checked).length;
    const all = form.querySelector("[data-all]");
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    for (const box of boxes) box.closest("tr").classList.toggle("is-chosen", box.checked);
    const bar = form.querySelector("[data-bulk-bar]");
    if (!bar) continue;
    const everything = bar.querySelector("[data-everything]");
    if (everything) {
      everything.hidden = chosen < boxes.length;
      if (everything.hidden) everything.querySelector("input").checked = false;
    }
    bar.classList.toggle("is-on", chosen > 0);
    const text = bar.querySelector("[data-chosen]");
    text.textContent = text.dataset.text.replace("0", chosen.toLocaleString("en"));
    for (const button of bar.querySelectorAll("[data-needs-choice]")) button.disabled = chosen === 0;
  }
}
