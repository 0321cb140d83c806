// One button for all folded code of a page; in print all of it is open, and afterwards as it was.
(() => {
  const folded = () => [...document.querySelectorAll("details.hide")];
  let before = [];
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
      folded().forEach((part) => { part.open = shown; });
      button.setAttribute("aria-pressed", String(shown));
      button.textContent = shown ? "Fold code" : "Show all code";
    });
    title.after(button);
  });
  window.addEventListener("beforeprint", () => {
    before = folded().filter((part) => !part.open);
    before.forEach((part) => { part.open = true; });
  });
  window.addEventListener("afterprint", () => before.forEach((part) => { part.open = false; }));
})();
