// The source panel: it takes the focus when it opens and gives it back when it closes.
// Gradio runs this once, as a function body that receives element, props and watch.
let opener = null;

const openPanel = () => element.querySelector(".cls-panel");

// What opened the panel: the button pressed; some browsers do not focus it, then the mark stands for it.
const findOpener = ({ turn, source }) => {
  const place = `[data-turn="${turn}"][data-source="${source}"]`;
  const active = document.activeElement;
  return active.matches(place) ? active : document.querySelector(`.cls-mark${place}`);
};

const close = () => {
  if (!openPanel()) return;
  props.value = props.empty;
  opener?.focus();
};

element.addEventListener("click", (event) => {
  if (event.target.closest(".cls-close")) close();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
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
