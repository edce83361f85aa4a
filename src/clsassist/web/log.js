// The conversation: its buttons speak to the server, and what the reader unfolded stays so when it grows.
// Gradio runs this once, as a function body that receives element, trigger, props and watch.
const unfolded = new Map();
let turnCount = 0;

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { turn, source, question } = button.dataset;
  if (question) trigger("select", { question });
  if (!source) return;
  const shown = document.querySelector(`.cls-panel[data-turn="${turn}"][data-source="${source}"] h2`);
  if (shown) shown.focus();
  else trigger("click", { turn: Number(turn), source: Number(source) });
});

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
  turnCount = turns.length;
});
