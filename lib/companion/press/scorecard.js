// Filters of the scorecard, and whether sources, powers and histories of rules are shown, which make it three times as long.
// The choice is kept in the address, so that a filtered card can be sent to somebody.
// Jupyter Book loads every script of _static on every page; only the scorecard has a place for them.
document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("filters");
  if (!place) return;
  const rows = [...document.querySelectorAll(".claims tbody tr")].map((row) => ({
    row,
    section: row.closest("section"),
    "paper item": row.querySelector(".item").textContent,
    chapter: row.closest("section").querySelector("h2").firstChild.textContent,
    stance: row.querySelector(".stance").textContent,
    verdict: row.lastElementChild.textContent.replace(/^\W+/, "").replace(/ \(on file.*/, ""),
  }));
  const facets = ["verdict", "stance", "paper item", "chapter"];
  const chosen = new URLSearchParams(location.search);

  function show() {
    const visible = rows.filter((claim) => facets.every((facet) => (chosen.get(facet) ?? claim[facet]) === claim[facet]));
    const sections = new Set(visible.map((claim) => claim.section));
    rows.forEach((claim) => { claim.row.hidden = true; claim.section.hidden = !sections.has(claim.section); });
    visible.forEach((claim) => { claim.row.hidden = false; });
    count.textContent = `${visible.length} of ${rows.length} claims`;
    const query = chosen.toString();
    history.replaceState(null, "", location.pathname + (query ? `?${query}` : "") + location.hash);
  }

  for (const facet of facets) {
    const label = document.createElement("label");
    const select = document.createElement("select");
    select.name = facet;
    const values = [...new Set(rows.map((claim) => claim[facet]))];
    select.append(new Option("all", ""), ...values.map((value) => new Option(value, value)));
    select.value = values.includes(chosen.get(facet)) ? chosen.get(facet) : "";
    if (!select.value) chosen.delete(facet);
    select.addEventListener("change", () => {
      if (select.value) chosen.set(facet, select.value); else chosen.delete(facet);
      show();
    });
    label.append(`${facet} `, select);
    place.append(label);
  }
  const more = Object.assign(document.createElement("input"), { type: "checkbox", checked: chosen.has("more") });
  const brief = () => document.querySelector("article").classList.toggle("brief", !more.checked);
  more.addEventListener("change", () => {
    if (more.checked) chosen.set("more", ""); else chosen.delete("more");
    brief();
    show();
  });
  const label = document.createElement("label");
  label.append(more, " sources, powers, histories of rules");
  place.append(label);
  const count = document.createElement("output");
  place.append(count);
  brief();
  show();
});
