// The conversation: its buttons speak to the server, and what the reader unfolded stays so when it grows.
// Gradio runs this once, as a function body that receives element, trigger and watch.
const unfolded = new Map();
let turnCount = 0;

// The questions on the screen: the server asks them again when it has forgotten them.
const questions = () => [...element.querySelectorAll(".cls-turn")].map((turn) => turn.dataset.asked);
window.clsQuestions = questions;

const ask = (question) => trigger("select", { question, sent: questions() });

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { turn, source, question } = button.dataset;
  if (question) ask(question);
  if (!source) return;
  const shown = document.querySelector(`.cls-panel[data-turn="${turn}"][data-source="${source}"] h2`);
  if (shown) shown.focus();
  else trigger("click", { turn: Number(turn), source: Number(source), sent: questions() });
});

// What had the focus may be gone, a proposed question or the conversation itself: the reader goes on from its heading.
// Gradio takes it away a little after the new words are there.
const settle = (selector) =>
  setTimeout(() => {
    const heading = [...document.querySelectorAll(selector)].pop();
    if (!heading || document.activeElement !== document.body) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }, 100);

// A question brought by the address of the page, or chosen elsewhere in it.
document.addEventListener("cls:ask", (event) => ask(event.detail));

// "toggle" does not bubble: it is caught on its way down.
element.addEventListener("toggle", (event) => unfolded.set(event.target.id, event.target.open), true);

watch("value", () => {
  const turns = element.querySelectorAll(".cls-turn");
  if (turns.length === 0) unfolded.clear();
  for (const [id, open] of unfolded) {
    const details = document.getElementById(id);
    if (details) details.open = open;
  }
  if (turns.length > turnCount) turns[turns.length - 1].scrollIntoView({ block: "start" });
  if (turns.length > 0) settle(".cls-turn h2");
  if (turns.length === 0 && turnCount > 0) {
    window.scrollTo({ top: 0 });
    settle(".cls-welcome h2");
  }
  turnCount = turns.length;
  if (element.querySelector(".cls-reopening")) return;
  document.dispatchEvent(new CustomEvent("cls:turns", { detail: questions() }));
});
