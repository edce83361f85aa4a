// Gradio takes the language of its own words, and of the page, from the browser: this page is in French.
for (const [name, value] of [["language", "fr"], ["languages", ["fr"]]])
  Object.defineProperty(navigator, name, { get: () => value });

// A few of its words are in English in every language: those of the notices at the corner of the page.
const french = new Map([
  ["Error", "Incident"],
  ["Close", "Fermer"],
  [
    "Connection to the server was lost. Attempting reconnection...",
    "Le serveur ne répond plus. Nouvel essai en cours…",
  ],
  ["Connection errored out.", "La connexion au serveur a échoué. Réessayez dans un instant."],
  [
    "This application is currently busy. Please try again.",
    "Trop de questions arrivent en même temps. Réessayez dans un instant.",
  ],
]);

const translateNotices = () => {
  for (const words of document.querySelectorAll(".toast-title, .toast-message-text")) {
    const text = words.firstChild;
    const known = french.get(text?.nodeValue?.trim());
    if (known) text.nodeValue = `${known} `;
  }
  for (const button of document.querySelectorAll(".toast-close[aria-label='Close']"))
    button.setAttribute("aria-label", french.get("Close"));
};
new MutationObserver(translateNotices).observe(document.documentElement, { childList: true, subtree: true });
