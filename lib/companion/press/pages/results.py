"""The paper's results on the front page: what each says, and whether it held, by the records of its claims."""

from __future__ import annotations

import yaml

from companion import paths
from companion.ledger import records as ledger
from companion.press import book
from companion.press.markdown import markdown_table
from companion.press.pages import crosswalk

HELD, LIMITED, NOT, UNRUN = OUTCOMES = ("held", "held within limits", "not reproduced", "not run")
BEGIN, END = "<!-- results -->", "<!-- end of results -->"  # around the table in README.md


def entries() -> list[dict]:
    """The results as data, `chapters/results.yml`: of the paper, sentence, chapter, items of the crosswalk."""
    return yaml.safe_load((paths.CHAPTERS / "results.yml").read_text())


def outcome(claims: list[dict]) -> str:
    """Held: every claim holds that agrees with the paper, and none says that a limit is not reached or that it disagrees.
    Not reproduced: none that agrees with the paper holds. Not run: there is no claim."""
    if not claims:
        return UNRUN
    agreeing = {claim["verdict"] for claim in claims if claim["stance"] == "supports"}
    others = {claim["verdict"] for claim in claims if claim["stance"] in ("limits", "contradicts")}
    if ledger.HOLDS not in agreeing:
        return NOT
    return HELD if agreeing == {ledger.HOLDS} and ledger.HOLDS not in others else LIMITED


def table(profile: str) -> str:
    """One row a result, with the outcome in the records of `profile` and how many of its claims hold."""
    records = {record["id"]: record for record in book.claims(profile)}
    of_item = {entry["item"]: entry.get("claims", []) for entry in crosswalk.entries()}
    rows = []
    for entry in entries():
        claims = [records[id] for item in entry["items"] for id in of_item[item] if id in records]
        counted = ledger.tally(claims)[ledger.HOLDS]
        held = f"**{outcome(claims)}**" + (f", {counted} of {len(claims)} claims" if claims else "")
        rows.append([entry["of"], f"[{entry['sentence']}](chapters/{entry['chapter']}.ipynb)", held])
    return markdown_table(["of the paper", "what it says", "did it hold?"], rows)


def replaced(readme: str, profile: str) -> str:
    """README.md with the table of this build between its marks."""
    before, _, rest = readme.partition(BEGIN)
    _, mark, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(profile)}\n{END}{after}" if mark else readme
