// An entry of the index leads to the paragraph beneath it, or, where that is another block, to an empty mark, whose text
// Sphinx's search would show and fails at (Search.makeSearchSummary gives null): the page's text is shown instead.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return;
  const text = Search.htmlToText;
  Search.htmlToText = (page, anchor) => text(page, anchor) || text(page);
});
