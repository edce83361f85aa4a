// What a reader does with an answer: copy it, share it, take it away, say whether it was useful.
// Gradio runs this once, as a function body that receives element.
const dialog = element.querySelector("dialog");
const form = dialog.querySelector("form");
let judged = null;

// The question of an answer, after those without which it cannot be understood.
const conversation = (turn) => {
  const questions = [turn.dataset.asked];
  let at = turn;
  while ("follows" in at.dataset && at.previousElementSibling) {
    at = at.previousElementSibling;
    questions.unshift(at.dataset.asked);
  }
  return questions.slice(-10);
};
window.clsConversation = conversation;

const say = (turn, sentence) => {
  turn.querySelector(".cls-tool-status").textContent = sentence;
};

const copy = async (text) => {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  // Without HTTPS browsers give no clipboard: a selected text can still be copied.
  const area = Object.assign(document.createElement("textarea"), { value: text });
  area.className = "cls-hidden";
  const active = document.activeElement;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  active?.focus();
  if (!isCopied) throw new Error("copy");
};

const copyAndSay = async (turn, text, sentence) => {
  try {
    await copy(text);
    say(turn, sentence);
  } catch {
    say(turn, "Ce navigateur n'autorise pas la copie.");
  }
};

const shareLink = (turn) => {
  const words = conversation(turn).map((question) => `q=${encodeURIComponent(question)}`);
  return `${location.origin}/?${words.join("&")}`;
};

// What a model wrote beside it is not copied.
const copied = (turn) =>
  turn.querySelector(".cls-exact") ? "Réponse exacte copiée, avec ses sources." : "Réponse copiée, avec ses sources.";

// An opinion given again on the same answer replaces the first.
const keys = new WeakMap();
const keyOf = (turn) => {
  if (!keys.has(turn)) keys.set(turn, `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`);
  return keys.get(turn);
};

const judge = async (turn, verdict) => {
  const previous = conversation(turn);
  const question = previous.pop();
  const body = JSON.stringify({ ...verdict, question, previous, key: keyOf(turn) });
  try {
    const response = await fetch("/avis", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (!response.ok) throw new Error(response.status);
    for (const button of turn.querySelectorAll("[data-rating]"))
      button.setAttribute("aria-pressed", button.dataset.rating === verdict.rating);
    say(turn, "Merci : votre avis est enregistré.");
  } catch {
    say(turn, "Votre avis n'a pas pu être enregistré. Réessayez dans un instant.");
  }
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".cls-tool");
  const turn = button?.closest(".cls-turn");
  if (!turn) return;
  if (button.dataset.copy) copyAndSay(turn, button.dataset.copy, copied(turn));
  if (button.matches(".cls-tool-share")) copyAndSay(turn, shareLink(turn), "Lien copié : il pose la même question.");
  if (button.dataset.rating === "plus") judge(turn, { rating: "plus" });
  if (button.dataset.rating === "moins") {
    judged = { turn, button };
    form.reset();
    dialog.showModal();
  }
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches(".cls-download")) return;
  const fields = event.target.querySelectorAll("input[name=q]");
  const questions = conversation(event.target.closest(".cls-turn"));
  for (const question of questions.slice(0, -1)) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "q", value: question });
    fields[fields.length - 1].before(field);
  }
  for (const field of [...fields].slice(0, -1)) field.remove();
});

dialog.querySelector(".cls-feedback-cancel").addEventListener("click", () => dialog.close());
form.addEventListener("submit", () => {
  const verdict = Object.fromEntries(new FormData(form));
  judge(judged.turn, { rating: "moins", ...verdict });
});
dialog.addEventListener("close", () => judged?.button.focus());
