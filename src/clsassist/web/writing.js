// Answers that a model writes under the exact ones: asked of the server, shown sentence by sentence, stopped at will.
// Gradio runs this once, as a function body that receives element.
const KEY = "clsassist.redaction";
const VIEWS = ["exact", "written", "both"];
const STOPPED = "La rédaction a été arrêtée.";
const LOST = "La rédaction a été interrompue : la réponse exacte reste.";

// What the reader chose last holds for the next answers, and in this browser from one visit to the next.
const readChoice = () => {
  try {
    const { view, plain } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return { view: VIEWS.includes(view) ? view : "both", plain: plain === true };
  } catch {
    return { view: "both", plain: false };
  }
};
const choice = readChoice();
const choose = (changes) => {
  Object.assign(choice, changes);
  try {
    localStorage.setItem(KEY, JSON.stringify(choice));
  } catch {
    // Where nothing may be stored, the choice holds for this visit.
  }
};

// One state for each answer on the screen, in order: the log is drawn anew at each question, what was written is not.
let states = [];
let known = [];
// The writing that goes on, if any.
let running = null;

const sections = () => [...document.querySelectorAll(".cls-turn .cls-writing")];
const sectionOf = (place) => document.querySelector(`.cls-writing[data-turn="${place}"]`);
const textOf = (state) => state.texts[state.plain ? "plain" : "usual"];

const draw = (place) => {
  const section = sectionOf(place);
  const state = states[place];
  if (!section || !state) return;
  const find = (name) => section.querySelector(`.cls-writing-${name}`);
  const text = textOf(state);
  const isRunning = text?.status === "running";
  const hasWords = Boolean(text?.sentences.length);
  const isShown = state.view !== "exact";
  // The exact answer gives way only to a written one that is there.
  const isExactHidden = state.view === "written" && hasWords && !isRunning;
  const focused = [find("stop"), find("again")].find((button) => button === document.activeElement);

  section.closest(".cls-turn").querySelector(".cls-exact").hidden = isExactHidden;
  drawSentences(section.querySelector(".cls-written"), text?.sentences ?? []);
  find("text").hidden = !isShown || !(hasWords || isRunning);
  find("wait").hidden = !isShown || !isRunning;
  const note = isShown && !isRunning ? (text?.note ?? "") : "";
  if (find("note").innerHTML !== note) find("note").innerHTML = note;
  find("note").hidden = !note;
  for (const radio of section.querySelectorAll("input")) radio.checked = radio.value === state.view;
  find("plain").setAttribute("aria-pressed", state.plain);
  find("stop").hidden = !isRunning;
  find("again").hidden = isRunning || !text || text.status === "whole";
  // A button that goes away gives the focus to its neighbour.
  if (focused?.hidden) section.querySelector("input:checked").focus();
};

// Only what is new is added: what a screen reader said is not said again.
const drawSentences = (paragraph, sentences) => {
  while (paragraph.children.length > sentences.length) paragraph.lastElementChild.remove();
  for (const html of sentences.slice(paragraph.children.length)) {
    const sentence = document.createElement("span");
    sentence.innerHTML = html;
    paragraph.append(sentence, " ");
  }
};

const events = async function* (response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const pieces = (rest + value).split("\n\n");
    rest = pieces.pop();
    for (const piece of pieces) if (piece.startsWith("data: ")) yield JSON.parse(piece.slice(6));
  }
};

const escaped = (text) => Object.assign(document.createElement("p"), { textContent: text }).innerHTML;

const ask = async (section, plain, signal) => {
  const turn = section.closest(".cls-turn");
  const { turn: place, build } = section.dataset;
  const body = JSON.stringify({ questions: window.clsConversation(turn), turn: Number(place), build, plain });
  const headers = { "Content-Type": "application/json" };
  const response = await fetch("/redaction", { method: "POST", headers, body, signal });
  if (response.ok) return response;
  const { detail } = await response.json().catch(() => ({}));
  throw new Error(detail ?? LOST);
};

const follow = async (place, text, response) => {
  for await (const event of events(response)) {
    if (text.status !== "running") return;
    if (event.kind === "sentence") text.sentences.push(event.html);
    if (event.kind === "removed") text.removed = event.note;
    if (event.kind === "end") {
      if (event.alone) text.sentences = [];
      text.note = event.note;
      text.status = event.alone ? "none" : "whole";
    }
    draw(place);
  }
  if (text.status === "running") throw new Error(LOST);
};

const start = async (place) => {
  stop();
  const section = sectionOf(place);
  const state = states[place];
  const text = { sentences: [], note: "", removed: "", status: "running" };
  state.texts[state.plain ? "plain" : "usual"] = text;
  const aborting = new AbortController();
  running = { place, text, aborting };
  section.querySelector(".cls-written").replaceChildren();
  draw(place);
  try {
    await follow(place, text, await ask(section, state.plain, aborting.signal));
  } catch (error) {
    if (text.status === "running") {
      text.status = "stopped";
      text.note = error instanceof TypeError || error.name === "AbortError" ? LOST : escaped(error.message);
    }
  }
  if (running?.text === text) running = null;
  draw(place);
};

// Hanging up is how the server learns it, and the model after it.
const stop = () => {
  if (!running) return;
  const { place, text, aborting } = running;
  running = null;
  text.status = "stopped";
  text.note = `${text.removed} ${STOPPED}`.trim();
  aborting.abort();
  draw(place);
};

const show = (place, view) => {
  const state = states[place];
  state.view = view;
  choose({ view });
  if (view === "exact" || textOf(state)) draw(place);
  else start(place);
};

const switchPlain = (place) => {
  const state = states[place];
  state.plain = !state.plain;
  choose({ plain: state.plain });
  if (running?.place === place) stop();
  if (state.view === "exact") state.view = "both";
  sectionOf(place).querySelector(".cls-written").replaceChildren();
  if (textOf(state)?.status === "whole") draw(place);
  else start(place);
};

document.addEventListener("change", (event) => {
  const section = event.target.closest?.(".cls-views") && event.target.closest(".cls-writing");
  if (section) show(Number(section.dataset.turn), event.target.value);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".cls-writing-act");
  const section = button?.closest(".cls-writing");
  if (!section) return;
  const place = Number(section.dataset.turn);
  if (button.matches(".cls-writing-stop")) stop();
  if (button.matches(".cls-writing-again")) start(place);
  if (button.matches(".cls-writing-plain")) switchPlain(place);
});

// Another conversation, or none, begins: nothing of the one before is kept.
const isSame = (questions) => known.every((question, place) => question === questions[place]);

document.addEventListener("cls:turns", ({ detail: questions }) => {
  if (!isSame(questions)) {
    stop();
    states = [];
  }
  if (running && running.place < questions.length - 1) stop();
  known = questions;
  for (const section of sections()) {
    const place = Number(section.dataset.turn);
    const { build } = section.dataset;
    // Asked again of another index, an answer may number its sources otherwise.
    const isNew = states[place]?.build !== build;
    const mayBegin = "fresh" in section.dataset && choice.view !== "exact";
    if (isNew) states[place] = { build, view: mayBegin ? choice.view : "exact", plain: mayBegin && choice.plain, texts: {} };
    if (isNew && mayBegin) start(place);
    else draw(place);
  }
});
