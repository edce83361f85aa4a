// The first questions: pressing one asks it.
// Gradio runs this once, as a function body that receives element and trigger.
element.addEventListener("click", (event) => {
  const { question } = event.target.closest("button")?.dataset ?? {};
  if (question) trigger("select", { question, sent: window.clsQuestions?.() ?? null });
});
