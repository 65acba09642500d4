// The threshold as a slider: what each step costs is shown while it moves.
const form = document.querySelector("[data-threshold]");
const select = form?.querySelector("select");

if (select) {
  const button = form.querySelector("[data-needs-change]");
  const before = select.selectedIndex;
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 0, max: select.options.length - 1, step: 1, disabled: select.disabled });
  slider.value = Math.max(0, before);
  slider.setAttribute("aria-label", select.labels[0].textContent.trim());
  select.hidden = true;
  select.after(slider);
  const show = () => {
    const step = select.options[Number(slider.value)];
    select.selectedIndex = step.index;
    for (const place of form.querySelectorAll("[data-show]")) place.textContent = step.dataset[place.dataset.show];
    slider.setAttribute("aria-valuetext", step.textContent);
    if (button) button.disabled = step.index === before;
  };
  slider.addEventListener("input", show);
  show();
}

// Single categories: the button waits for a change.
const strict = document.querySelector("[data-strict]");
const save = strict?.querySelector("[data-needs-change]");

if (save) {
  const isChanged = (choice) => !choice.selectedOptions[0].defaultSelected;
  const show = () => {
    const choices = [...strict.querySelectorAll("select")];
    for (const choice of choices) choice.classList.toggle("is-changed", isChanged(choice));
    save.disabled = !choices.some(isChanged);
  };
  strict.addEventListener("change", show);
  addEventListener("pageshow", show); // going back, a browser keeps what was chosen
  show();
}
