// The review page: the next cards are held ready, a judgement shows the next one at once and goes into the outbox.
// What is judged is always the card on screen: while it is not there, keys wait.
import { cancel, listen, put, signInAgain, steps } from "./outbox.js";

const AHEAD = 4;
const FEW = 5;
const LOOK_AGAIN_SECONDS = 20;
const LONGEST_PAUSE = 15_000;
const GONE = "";
const TAKEN = " ";
const MOST_UNDONE = 200;
const MOST_HELD = 50;
const RENEW_SECONDS = 60;
const JUDGING = /^(?:[a-z0-9 ]|Enter)$/;
const KEYS_OFF = "lanmu-keys-off";
const GUIDANCE = "lanmu-guidance";

export function startReview(page, toastOf, alertOf) {
  const place = page.querySelector("#card");
  const help = document.getElementById("help");
  const { reading } = page.dataset;
  const may = page.dataset.may === "yes";
  const csrf = document.querySelector('meta[name="csrf"]').content;
  const texts = document.getElementById("toasts").dataset;
  const waitingSign = page.querySelector("[data-waiting-sign]");
  const cards = new Map(); // by number: the HTML of a card that is held ready, or the promise of it
  const judged = new Set(steps().map((step) => step.number));
  const done = []; // the steps of this page, to be taken back: the last one last
  let queue = page.dataset.queue ? page.dataset.queue.split(",").map(Number) : [];
  let at = 0;
  let total = Number(page.querySelector("[data-total]").textContent.replaceAll(",", ""));
  let shown = 0;
  let looking = 0;
  const held = new Set(); // the articles that this page has from the service, for some minutes
  const flagging = document.getElementById("flag");
  let open = null; // the card on screen, once it has been painted; null while another is awaited

  function card(number) {
    if (!cards.has(number)) cards.set(number, fetchCard(number));
    return cards.get(number);
  }

  // The HTML of a card; GONE where there is no such article any more, TAKEN where a colleague has it; null where it did
  // not come.
  async function fetchCard(number) {
    let html = null;
    try {
      const response = await fetch(`/review/${number}/card${reading ? "?reading=second" : ""}`, { headers: { Accept: "text/html" } });
      if (response.redirected) signInAgain();
      if (response.status === 204) html = TAKEN;
      else if (response.status === 404) html = GONE;
      else if (response.ok) {
        html = await response.text();
        held.add(number);
      }
    } catch {
      html = null;
    }
    if (html === null || html === TAKEN) cards.delete(number);
    else cards.set(number, html);
    return html;
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
      atWork(found.at_work);
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

  // Shows the article at `at`: at once where its card is held ready.  Else keys wait for it, and a sign says so.
  async function show() {
    const turn = ++shown;
    open = null;
    place.setAttribute("aria-busy", "true");
    if (!queue.length) {
      waits(false);
      place.setAttribute("aria-busy", "false");
      place.replaceChildren(document.getElementById("all-done").content.cloneNode(true));
      place.querySelector("[data-others]").hidden = !total;
      place.querySelector("h2").focus();
      lookAgain();
      return;
    }
    at = Math.max(0, Math.min(at, queue.length - 1));
    const number = queue[at];
    let html = card(number);
    if (typeof html !== "string") {
      waits(true);
      html = await arrival(number, turn);
    }
    if (turn !== shown) return;
    if (html === GONE || html === TAKEN) {
      queue = queue.filter((other) => other !== number);
      if (html === GONE) setTotal(total - 1);
      await fetchMore();
      if (turn === shown) show();
      return;
    }
    place.innerHTML = html;
    waits(false);
    prepare();
    opened(turn);
    place.querySelector("[data-heading]").focus({ preventScroll: true });
    window.scrollTo(0, Math.min(window.scrollY, place.getBoundingClientRect().top + window.scrollY - 8));
    fetchAhead();
  }

  // The card, asked for again and again while the page waits for it.
  async function arrival(number, turn) {
    for (let pause = 500; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const html = await card(number);
      if (html !== null || turn !== shown) return html;
      alertOf(texts.offline);
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (turn !== shown) return null;
    }
  }

  function waits(yes) {
    place.classList.toggle("is-waiting", yes);
    place.inert = yes;
    waitingSign.hidden = !yes;
    waitingSign.classList.remove("is-early");
  }

  // A key that comes before the card is there does nothing but move the sign.
  function early() {
    waitingSign.classList.remove("is-early");
    void waitingSign.offsetWidth; // so that the movement begins anew
    waitingSign.classList.add("is-early");
  }

  // From the frame after the card's first on, it has been on screen and can be judged.  What the judgement is
  // of comes from the card itself: its number, the version it shows, and the token that binds the two to its text.
  function opened(turn) {
    const shownCard = place.querySelector(".card");
    const form = shownCard.querySelector("form[data-settle]");
    const number = Number(shownCard.dataset.number);
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (turn !== shown) return;
        open = { number, seen: form?.elements.seen.value, token: form?.elements.token.value, form };
        place.setAttribute("aria-busy", "false");
      }),
    );
  }

  function prepare() {
    window.htmx?.process(place); // the guideline asks for similar articles once it is opened
    const guidance = place.querySelector("[data-guidance]");
    if (guidance) {
      guidance.open = localStorage.getItem(GUIDANCE) === "open";
      guidance.addEventListener("toggle", () => localStorage.setItem(GUIDANCE, guidance.open ? "open" : ""));
    }
    for (const button of page.querySelectorAll("[data-do][hidden]")) {
      if (may || !["undo", "flag"].includes(button.dataset.do)) button.hidden = false;
    }
    const form = place.querySelector("form[data-settle]");
    if (!form) return;
    form.addEventListener("submit", submitted);
    // The second click of a double click falls on the next card, which nobody has read.
    form.addEventListener("click", (event) => {
      if (event.detail > 1) event.preventDefault();
    });
  }

  function submitted(event) {
    event.preventDefault();
    const button = event.submitter;
    if (button.hasAttribute("data-skip")) judge("skip");
    else judge("settle", button.value);
  }

  function judge(action, category, note) {
    if (!open?.form) {
      early();
      return;
    }
    const { number, seen, token, form } = open;
    const title = place.querySelector("[data-heading]").innerText.trim();
    const name = category && form.querySelector(`[value="${CSS.escape(category)}"]`).dataset.name;
    const html = cards.get(number);
    at = Math.max(0, queue.indexOf(number));
    queue = queue.filter((other) => other !== number);
    judged.add(number);
    cards.delete(number);
    setTotal(total - 1);
    held.delete(number);
    const id = put({ do: reading && action === "settle" ? "read" : action, number, seen: Number(seen), token, category, title, name, note });
    if (action !== "flag") done.push({ id, number, html });
    if (done.length > MOST_UNDONE) done.shift();
    show();
  }

  function back(number) {
    judged.delete(number);
    cards.delete(number);
    queue = queue.filter((other) => other !== number);
    at = Math.min(at, queue.length);
    queue.splice(at, 0, number);
    setTotal(total + 1);
  }

  // Takes back the last step of this page: at once where it has not been sent; else the service does.
  function undo() {
    if (!may) return;
    const last = done.pop();
    if (last && cancel(last.id)) {
      back(last.number);
      if (last.html) cards.set(last.number, last.html);
      toastOf(texts.undone, null);
      show();
      return;
    }
    put({ do: "undo", of: last?.id });
  }

  listen(({ kind, step, outcome, day }) => {
    if (kind !== "answered") return;
    numbers(day);
    if (!outcome.ok) {
      const place = done.findIndex(({ id }) => id === outcome.id);
      if (place >= 0) done.splice(place, 1);
    } else if (step.do === "undo") {
      toastOf(outcome.message, null);
      for (const number of outcome.articles) judged.delete(number);
      if (outcome.articles.length) {
        back(outcome.articles[0]);
        if (!page.dataset.query) setTotal(day.waiting);
        show();
      }
    } else if (step.do === "flag") {
      toastOf(outcome.message, null);
    } else if (done.some(({ id }) => id === outcome.id)) {
      toastOf(outcome.message, undo);
    }
    fetchMore();
  });

  function ask() {
    if (!open?.form) return;
    flagging.querySelector("textarea").value = "";
    flagging.returnValue = "";
    flagging.showModal();
  }

  flagging.addEventListener("close", () => {
    if (flagging.returnValue === "flag") judge("flag", undefined, flagging.querySelector("textarea").value);
  });

  function atWork(people) {
    const sign = page.querySelector("[data-at-work]");
    sign.hidden = !people.length;
    sign.textContent = sign.dataset.text.replace("{people}", people.join("、"));
  }

  // Goes on holding what is on screen and held ready, and lets go what is no longer.
  function renew(leaving) {
    if (!may) return;
    const near = leaving ? [] : queue.slice(Math.max(0, at - 1), at + AHEAD + 1).filter((number) => held.has(number));
    const free = [...held].filter((number) => !near.includes(number)).slice(0, MOST_HELD);
    if (!near.length && !free.length) return;
    for (const number of free) {
      held.delete(number);
      cards.delete(number);
    }
    fetch("/review/leases", {
      method: "POST",
      keepalive: true,
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify({ hold: near, free }),
    }).catch(() => {});
  }
  setInterval(renew, RENEW_SECONDS * 1000);
  addEventListener("pagehide", () => renew(true));

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
    flag: ask,
    help: () => help.showModal(),
  };
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) deeds[button.dataset.do]();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || help.open || flagging.open) return;
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
    if (!open) return queue.length && JUDGING.test(key) ? early : null;
    const { form } = open;
    if (key === "Enter" || key === " ") return () => judge("settle", form.querySelector("[data-accept]").value);
    if (key === "s" && !reading) return () => judge("skip");
    if (key === "q" && !reading) return ask;
    const choice = [...form.querySelectorAll("[data-key]")].find((button) => button.dataset.key === key);
    return choice ? () => judge("settle", choice.value) : null;
  }

  const box = document.getElementById("keys-on");
  box.checked = !keysOff();
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "yes");
  });

  if (queue.length) held.add(queue[0]);
  prepare();
  const first = queue[0];
  queue = queue.filter((number) => !judged.has(number));
  if (first !== queue[0]) show();
  else if (queue.length) {
    opened(shown);
    fetchAhead();
  } else {
    place.setAttribute("aria-busy", "false");
    lookAgain();
  }
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
