"""The explorer's page: its data, its form, its scripts, and a picture for those who run none."""

from __future__ import annotations

import io
import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from companion.ledger.recorded import origin_line, recorded
from companion.press.explorer.choices import ALPHAS, ETAS, LANDSCAPES, SCALE, Choice
from companion.press.style import JUMP_COLOURS, PAPER

_FIRST = ("paper", 1.2, 0.5)  # what the page shows at first: landscape, tail index, threshold; learning rate ETAS[1]
_NO_SCRIPT = "<noscript>This part of the page is drawn by a script, and scripts are off.</noscript>"
_CONTROLS = """<form id="explorer-form" aria-label="What the explorer shows">
<label>landscape <select name="landscape">{landscapes}</select></label>
<label>threshold <input type="range" name="b" min="0" max="{thresholds}" value="2"><output for="b"></output></label>
<label>tail index <input type="range" name="alpha" min="0" max="{alphas}" value="0"><output for="alpha"></output></label>
<label>learning rate <input type="range" name="eta" min="0" max="{etas}" value="1"><output for="eta"></output></label>
</form>
<p id="explorer-sentence" aria-live="polite"></p>
<div id="explorer-landscape"></div>
<div id="explorer-basins"></div>"""
_RUN = """<form id="explorer-run" aria-label="A path to simulate">
<label>seed <input type="number" name="seed" min="0" max="9007199254740991" step="1" value="1" required></label>
<label>steps <input type="number" name="steps" min="2000" max="20000000" step="1" value="1000000" required></label>
<button type="submit">run</button> <output id="explorer-told" aria-live="polite"></output>
</form>
<div id="explorer-path"></div>"""


def markdown(profile: str) -> str:
    """The page's content under its title, the same for every profile.

    Raises `FileNotFoundError` where its numbers are not on record.
    """
    record = recorded("explorer/explorer")
    if record is None:
        raise FileNotFoundError("results/explorer/explorer.json is missing; run `make explorer` first")
    here = Path(__file__).parent
    scripts = (
        f'<script type="application/json" id="explorer-data">{json.dumps(data(record["settings"]))}</script>',
        f'<script type="text/plain" id="explorer-path-source">\n{(here / "path.js").read_text()}</script>',
        f"<script>\n{(here / 'explorer.js').read_text()}</script>",
    )
    return "\n".join(
        [
            _raw(f'<div id="explorer-still">{still(record["settings"])}</div>', _controls()),
            "## Exit times\n",
            "Mean steps to leave each basin from its minimum: exact (solid), and what the limit theorem says (dashed).\n",
            _raw(f'<div id="explorer-times">{_NO_SCRIPT}</div>'),
            "## The limit chain\n",
            "Rates between the widest basins, on the clock of their exits.\n",
            _raw(f'<div id="explorer-generator">{_NO_SCRIPT}</div>'),
            "## One path\n",
            "Simulated in the browser, with the draws that `heavysgd.sample_path` has at the same seed.\n",
            _raw(_RUN, *scripts),
            origin_line(record) + "\n",
        ]
    )


def _controls() -> str:
    return _CONTROLS.format(
        landscapes="".join(f'<option value="{name}">{choice.title}</option>' for name, choice in LANDSCAPES.items()),
        thresholds=max(len(choice.thresholds) for choice in LANDSCAPES.values()) - 1,
        alphas=len(ALPHAS) - 1,
        etas=len(ETAS) - 1,
    )


def _raw(*parts: str) -> str:
    return "````{raw} html\n" + "\n".join(parts) + "\n````\n"


def data(settings: list[dict]) -> dict:
    """All that the script draws: by landscape, what is computed now; by tail index, threshold and learning rate, what is on
    record."""
    found = {tuple(one["setting"]): {k: one[k] for k in ("exits", "limit", "shares")} for one in settings}
    return {
        "scale": SCALE,
        "alphas": ALPHAS,
        "etas": ETAS,
        "landscapes": {name: _landscape(name, choice, found) for name, choice in LANDSCAPES.items()},
    }


def _landscape(name: str, choice: Choice, found: dict) -> dict:
    f = choice.f
    return {
        "title": choice.title,
        "minima": f.minima.round(6).tolist(),
        "widths": f.widths.round(6).tolist(),
        "ends": np.clip(f.edges, *f.bounds).round(6).tolist(),
        "bounds": list(f.bounds),
        "curve": choice.curve(),
        "slope": choice.slope(),
        "thresholds": choice.thresholds,
        "limits": [[choice.limit(alpha, b) for b in choice.thresholds] for alpha in ALPHAS],
        "settings": [[[found[name, alpha, b, eta] for eta in ETAS] for b in choice.thresholds] for alpha in ALPHAS],
    }


def still(settings: list[dict]) -> str:
    """What the page shows first, as a picture: exit times on the paper's landscape at b = 0.5, exact and in the limit."""
    shown = {eta: one for one in settings for *which, eta in [one["setting"]] if tuple(which) == _FIRST}
    choice = LANDSCAPES[_FIRST[0]]
    jumps = choice.limit(*_FIRST[1:])["jumps"]
    figure, axes = plt.subplots(figsize=(7.2, 4.0))
    for i, number in enumerate(jumps):
        for what, style in (("exits", "-"), ("limit", "--")):
            times = np.array([shown[eta][what][i] for eta in ETAS], float)  # NaN where there is none
            axes.plot(ETAS, times, style, color=JUMP_COLOURS[number], lw=1.5)
        if np.isfinite(times[-1]):
            axes.annotate(rf"$\Omega_{i + 1}$: {number} jump{'s' * (number > 1)}", (ETAS[-1], times[-1]))
    axes.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="mean steps to leave")
    axes.invert_xaxis()
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", facecolor=PAPER, metadata={"Date": None})
    plt.close(figure)
    picture = drawn.getvalue()
    label = "Mean exit times of four basins against the learning rate; two take two jumps and are left ever later"
    caption = (
        "The landscape of the paper's Figure 1 at b = 0.5, tail index 1.2: exact (solid) and in the limit (dashed). Basins "
        "that take two jumps are kept longer by a factor that grows without end. With scripts, this page lets one choose."
    )
    svg = picture[picture.index("<svg") :].replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
    return f"<figure>{svg}<figcaption>{caption}</figcaption></figure>"
