// The tab of the corpus: files dropped on the form, and an indexing that is watched. The pages work without it.
"use strict";

(() => {
  const POLL_MS = 1000;
  // A server that restarts answers again within this many tries.
  const PATIENCE = 30;

  // --- files

  const form = document.getElementById("cls-drop");
  const input = document.getElementById("cls-files");

  function megabytes(bytes) {
    return (bytes / 1e6).toLocaleString("fr-FR", { maximumFractionDigits: bytes < 1e7 ? 1 : 0 }) + "\u00a0Mo";
  }

  function problemOf(files) {
    const limits = form.dataset;
    const heavy = files.filter((file) => file.size > Number(limits.fileBytes) && !/\.zip$/i.test(file.name));
    const total = files.reduce((sum, file) => sum + file.size, 0);
    if (files.length > Number(limits.files)) {
      return `Plus de ${limits.files} fichiers\u00a0: envoyez-les en plusieurs fois.`;
    }
    if (heavy.length) {
      const names = heavy.map((file) => `«\u00a0${file.name}\u00a0» (${megabytes(file.size)})`).join(", ");
      return `Trop lourd, plus de ${megabytes(Number(limits.fileBytes))}\u00a0: ${names}.`;
    }
    // The form itself adds a few hundred bytes a file.
    if (total + 1000 * (files.length + 1) > Number(limits.formBytes)) {
      return `L'envoi pèse ${megabytes(total)}, plus que la limite de ${megabytes(Number(limits.formBytes))}\u00a0: envoyez-le en plusieurs fois.`;
    }
    return "";
  }

  function showChosen() {
    const files = Array.from(input.files);
    const chosen = document.getElementById("cls-files-chosen");
    const problem = problemOf(files);
    chosen.hidden = !files.length;
    chosen.classList.toggle("corpus-drop-bad", Boolean(problem));
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const counted = files.length === 1 ? "1 fichier choisi" : `${files.length} fichiers choisis`;
    chosen.textContent = problem || `${counted}, ${megabytes(total)}.`;
    input.setCustomValidity(problem);
  }

  function startDropping() {
    document.querySelector(".corpus-drop-hint").hidden = false;
    input.addEventListener("change", showChosen);
    form.addEventListener("dragover", (event) => {
      event.preventDefault();
      form.classList.add("corpus-drop-over");
    });
    form.addEventListener("dragleave", () => form.classList.remove("corpus-drop-over"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      form.classList.remove("corpus-drop-over");
      if (event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        showChosen();
        form.querySelector("button").focus();
      }
    });
    form.addEventListener("submit", () => {
      const button = form.querySelector("button");
      button.disabled = true;
      button.textContent = "Envoi et lecture en cours…";
    });
    // A page that comes back from the browser's memory is to be used again.
    window.addEventListener("pageshow", () => {
      const button = form.querySelector("button");
      button.disabled = false;
      button.textContent = "Ajouter et indexer";
    });
    // A file dropped beside the form would replace the page.
    for (const name of ["dragover", "drop"]) {
      window.addEventListener(name, (event) => event.preventDefault());
    }
  }

  // --- indexing

  let failures = 0;

  function show(state) {
    const text = document.getElementById("cls-job-text");
    // Told again only when it changes: it is read aloud.
    if (text.textContent !== state.text) {
      text.hidden = !state.text;
      text.textContent = state.text;
    }
    document.getElementById("cls-job-bar").hidden = !state.busy;
    document.getElementById("cls-job-progress").value = state.percent;
    document.getElementById("cls-job-stage").textContent = state.stage;
  }

  async function refreshPage() {
    const response = await fetch(window.location.href, { credentials: "same-origin" });
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const id of ["cls-job", "cls-documents"]) {
      const before = document.getElementById(id);
      const after = fresh.getElementById(id);
      if (id === "cls-job" && before && after) {
        // The sentence stays the same element, so that its change is read aloud.
        const text = document.getElementById("cls-job-text");
        const next = after.querySelector("#cls-job-text");
        text.className = next.className;
        text.textContent = next.textContent;
        for (const child of Array.from(before.children)) {
          if (child !== text) {
            child.remove();
          }
        }
        before.append(...Array.from(after.children).filter((child) => child !== next));
      } else if (before && after && !before.contains(document.activeElement)) {
        before.replaceWith(after);
      }
    }
  }

  async function watch() {
    try {
      const response = await fetch("/corpus/etat", { credentials: "same-origin", redirect: "error" });
      if (!response.ok) {
        throw new Error(String(response.status));
      }
      const state = await response.json();
      failures = 0;
      show(state);
      if (!state.busy) {
        await refreshPage();
        return;
      }
    } catch {
      failures += 1;
      if (failures >= PATIENCE) {
        const text = document.getElementById("cls-job-text");
        text.hidden = false;
        text.textContent = "Le serveur ne répond plus, ou votre accès a expiré\u00a0: rechargez la page.";
        return;
      }
    }
    window.setTimeout(watch, POLL_MS);
  }

  if (form && input) {
    startDropping();
  }
  if (document.getElementById("cls-job")?.dataset.busy) {
    document.getElementById("cls-job-reload")?.remove();
    window.setTimeout(watch, POLL_MS);
  }
})();
