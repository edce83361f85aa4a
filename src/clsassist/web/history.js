// The conversations of this browser: only their questions are kept, and only here.
// Gradio runs this once, as a function body that receives element and trigger.
const KEY = "clsassist.conversations";
const MOST = 50;
const DAY = 24 * 3600 * 1000;
const fold = element.querySelector(".cls-history");
const list = element.querySelector(".cls-history-list");
const status = element.querySelector(".cls-history-status");
const limits = JSON.parse(fold.dataset.limits);

const storageOf = (name) => {
  try {
    const storage = window[name];
    storage.setItem("clsassist.try", "1");
    storage.removeItem("clsassist.try");
    return storage;
  } catch {
    return null;
  }
};
const kept = storageOf("localStorage");
const tab = storageOf("sessionStorage");
if (!kept) {
  element.querySelector(".cls-history-where").textContent = "jusqu'à la fermeture de cette page";
  element.querySelector(".cls-history-note").textContent =
    "Ce navigateur n'autorise pas à garder les conversations : elles s'effacent à la fermeture de la page.";
}

// What is stored may be old, or written by something else: only what is well formed is taken.
const isWhole = (one) =>
  typeof one?.id === "string" &&
  typeof one.name === "string" &&
  Number.isFinite(one.date) &&
  Array.isArray(one.questions) &&
  one.questions.every((question) => typeof question === "string" && question.length <= limits.characters);

let inMemory = [];
const read = () => {
  if (!kept) return inMemory;
  try {
    const found = JSON.parse(kept.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter(isWhole) : [];
  } catch {
    return [];
  }
};

const write = (conversations) => {
  const fresh = conversations.filter((one) => one.date > Date.now() - limits.days * DAY);
  const newest = fresh.sort((one, other) => other.date - one.date).slice(0, MOST);
  inMemory = newest;
  try {
    if (newest.length) kept?.setItem(KEY, JSON.stringify(newest));
    else kept?.removeItem(KEY);
  } catch {
    status.textContent = "Ce navigateur n'a plus de place : la conversation n'a pas pu être gardée.";
  }
  draw();
};

let current = null;
// While a conversation is being reopened, the emptied page says nothing of it.
let isOpening = false;
const choose = (id) => {
  current = id;
  if (id) tab?.setItem(KEY, id);
  else tab?.removeItem(KEY);
};

const open = (conversation) => {
  choose(conversation.id);
  isOpening = true;
  fold.open = false;
  trigger("select", { questions: conversation.questions });
  draw();
};

const leave = () => {
  choose(null);
  trigger("clear", {});
};

const make = (name, attributes, ...children) => {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...children);
  return made;
};

const button = (className, label, name, onclick) => {
  const made = make("button", { type: "button", className, onclick }, label);
  if (name) made.setAttribute("aria-label", `${label} : ${name}`);
  return made;
};

const shownDate = (date) =>
  new Date(date).toLocaleString("fr-FR", { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });

const drawItem = (conversation) => {
  const { id, name, date, questions } = conversation;
  const count = questions.length === 1 ? "1 question" : `${questions.length} questions`;
  const title = make("button", { type: "button", className: "cls-history-open", onclick: () => open(conversation) }, name);
  if (id === current) title.setAttribute("aria-current", "true");
  const item = make("li", {}, title, make("span", { className: "cls-history-date" }, `${shownDate(date)}, ${count}`));
  item.append(
    button("cls-history-act", "Renommer", name, () => rename(item, conversation)),
    button("cls-history-act", "Supprimer", name, () => remove([conversation])),
  );
  return item;
};

const draw = () => {
  const conversations = read();
  list.replaceChildren(...conversations.map(drawItem));
  element.querySelector(".cls-history-title").textContent =
    conversations.length ? `Mes conversations (${conversations.length})` : "Mes conversations";
  element.querySelector(".cls-history-clear").hidden = conversations.length === 0;
  fold.hidden = conversations.length === 0;
};

const rename = (item, conversation) => {
  const field = make("input", { type: "text", value: conversation.name, maxLength: 120 });
  field.setAttribute("aria-label", "Nom de la conversation");
  const back = () => {
    draw();
    list.querySelectorAll(".cls-history-open")[place]?.focus();
  };
  const place = [...list.children].indexOf(item);
  const form = make("form", { className: "cls-history-rename" }, field, make("button", { type: "submit" }, "Enregistrer"));
  form.append(button("", "Annuler", "", back));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = field.value.trim();
    if (name) write(read().map((one) => (one.id === conversation.id ? { ...one, name } : one)));
    back();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") back();
  });
  item.replaceChildren(form);
  field.focus();
  field.select();
};

// What was deleted stays at hand until the reader does something else.
const remove = (conversations) => {
  const gone = new Set(conversations.map((one) => one.id));
  const wasOpen = conversations.find((one) => one.id === current);
  write(read().filter((one) => !gone.has(one.id)));
  if (wasOpen) leave();
  const sentence = conversations.length === 1 ? "Conversation supprimée." : "Toutes les conversations sont supprimées.";
  const undo = button("cls-history-undo", "Annuler la suppression", "", () => {
    write([...read(), ...conversations]);
    status.textContent = "Suppression annulée.";
    if (wasOpen) open(wasOpen);
  });
  status.replaceChildren(`${sentence} `, undo);
  undo.focus();
};

element.querySelector(".cls-history-clear").addEventListener("click", () => remove(read()));

document.addEventListener("cls:turns", ({ detail: questions }) => {
  document.documentElement.classList.remove("cls-reopens");
  if (questions.length === 0) {
    if (!isOpening) choose(null);
    draw();
    return;
  }
  isOpening = false;
  const conversations = read();
  const known = conversations.find((one) => one.id === current);
  if (known && JSON.stringify(known.questions) === JSON.stringify(questions)) return;
  status.textContent = "";
  const id = known?.id ?? `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  choose(id);
  const name = known?.name ?? questions[0].slice(0, 120);
  write([...conversations.filter((one) => one.id !== id), { id, name, date: Date.now(), questions }]);
});

// The welcome does not flash before a conversation; it comes back if the server does not answer.
const hideWelcome = () => {
  document.documentElement.classList.add("cls-reopens");
  setTimeout(() => document.documentElement.classList.remove("cls-reopens"), 10_000);
};

// Another tab may add to the list.
window.addEventListener("storage", (event) => {
  if (event.key === KEY) draw();
});

// The page opens on what its address asks, else on the conversation that this tab or the last one showed.
write(read());
const brought = new URLSearchParams(location.search).getAll("q").filter((question) => question.trim());
const last = read().find((one) => one.id === tab?.getItem(KEY)) ?? null;
if (brought.length) {
  // Kept in the browser from now on: reloading opens the conversation instead of beginning another.
  if (kept) history.replaceState(null, "", location.pathname);
  hideWelcome();
  trigger("select", { questions: brought });
} else if (last) {
  hideWelcome();
  open(last);
}
