// The source panel: it takes the focus when it opens and gives it back when it closes; arrows leaf through it.
// Gradio runs this once, as a function body that receives element, trigger, props and watch.
let opener = null;

const openPanel = () => element.querySelector(".cls-panel");

// What opened the panel: the button pressed; some browsers do not focus it, then the mark stands for it. A reader who
// leafed through the sources goes back to the mark of the last one.
const findOpener = ({ turn, source }) => {
  const place = `[data-turn="${turn}"][data-source="${source}"]`;
  const active = document.activeElement;
  if (active.matches(place) && !element.contains(active)) return active;
  return document.querySelector(`.cls-mark${place}`) ?? document.querySelector(`.cls-source${place}`) ?? opener;
};

const close = () => {
  if (!openPanel()) return;
  props.value = props.empty;
  opener?.focus();
};

const step = (button) => {
  if (!button || button.disabled) return;
  const { turn, source } = button.dataset;
  trigger("click", { turn: Number(turn), source: Number(source), sent: window.clsQuestions?.() ?? null });
};

element.addEventListener("click", (event) => {
  if (event.target.closest(".cls-close")) close();
  step(event.target.closest(".cls-step"));
});

element.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const name = { ArrowLeft: "before", ArrowRight: "after" }[event.key];
  if (!name) return;
  event.preventDefault();
  step(element.querySelector(`.cls-step-${name}`));
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
});

watch("value", () => {
  const panel = openPanel();
  if (!panel) return;
  opener = findOpener(panel.dataset);
  // On a narrow screen the panel covers the page: what it proves stays in view above it.
  if (getComputedStyle(element.closest(".cls-side")).position === "fixed") opener?.scrollIntoView();
  panel.querySelector("h2").focus({ preventScroll: true });
  const body = panel.querySelector(".cls-panel-body");
  const quote = body.querySelector("mark");
  const isBelow = quote && quote.offsetTop + quote.offsetHeight > body.clientHeight;
  body.scrollTop = isBelow ? quote.offsetTop - body.clientHeight / 3 : 0;
});
