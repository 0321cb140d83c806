"""Verdicts at fresh seeds: how often each claim's is the one on file, and whether rules fail more often than they may.

A rule at level a fails a true prediction in a share a of all runs at most, so that of n runs of claims that are expected to
hold a n are not met, or more by chance: the binomial test says how likely. So it is with controls that are not rejected,
whose chance the records state. A claim that alone fails more often than its level allows is a defect of the claim.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from scipy.stats import binomtest

from companion.ledger.records import HOLDS, NOT_MET, UNDECIDED

SURE = 0.05  # divided by the number of claims: below such a chance a claim is called a defect


def depends_on_seeds(runs: Sequence[Iterable[dict]]) -> bool:
    """Whether any claim of a chapter does: `runs` are its records at one root of the seeds after another."""
    return any(_drawn(found) for found in _by_claim(runs).values())


def summary(chapters: Mapping[str, Sequence[Iterable[dict]]]) -> dict:
    """What is to be said of chapters, of each its records at one root after another.

    claims : those that depend on seeds, each with its counts. levels : false alarms by level of the rule. controls : those
    not rejected. defects : ids of claims that fail more often than their rule allows.
    """
    claims = [_claim(found) for runs in chapters.values() for found in _by_claim(runs).values() if _drawn(found)]
    meant = [claim for claim in claims if claim["expected"] == HOLDS]
    of_level = defaultdict(list)
    for claim in meant:
        of_level[claim["false_alarms"]].append(claim)
    defects = [c["id"] for c in meant if _excess(c["verdicts"][NOT_MET], c["runs"], c["false_alarms"]) < SURE / len(meant)]
    return {
        "claims": claims,
        "levels": [
            {"false_alarms": level, **_alarms(found, NOT_MET, [level] * len(found))}
            for level, found in sorted(of_level.items())
        ],
        "controls": _alarms(
            known := [claim for claim in meant if claim["control_power"] is not None],
            UNDECIDED,
            [1 - claim["control_power"] for claim in known],
        ),
        "defects": defects,
    }


def _by_claim(runs: Sequence[Iterable[dict]]) -> dict[str, list[dict]]:
    found = defaultdict(list)
    for records in runs:
        for record in records:
            found[record["id"]].append(record)
    return found


def _drawn(found: Sequence[dict]) -> bool:
    """Whether a claim depends on seeds: some were handed out before it, and other ones make other numbers."""
    numbers = {str((record["measured"], record["stderr"], record["control"]["measured"])) for record in found}
    return bool(found[0]["run"].get("seeds")) and (len(found) == 1 or len(numbers) > 1)


def _claim(found: Sequence[dict]) -> dict:
    first, powers = found[0], [r["control"]["power"] for r in found if r["control"]["power"] is not None]
    counted = Counter(record["verdict"] for record in found)
    return {
        "id": first["id"],
        "chapter": first["chapter"],
        "expected": first["expected"],
        "rule": first["rule"],
        "false_alarms": first["false_alarms"],
        "control_power": sum(powers) / len(powers) if powers else None,
        "runs": len(found),
        "as_expected": counted[first["expected"]],
        "verdicts": {verdict: counted[verdict] for verdict in (HOLDS, NOT_MET, UNDECIDED)},
    }


def _alarms(claims: Sequence[dict], verdict: str, chances: Sequence[float]) -> dict:
    """How often claims came to a verdict, how often that was to be expected, and the chance of as many or more.

    With chances that differ, the binomial law of their mean spreads wider than theirs: the test then errs towards silence.
    """
    runs, seen = sum(c["runs"] for c in claims), sum(c["verdicts"][verdict] for c in claims)
    expected = float(sum(c["runs"] * chance for c, chance in zip(claims, chances)))
    share = expected / runs if runs else 0.0
    return {"claims": len(claims), "runs": runs, "expected": expected, "seen": seen, "p_value": _excess(seen, runs, share)}


def _excess(seen: int, runs: int, chance: float) -> float:
    """The chance of `seen` or more among `runs`."""
    return float(binomtest(seen, runs, min(max(chance, 0.0), 1.0), alternative="greater").pvalue) if runs else 1.0
