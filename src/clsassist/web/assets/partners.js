// The pages of partners work without this: it filters the list as one types, and prints the sheet.
"use strict";

const printing = document.querySelector(".partners-print");

if (printing) {
  printing.hidden = false;
  printing.addEventListener("click", () => window.print());
}

const typed = document.querySelector("#partners-name");
const rows = [...document.querySelectorAll(".partners-table tbody tr")];
const shown = document.querySelector(".partners-shown");

if (typed && shown && rows.length) {
  const fold = (text) =>
    text
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .replaceAll("œ", "oe")
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean);
  const words = new Map(rows.map((row) => [row, fold(row.dataset.words)]));

  // Each word typed must begin a word of a name: « msa » is not in « GHRMSA ».
  const filter = () => {
    const starts = fold(typed.value);
    let count = 0;
    for (const row of rows) {
      row.hidden = !starts.every((start) => words.get(row).some((word) => word.startsWith(start)));
      if (!row.hidden) count += 1;
    }
    // When no name matches, the whole list helps more than none.
    if (count === 0) for (const row of rows) row.hidden = false;
    const total = `${rows.length} organisation${rows.length > 1 ? "s" : ""}`;
    if (count === rows.length) shown.textContent = total;
    else if (count === 0) shown.textContent = `Aucun nom ne commence ainsi : voici les ${total}`;
    else shown.textContent = `${count} organisation${count > 1 ? "s" : ""} sur ${rows.length}`;
  };
  typed.addEventListener("input", filter);
}
