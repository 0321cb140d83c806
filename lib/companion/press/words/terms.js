// A word that leads to the glossary shows its definition in a box: when pointed at, when it has the focus, or at a tap,
// and a second tap follows the link. Escape closes the box. Jupyter Book loads every script of _static on every page; the
// definitions, which are written after that, are a script of their own, loaded when they are first asked for.
(() => {
  const own = document.currentScript.src;
  const box = document.createElement("div");
  let definitions; // a promise of them
  let shown = null; // the link whose definition stands in the box
  let pointer = "mouse"; // what pressed last
  let waiting; // to show or to close

  function load() {
    return new Promise((done) => {
      const script = document.createElement("script");
      script.src = new URL("definitions.js", own);
      script.onload = () => done(window.definitions);
      script.onerror = () => done({}); // the link itself still leads there
      document.head.append(script);
    });
  }

  // Below the link, or above it where there is more room; never wider than the page.
  function place(link) {
    const at = link.getClientRects()[0], room = document.documentElement.clientWidth - box.offsetWidth - 8;
    const below = at.bottom + box.offsetHeight + 6 < window.innerHeight || at.top < box.offsetHeight + 6;
    box.style.left = `${Math.max(8, Math.min(at.left, room)) + window.scrollX}px`;
    box.style.top = `${(below ? at.bottom + 4 : at.top - box.offsetHeight - 4) + window.scrollY}px`;
  }

  async function show(link) {
    clearTimeout(waiting);
    if (link === shown) return;
    close();
    shown = link;
    const found = (await (definitions ??= load()))[decodeURIComponent(link.hash.slice(1))];
    if (!found || link !== shown) return;
    window.MathJax?.typesetClear?.([box]);
    box.innerHTML = found;
    box.querySelectorAll("a[href]").forEach((other) => { other.href = new URL(other.getAttribute("href"), link.href); });
    box.style.visibility = "hidden"; // until its mathematics is set and its size is known
    box.hidden = false;
    link.setAttribute("aria-describedby", box.id);
    await window.MathJax?.startup?.promise;
    if (link === shown) await window.MathJax?.typesetPromise?.([box]);
    if (link !== shown) return;
    place(link);
    box.style.visibility = "visible";
  }

  function close() {
    clearTimeout(waiting);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    box.hidden = true;
  }

  function soon(what, milliseconds) {
    clearTimeout(waiting);
    waiting = setTimeout(what, milliseconds);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const links = document.querySelectorAll('article a:has(> .std-term)');
    if (links.length === 0) return;
    Object.assign(box, { id: "definition", hidden: true });
    box.setAttribute("role", "tooltip");
    document.body.append(box);
    links.forEach((link) => {
      link.classList.add("term");
      link.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") soon(() => show(link), 150); });
      link.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") soon(close, 250); });
      link.addEventListener("focus", () => { if (link.matches(":focus-visible")) show(link); });
      link.addEventListener("blur", () => soon(close, 250)); // a link in the box may be what has the focus now
      link.addEventListener("click", (event) => {
        if (pointer === "mouse" || link === shown) return;
        event.preventDefault();
        show(link);
      });
    });
    box.addEventListener("pointerenter", () => clearTimeout(waiting));
    box.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") soon(close, 250); });
    document.addEventListener("pointerdown", (event) => {
      pointer = event.pointerType;
      if (shown && !box.contains(event.target) && !shown.contains(event.target)) close();
    });
    document.addEventListener("keydown", (event) => {
      pointer = "mouse"; // Enter follows a link, as a click does
      if (event.key === "Escape") close();
    });
    window.addEventListener("resize", close);
  });
})();
