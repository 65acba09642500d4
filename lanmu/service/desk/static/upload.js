// Adding files: dropped anywhere on the page, their size looked at before they are sent, one sending only.
const form = document.querySelector("[data-upload]");
const input = form?.querySelector('input[type="file"]');
const drop = form?.querySelector(".drop");
const problem = form?.querySelector("[data-problem]");
const MEGABYTE = 1 << 20;

function sizes() {
  let size = 0;
  for (const file of input.files) size += file.size;
  const most = Number(form.dataset.most);
  const words = { size: (size / MEGABYTE).toFixed(1), most: (most / MEGABYTE).toFixed(0) };
  problem.hidden = size <= most;
  problem.textContent = form.dataset.tooLarge.replace(/\{(\w+)\}/g, (_, name) => words[name]);
  return size <= most;
}

if (form) {
  input.addEventListener("change", sizes);
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    drop.classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("is-over");
  });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    drop.classList.remove("is-over");
    input.files = event.dataTransfer.files;
    sizes();
  });
  form.addEventListener("submit", (event) => {
    if (!sizes()) {
      event.preventDefault();
      return;
    }
    const button = form.querySelector("button.primary");
    button.disabled = true;
    button.textContent = form.dataset.reading;
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
