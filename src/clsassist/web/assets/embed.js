// The compact chat works without this: while an answer comes, the button says so.
const showWaiting = (form) => {
  const button = form.querySelector("button[data-busy]");
  if (!button) return;
  button.dataset.idle = button.textContent;
  button.textContent = button.dataset.busy;
  button.setAttribute("aria-disabled", "true");
};

for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    showWaiting(form);
  });
}

// A page brought back by the « back » button is usable again.
addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sent;
    const button = form.querySelector("button[data-idle]");
    if (!button) continue;
    button.textContent = button.dataset.idle;
    button.removeAttribute("aria-disabled");
  }
});
