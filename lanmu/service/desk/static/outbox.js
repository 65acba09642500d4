// The outbox: what a person has decided, kept in this browser until the service has answered for it.
//
// A step stands in the browser's storage from the key press on, so neither a slow line nor an ended session nor a
// closed window loses it; the next page of the same person sends it. Every step has an id of its own by which the
// service knows it again, so one that is sent twice is done once.
const PREFIX = "lanmu-step:";
const AT_ONCE = 50;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
const listeners = [];
const here = new Map(); // steps that the storage did not take
const person = document.querySelector('meta[name="person"]').content;
const csrf = document.querySelector('meta[name="csrf"]').content;
let turn = 0;
let busy = false;
let pause = 0;
let timer = 0;
let problem = null;
let leaving = false;

/** Keeps a step and sends it; returns its id.  `title` and `name` are for people, the rest for the service. */
export function put(step) {
  const id = `${Date.now().toString(36)}-${String(turn++).padStart(5, "0")}-${crypto.getRandomValues(new Uint32Array(2)).join("")}`;
  const kept = JSON.stringify({ ...step, id, by: person });
  try {
    localStorage.setItem(PREFIX + id, kept);
  } catch {
    here.set(PREFIX + id, kept);
  }
  tell();
  if (!pause) send();
  return id;
}

/** Takes back a step that has not been sent yet; whether there was one. */
export function cancel(id) {
  if (sent.has(id) || !steps().some((step) => step.id === id)) return false;
  drop(id);
  tell();
  return true;
}

/** Calls `listener(event)` for each answer, and whenever what waits has changed; see `tell`. */
export function listen(listener) {
  listeners.push(listener);
}

/** This person's steps that wait, the oldest first; those of others on this machine with `others`. */
export function steps(others = false) {
  const found = [];
  for (const [key, text] of [...Object.entries(stored()), ...here]) {
    try {
      found.push([key, JSON.parse(text)]);
    } catch {
      localStorage.removeItem(key);
    }
  }
  found.sort(([one], [other]) => (one < other ? -1 : 1));
  return found.map(([, step]) => step).filter((step) => (step.by === person) !== others);
}

/** Tries again at once. */
export function retry() {
  pause = 0;
  clearTimeout(timer);
  send();
}

/** Throws away what waits. */
export function discard() {
  for (const step of steps()) drop(step.id);
  problem = null;
  pause = 0;
  tell();
}

const sent = new Set();

function stored() {
  const found = {};
  try {
    for (let i = 0; i < localStorage.length; i++) {
      const key = localStorage.key(i);
      if (key.startsWith(PREFIX)) found[key] = localStorage.getItem(key);
    }
  } catch {
    return {};
  }
  return found;
}

function drop(id) {
  sent.delete(id);
  here.delete(PREFIX + id);
  try {
    localStorage.removeItem(PREFIX + id);
  } catch {
    return;
  }
}

function request(waiting) {
  for (const step of waiting) sent.add(step.id);
  const wire = waiting.map(({ by, title, name, ...rest }) => rest);
  return fetch("/review/steps", {
    method: "POST",
    keepalive: true,
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify({ steps: wire }),
  });
}

// One request after the other, so that steps arrive in their order.
async function send() {
  if (busy) return;
  const waiting = steps().slice(0, AT_ONCE);
  if (!waiting.length || !person) return;
  busy = true;
  let answer = null;
  try {
    const response = await request(waiting);
    answer = { status: response.status, found: await response.json().catch(() => ({})) };
  } catch {
    answer = { status: 0, found: {} };
  }
  busy = false;
  if (answer.status === 200) {
    problem = null;
    pause = 0;
    const byId = new Map(waiting.map((step) => [step.id, step]));
    for (const outcome of answer.found.outcomes) {
      drop(outcome.id);
      for (const listener of listeners) listener({ kind: "answered", step: byId.get(outcome.id), outcome, day: answer.found });
    }
    tell();
    send();
  } else if (answer.status === 401) {
    signInAgain();
  } else {
    for (const step of waiting) sent.delete(step.id);
    const passing = answer.status === 0 || answer.status >= 500;
    problem = { passing, detail: passing ? "" : answer.found.detail || String(answer.status) };
    pause = Math.min(pause ? 2 * pause : FIRST_PAUSE, LONGEST_PAUSE);
    tell();
    clearTimeout(timer);
    if (passing) timer = setTimeout(send, pause);
  }
}

// What waits, and why it does: for the page to say.
function tell() {
  const count = steps().length;
  if (!count) problem = null;
  for (const listener of listeners) listener({ kind: "waiting", count, problem });
}

/** To the sign-in page, which says that the session has ended and what waits, and from there back. */
export function signInAgain() {
  if (leaving) return;
  leaving = true;
  location.assign(`/sign-in?ended=yes&next=${encodeURIComponent(location.pathname + location.search)}`);
}

addEventListener("online", retry);
addEventListener("pagehide", () => {
  const waiting = steps().filter((step) => !sent.has(step.id)).slice(0, AT_ONCE);
  if (waiting.length && person) request(waiting).catch(() => {});
});
addEventListener("beforeunload", (event) => {
  if (here.size) event.preventDefault();
});

/** Sends what an earlier page has left. */
export function start() {
  if (person) send();
}
