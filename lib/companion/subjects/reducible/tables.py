"""Table of exits that leave their class."""

from __future__ import annotations

from IPython.display import Markdown

from companion.press.markdown import markdown_table, number


def leak_table(studies: dict) -> Markdown:
    """Shares of exits that leave a class, by threshold and learning rate."""
    rows = []
    for b, study in studies.items():
        for eta, share, stderr in zip(study.etas, study.shares, study.stderrs):
            rows.append([f"{b:g}", number(float(eta)), f"{share:.3f} ± {stderr:.3f}"])
    return Markdown(markdown_table(["$b$", "$\\eta$", "share of exits to $\\Omega_2$ (± standard error)"], rows))
