// One button for all folded code of a page, and all of it in print.
(() => {
  const folded = () => [...document.querySelectorAll("details.hide")];
  const open = (all) => folded().forEach((part) => { part.open = all; });
  document.addEventListener("DOMContentLoaded", () => {
    const title = document.querySelector("article h1");
    if (!title || folded().length === 0) return;
    const button = document.createElement("button");
    button.id = "show-code";
    button.type = "button";
    button.textContent = "Show all code";
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      open(shown);
      button.setAttribute("aria-pressed", String(shown));
      button.textContent = shown ? "Fold code" : "Show all code";
    });
    title.after(button);
  });
  window.addEventListener("beforeprint", () => open(true));
})();
