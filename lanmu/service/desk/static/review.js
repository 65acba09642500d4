// The review page: the next articles are fetched ahead, a judgement shows the next one at once and is
// sent behind it; one that fails puts its article back.
const AHEAD = 3;
const FEW = 5;
const LOOK_AGAIN_SECONDS = 20;
const KEYS_OFF = "lanmu-keys-off";

export function startReview(page, toastOf, alertOf) {
  const place = page.querySelector("#card");
  const help = document.getElementById("help");
  const csrf = document.querySelector('meta[name="csrf"]').content;
  const may = page.dataset.may === "yes";
  const texts = document.getElementById("toasts").dataset;
  const cards = new Map();
  const judged = new Set();
  let queue = page.dataset.queue ? page.dataset.queue.split(",").map(Number) : [];
  let at = 0;
  let total = Number(page.querySelector("[data-total]").textContent.replaceAll(",", ""));
  let sending = Promise.resolve();
  let shown = 0;
  let looking = 0;

  function card(number) {
    if (!cards.has(number)) {
      const answer = fetch(`/review/${number}/card`, { headers: { Accept: "text/html" } }).then((response) => {
        if (response.redirected) location.reload();
        return response.ok ? response.text() : null;
      });
      cards.set(number, answer.catch(() => null));
    }
    return cards.get(number);
  }

  function fetchAhead() {
    for (const number of queue.slice(at, at + AHEAD + 1)) card(number);
    if (at > 0) card(queue[at - 1]);
  }

  async function fetchMore() {
    if (queue.length - at <= FEW && queue.length < total) await refill();
  }

  async function refill() {
    try {
      const answer = await fetch(`/review/queue?${page.dataset.query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const found = await answer.json();
      queue.push(...found.numbers.filter((number) => !queue.includes(number) && !judged.has(number)));
      setTotal(found.total);
    } catch {
      return; // the next judgement says so, if the service cannot be reached
    }
    if (queue.length && !place.querySelector(".card")) await show();
  }

  // Nothing waits: look now and then whether something has come.
  function lookAgain() {
    clearTimeout(looking);
    looking = setTimeout(async () => {
      await refill();
      if (!queue.length) lookAgain();
    }, LOOK_AGAIN_SECONDS * 1000);
  }

  async function show() {
    const turn = ++shown;
    if (!queue.length) {
      place.replaceChildren(document.getElementById("all-done").content.cloneNode(true));
      place.querySelector("h2").focus();
      lookAgain();
      return;
    }
    at = Math.max(0, Math.min(at, queue.length - 1));
    const number = queue[at];
    const html = await card(number);
    if (turn !== shown) return;
    if (html === null) {
      cards.delete(number);
      alertOf(texts.offline);
      return;
    }
    place.innerHTML = html;
    prepare();
    const heading = place.querySelector("[data-heading]");
    heading.focus({ preventScroll: true });
    window.scrollTo(0, Math.min(window.scrollY, place.getBoundingClientRect().top + window.scrollY - 8));
    fetchAhead();
  }

  function prepare() {
    for (const button of page.querySelectorAll('[data-do][hidden]')) {
      if (button.dataset.do !== "undo" || may) button.hidden = false;
    }
    const form = place.querySelector("form[data-settle]");
    if (form) form.addEventListener("submit", submitted);
  }

  function submitted(event) {
    event.preventDefault();
    const button = event.submitter;
    if (button.hasAttribute("data-skip")) judge("skip");
    else judge("settle", button.value);
  }

  function judge(action, category) {
    const form = place.querySelector("form[data-settle]");
    const number = queue[at];
    if (!form || number === undefined) return;
    const body = new URLSearchParams({ seen: form.elements.seen.value });
    if (category) body.set("category", category);
    queue.splice(at, 1);
    judged.add(number);
    cards.delete(number);
    setTotal(total - 1);
    show();
    send(`/review/${number}/${action}`, body).then((answer) => {
      if (answer.ok) {
        toastOf(answer.message, answer.undo ? undo : null);
        numbers(answer);
      } else if (answer.status === 409) {
        alertOf(answer.message, `/articles/${number}`);
      } else {
        back(number);
        alertOf(answer.message ? `${texts.failed} ${answer.message}` : texts.failed);
      }
      fetchMore();
    });
  }

  function back(number) {
    judged.delete(number);
    cards.delete(number);
    queue = queue.filter((other) => other !== number);
    at = Math.min(at, queue.length);
    queue.splice(at, 0, number);
    setTotal(total + 1);
    show();
  }

  function undo() {
    if (!may) return;
    send("/undo", new URLSearchParams()).then((answer) => {
      if (!answer.ok) {
        alertOf(answer.message || texts.offline);
        return;
      }
      toastOf(answer.message, null);
      numbers(answer);
      for (const number of answer.articles) judged.delete(number);
      if (answer.articles.length) {
        back(answer.articles[0]);
        if (!page.dataset.query) setTotal(answer.waiting);
      }
    });
  }

  // One after the other, so that what is undone is what was done last.
  function send(address, body) {
    const sent = sending.then(async () => {
      try {
        const response = await fetch(address, {
          method: "POST",
          headers: { Accept: "application/json", "X-CSRF-Token": csrf },
          body,
        });
        if (response.status === 401) location.reload();
        const found = await response.json().catch(() => ({}));
        return { ...found, message: found.message || found.detail, ok: response.ok, status: response.status };
      } catch {
        return { ok: false, status: 0, message: texts.offline };
      }
    });
    sending = sent;
    return sent;
  }

  function numbers(answer) {
    page.querySelector("[data-settled]").textContent = answer.settled.toLocaleString("en");
    page.querySelector("[data-mine]").textContent = answer.mine.toLocaleString("en");
    const badge = document.querySelector("[data-waiting]");
    if (badge) badge.textContent = answer.waiting.toLocaleString("en");
  }

  function setTotal(count) {
    total = Math.max(0, count);
    page.querySelector("[data-total]").textContent = total.toLocaleString("en");
  }

  function move(step) {
    const next = at + step;
    if (next < 0 || next >= queue.length) return;
    at = next;
    show();
    fetchMore();
  }

  const deeds = {
    next: () => move(1),
    previous: () => move(-1),
    undo,
    help: () => help.showModal(),
  };
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) deeds[button.dataset.do]();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || help.open) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const key = keyOf(event);
    const onControl = event.target.closest("a, button, summary");
    if ((key === "Enter" || key === " ") && onControl) return;
    if (key === "?" || key === "？") {
      event.preventDefault();
      help.showModal();
      return;
    }
    if (keysOff()) return;
    const action = actionOf(key);
    if (action) {
      event.preventDefault();
      action();
    }
  });

  function actionOf(key) {
    if (key === "j") return deeds.next;
    if (key === "k") return deeds.previous;
    if (!may) return null;
    if (key === "u") return undo;
    const form = place.querySelector("form[data-settle]");
    if (!form) return null;
    if (key === "Enter" || key === " ") return () => judge("settle", form.querySelector("[data-accept]").value);
    if (key === "s") return () => judge("skip");
    const choice = [...form.querySelectorAll("[data-key]")].find((button) => button.dataset.key === key);
    return choice ? () => judge("settle", choice.value) : null;
  }

  const box = document.getElementById("keys-on");
  box.checked = !keysOff();
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "yes");
  });

  prepare();
  if (queue.length) fetchAhead();
  else lookAgain();
}

function keysOff() {
  return localStorage.getItem(KEYS_OFF) === "yes";
}

// An input method that is on says "Process"; then the key's place on the keyboard counts.
function keyOf(event) {
  if (event.key !== "Process" && event.key.length === 1) return event.key.toLowerCase();
  const named = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code);
  return event.key === "Process" && named ? named[1].toLowerCase() : event.key;
}
