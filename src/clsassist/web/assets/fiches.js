// The pages of fiches work without this: it only spares clicks and tidies addresses.
"use strict";

const form = document.querySelector("form.fiches");

if (form) {
  const most = Number(form.dataset.most);
  const boxes = [...form.querySelectorAll('.fiches-pick input[name="fiche"]')];
  const elsewhere = form.querySelectorAll('input[type="hidden"][name="fiche"]').length;

  // An address without its empty parameters is one that people can read and share.
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
    setTimeout(() => {
      for (const field of form.elements) if (field.name && !field.value) field.disabled = false;
    });
  });

  // The fiches ticked follow the reader from one view of the list to the next.
  const follow = () => {
    const picked = boxes.filter((box) => box.checked).map((box) => box.value);
    const shown = new Set(boxes.map((box) => box.value));
    for (const link of document.querySelectorAll('a[href^="/fiches?"], a[href="/fiches"], a[href^="/fiches#"]')) {
      if (!form.contains(link) || link.matches(".fiches-drop")) continue;
      const address = new URL(link.href);
      const kept = address.searchParams.getAll("fiche").filter((one) => !shown.has(one));
      address.searchParams.delete("fiche");
      for (const one of [...kept, ...picked]) address.searchParams.append("fiche", one);
      link.href = address.pathname + address.search + address.hash;
    }
    const count = elsewhere + picked.length;
    form.querySelector(".fiches-compare")?.classList.toggle("fiches-compare-some", count > 0);
    for (const box of boxes) box.disabled = !box.checked && count >= most;
    const words = form.querySelector(".fiches-compare p > :first-child");
    if (!words) return;
    if (count === 0) words.textContent = "Cochez de deux à quatre fiches pour les comparer.";
    else if (count === 1) words.textContent = "1 fiche à comparer : cochez-en une autre.";
    else words.textContent = `${count} fiches à comparer` + (count >= most ? " (le plus possible)" : "");
  };
  form.querySelector(".fiches-compare")?.setAttribute("aria-live", "polite");
  for (const box of boxes) box.addEventListener("change", follow);
  window.addEventListener("pageshow", follow);

  const filters = form.querySelector(".fiches-filters");
  if (filters && window.matchMedia("(min-width: 40.01rem)").matches) filters.open = true;

  // A panel of choices closes with Escape, or when the reader goes elsewhere.
  const facets = [...form.querySelectorAll(".fiches-facet")];
  const close = (facet, focus) => {
    if (!facet.open) return;
    facet.open = false;
    if (focus) facet.querySelector("summary").focus();
  };
  // On a phone a panel opens in the flow of the page: it comes into view.
  for (const facet of facets)
    facet.addEventListener("toggle", () => {
      if (facet.open && window.matchMedia("(max-width: 40rem)").matches) facet.scrollIntoView({ block: "start" });
    });
  form.addEventListener("keydown", (event) => {
    const facet = event.key === "Escape" && event.target.closest(".fiches-facet");
    if (facet) close(facet, true);
  });
  document.addEventListener("click", (event) => {
    for (const facet of facets) if (!facet.contains(event.target)) close(facet, false);
  });
}

for (const button of document.querySelectorAll(".fiche-print")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// The list of fields stands open beside the fiche where there is room for it.
const contents = document.querySelector(".fiche-toc");
if (contents && window.matchMedia("(min-width: 64rem)").matches) contents.open = true;

// The quoted words come into view, unless the address already leads somewhere.
const passage = document.getElementById("passage");
if (passage && (!location.hash || location.hash === "#passage"))
  passage.scrollIntoView({ block: "center", behavior: "auto" });

// Actions alike are looked for once the reader comes near.
const alike = document.querySelector(".fiche-alike[data-source]");
if (alike && "IntersectionObserver" in window) {
  const fill = async () => {
    const response = await fetch(alike.dataset.source);
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector(".alike");
    if (found) alike.querySelector("p").replaceWith(document.importNode(found, true));
  };
  const watcher = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      // Without an answer, the link to the page of actions alike stays.
      fill().catch(() => {});
    },
    { rootMargin: "300px" },
  );
  watcher.observe(alike);
}
