// The explorer: what the sliders are set to is looked up in the page's data and drawn; only the path is computed here.
(() => {
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const form = document.getElementById("explorer-form"), runner = document.getElementById("explorer-run");
  const place = (name) => document.getElementById(`explorer-${name}`);
  const colours = { 1: "#D55E00", 2: "#0072B2", 3: "#009E73", 4: "#CC79A7" }; // by jump number, as everywhere in the book
  const NAMESPACE = "http://www.w3.org/2000/svg";
  let WIDE = 640; // of a picture, in CSS pixels

  // --- small things ---

  function make(tag, attributes = {}, ...children) {
    const found = document.createElementNS(NAMESPACE, tag);
    Object.entries(attributes).forEach(([name, value]) => found.setAttribute(name, value));
    found.append(...children);
    return found;
  }
  const picture = (height, label) => make("svg", { viewBox: `0 0 ${WIDE} ${height}`, role: "img", "aria-label": label });
  const scale = (from, to) => (value) => to[0] + ((value - from[0]) / (from[1] - from[0])) * (to[1] - to[0]);
  const line = (points, attributes) => make("polyline", { points: points.map((p) => p.join(",")).join(" "), fill: "none", ...attributes });
  const words = (x, y, content, attributes = {}) => make("text", { x, y, fill: "currentColor", "font-size": 13, ...attributes }, content);
  const basin = (i) => `Ω${"₁₂₃₄₅₆₇₈₉"[i]}`;

  const raised = (power) => [...String(power)].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("");

  function number(value) {
    if (value === null) return "–";
    if (value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5)) return String(Number(value.toPrecision(3)));
    const [digits, power] = value.toExponential(2).split("e");
    const front = Number(digits) === 1 ? "" : `${Number(digits)} · `;
    return `${front}10${raised(Number(power))}`;
  }

  function table(head, rows) {
    const found = document.createElement("table");
    const row = (cells, tag) => {
      const one = document.createElement("tr");
      cells.forEach((cell) => { const box = document.createElement(tag); box.textContent = cell; one.append(box); });
      return one;
    };
    found.createTHead().append(row(head, "th"));
    found.createTBody().append(...rows.map((cells) => row(cells, "td")));
    return found;
  }

  // --- what is chosen ---

  function chosen() {
    const choice = data.landscapes[form.landscape.value];
    const [a, b, e] = ["alpha", "b", "eta"].map((name) => Number(form[name].value));
    return {
      choice, alpha: data.alphas[a], b: choice.thresholds[b], eta: data.etas[e], e,
      limit: choice.limits[a][b], along: choice.settings[a][b], here: choice.settings[a][b][e],
    };
  }
  const threshold = (b) => (b === null ? "no truncation" : `b = ${b}`);

  // --- pictures ---

  function drawLandscape({ choice, limit, b }) {
    const height = 230, [xs, ys] = choice.curve, most = Math.max(...ys), least = Math.min(...ys);
    const x = scale(choice.bounds, [10, WIDE - 10]), y = scale([least, most], [height - 50, 45]);
    const found = picture(height, `Landscape with ${choice.minima.length} basins; ${threshold(b)}; jump numbers ${limit.jumps.join(", ")}`);
    choice.minima.forEach((m, i) => {
      const [left, right] = [choice.ends[i], choice.ends[i + 1]].map(x), colour = colours[limit.jumps[i]];
      found.append(make("rect", { x: left, y: 0, width: right - left, height, fill: colour, opacity: 0.16 }));
      const centre = Math.min(Math.max(x(m), 34), WIDE - 34);
      found.append(words(centre, height - 28, basin(i), { "text-anchor": "middle", "font-weight": 600 }));
      found.append(words(centre, height - 10, `${limit.jumps[i]} jump${limit.jumps[i] > 1 ? "s" : ""}`, { "text-anchor": "middle" }));
    });
    found.append(line(xs.map((v, k) => [x(v), y(ys[k])]), { stroke: "currentColor", "stroke-width": 1.6 }));
    limit.edges.forEach(([i, j]) => found.append(arrow(x(choice.minima[i]), x(choice.minima[j]), 40)));
    return found;
  }

  // To the right above, to the left below, so that the two ways between two basins are two arrows.
  function arrow(from, to, level) {
    const side = from < to ? 1 : -1, [begin, tip] = [from + 7 * side, to - 7 * side], at = level - (side > 0 ? 10 : 0);
    const curve = `M${begin},${at} Q${(from + to) / 2},${at - 16} ${tip},${at}`;
    const head = `M${tip - 7 * side},${at - 5} L${tip},${at} L${tip - 8 * side},${at + 2}`;
    return make("path", { d: `${curve} ${head}`, fill: "none", stroke: "currentColor", opacity: 0.75 });
  }

  function drawTimes({ choice, limit, along, e }) {
    const height = 280, left = 60, right = WIDE - 75, bottom = height - 40;
    const times = along.flatMap((one) => [...one.exits, ...one.limit]).filter((v) => v !== null).map(Math.log10);
    const levels = [Math.floor(Math.min(...times)), Math.ceil(Math.max(...times))];
    const x = scale([Math.log10(data.etas[0]), Math.log10(data.etas.at(-1))], [left + 10, right]);
    const y = scale(levels, [bottom, 12]);
    const found = picture(height, "Mean exit time in steps against the learning rate: exact and in the limit, basin by basin");
    const step = Math.max(1, Math.round((levels[1] - levels[0]) / 5));
    for (let power = levels[0]; power <= levels[1]; power += step) {
      found.append(make("line", { x1: left, x2: right, y1: y(power), y2: y(power), stroke: "currentColor", opacity: 0.15 }));
      found.append(words(left - 6, y(power) + 4, `10${raised(power)}`, { "text-anchor": "end" }));
    }
    const here = x(Math.log10(data.etas[e]));
    found.append(make("line", { x1: here, x2: here, y1: 8, y2: bottom, stroke: "currentColor", opacity: 0.5, "stroke-dasharray": "2 3" }));
    data.etas.forEach((eta, k) => {
      if (k % 2) return;
      found.append(words(x(Math.log10(eta)), bottom + 18, number(eta), { "text-anchor": "middle" }));
    });
    found.append(words(WIDE / 2, height - 4, "learning rate η, falling", { "text-anchor": "middle" }));
    choice.minima.forEach((_, i) => {
      const colour = colours[limit.jumps[i]];
      for (const [what, attributes] of [["limit", { "stroke-dasharray": "6 4", "stroke-width": 1.2 }], ["exits", { "stroke-width": 2 }]]) {
        const points = along.map((one, k) => [x(Math.log10(data.etas[k])), one[what][i]]).filter((p) => p[1] !== null);
        found.append(line(points.map(([at, time]) => [at, y(Math.log10(time))]), { stroke: colour, ...attributes }));
      }
    });
    ends(along.at(-1), y).forEach(([at, names]) => found.append(words(right + 3, at + 4, names, { "font-weight": 600, "font-size": 12 })));
    return found;
  }

  // Where the lines end, and of which basins; names closer than a line of text are set side by side, the upper first.
  function ends(last, y) {
    const found = [];
    const sorted = last.exits.map((time, i) => [time ?? last.limit[i], i]).filter(([time]) => time !== null).sort((p, q) => q[0] - p[0]);
    for (const [time, i] of sorted) {
      const at = y(Math.log10(time)), before = found.at(-1);
      if (before && at - before[0] < 13) before[1] += `, ${basin(i)}`;
      else found.push([at, basin(i)]);
    }
    return found;
  }

  function drawPath(seen, { choice, limit }) {
    const height = 200, found = picture(height, "Positions of one path, against the number of steps");
    const x = scale([0, seen.length - 1], [10, WIDE - 40]), y = scale(choice.bounds, [height - 8, 8]);
    choice.minima.forEach((m, i) => {
      const [low, high] = [choice.ends[i], choice.ends[i + 1]].map(y), colour = colours[limit.jumps[i]];
      found.append(make("rect", { x: 10, y: high, width: WIDE - 50, height: low - high, fill: colour, opacity: 0.16 }));
      found.append(words(WIDE - 34, y(m) + 4, basin(i), { "font-weight": 600 }));
    });
    found.append(line(seen.map((v, k) => [x(k), y(v)]), { stroke: "currentColor", "stroke-width": 0.8 }));
    return found;
  }

  // --- words ---

  function sentence({ choice, limit, here, eta, b }) {
    const most = Math.max(...limit.jumps), widest = limit.jumps.flatMap((j, i) => (j === most ? [i] : []));
    const names = widest.map(basin).join(" and "), some = widest.length > 1;
    if (most === 1) return `With ${threshold(b)}, every basin can be left by one jump, and none is eliminated.`;
    const share = here.shares && widest.reduce((sum, i) => sum + here.shares[i], 0);
    const spent = share ? ` At η = ${number(eta)}, ${share > 0.9995 ? "more than 99.95" : (100 * share).toFixed(1)}\u202f% of the time is spent there.` : "";
    return `With ${threshold(b)}, ${names} take${some ? "" : "s"} ${most} jumps to leave, and the other basins fewer.${spent}`;
  }

  function basins({ choice, limit, here }) {
    const head = ["basin", "width", "jumps", "steps to leave", "limit", "ratio", "share of time"];
    return table(head, choice.minima.map((_, i) => [
      basin(i), number(choice.widths[i]), limit.jumps[i], number(here.exits[i]), number(here.limit[i]),
      here.exits[i] && here.limit[i] ? number(here.exits[i] / here.limit[i]) : "–", here.shares ? number(here.shares[i]) : "–",
    ]));
  }

  const generator = ({ limit }) => table(["rate from, to", ...limit.states.map(basin)],
    limit.generator.map((row, k) => [basin(limit.states[k]), ...row.map(number)]));

  // --- all of it ---

  function show() {
    const now = chosen();
    WIDE = Math.min(640, Math.max(320, place("landscape").clientWidth));
    form.querySelector("output[for=alpha]").value = `α = ${now.alpha}`;
    form.querySelector("output[for=b]").value = threshold(now.b);
    form.querySelector("output[for=eta]").value = `η = ${number(now.eta)}`;
    ["alpha", "b", "eta"].forEach((name) => form[name].setAttribute("aria-valuetext", form.querySelector(`output[for=${name}]`).value));
    place("sentence").textContent = sentence(now);
    place("landscape").replaceChildren(drawLandscape(now));
    place("basins").replaceChildren(basins(now));
    place("times").replaceChildren(drawTimes(now));
    place("generator").replaceChildren(generator(now));
    place("path").replaceChildren();
    place("told").textContent = "";
  }

  function run() {
    const now = chosen(), every = Math.max(1, Math.round(runner.steps.value / 2000)), steps = 2000 * every;
    const source = document.getElementById("explorer-path-source").textContent;
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    const start = now.choice.minima[now.limit.jumps.indexOf(Math.min(...now.limit.jumps))];
    place("told").textContent = "running …";
    worker.onmessage = (message) => {
      place("path").replaceChildren(drawPath(message.data, now));
      place("told").textContent = `${steps} steps from ${number(start)}, seed ${runner.seed.value}: every ${every}th position.`;
      worker.terminate();
    };
    const { slope, bounds } = now.choice;
    worker.postMessage({
      slope, bounds, start, eta: now.eta, b: now.b, alpha: now.alpha, scale: data.scale,
      seed: Number(runner.seed.value), path: 0, steps, every,
    });
  }

  form.addEventListener("input", show);
  addEventListener("resize", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  runner.addEventListener("submit", (event) => { event.preventDefault(); run(); });
  place("still").hidden = true;
  show();
})();
