"""What ablations order: a method beside SB, by a rule written before the runs, and a method that must fail the rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from heavysgd.inference import Measured

from companion.ledger.claims import Change, Control, Ledger
from companion.ledger.records import HOLDS, NOT_MET
from companion.ledger.rules import AtLeast, AtMost, Rule, Within
from companion.subjects.networks import ablation
from companion.subjects.networks import paper_table as paper

# With three seeds a one-sided 95 % bound of Student's law lies 2.9 standard errors from the mean.
_MORE, _LESS = AtLeast(0.95), AtMost(0.95)


@dataclass(frozen=True)
class Ordering:
    """`method` beside `base` in the measurement `what`; `control` is another method that is put to the same rule.

    `reported` says whether the paper's tables order the two: else the question is this book's own.
    """

    id: str
    method: str
    what: str
    rule: Rule
    predicted: float
    control: str
    reported: bool = True
    base: str = "SB"

    @property
    def statement(self) -> str:
        """The measurement in words."""
        return f"{self.method} beside {self.base}, {ablation.beside(self.what)}"

    def measured(self, runs: ablation.Runs, method: str = "") -> Measured:
        """Paired over the seeds: decades for sharpness, differences for shares."""
        return ablation.paired(runs, method or self.method, self.base, self.what)

    def decidable(self, runs: ablation.Runs) -> bool:
        """Whether both methods, its own and the control, share two seeds with the base: fewer give no error."""
        return all(ablation.in_common(runs, method, self.base) > 1 for method in (self.method, self.control))

    def holds(self, runs: ablation.Runs, method: str = "") -> bool:
        """Whether the runs obey the rule, of its own method or of another."""
        return self.rule.holds(self.predicted, self.measured(runs, method))

    def gap(self, task: str) -> float | None:
        """What the paper's figures give for it."""
        return paper.reported_gap(task, self.what, self.method) if self.reported else None


_SHARP, _RIGHT = "sharpness", "test_accuracy"
_COST = paper.reported_gap("fashion", _RIGHT, "SB + Noise")
PAPERS = (  # of LeNet on corrupted Fashion-MNIST, whatever the schedule
    Ordering("flatter.our1", "Our 1", _SHARP, _LESS, -0.1, "SB + Clip"),
    Ordering("flatter.our2", "Our 2", _SHARP, _LESS, -0.1, "SB + Clip"),
    Ordering("accuracy.our1", "Our 1", _RIGHT, _MORE, -0.01, "SB + Noise"),
    Ordering("accuracy.our2", "Our 2", _RIGHT, _MORE, -0.01, "SB + Noise"),
    Ordering("noise-alone", "SB + Noise", _RIGHT, _LESS, _COST, "Our 1"),
)
SHORT = (*PAPERS, Ordering("memory", "Our 2", "memorised", _LESS, -0.2, "SB + Clip", reported=False))
# At the paper's own schedule, threshold and scale. SB + Noise has a procedure of its own there, of 100,000 steps, that had
# not been run when the others were looked at: for accuracy LB took its place as the control.
FULL = (
    *(replace(o, control="LB") if o.id.startswith("accuracy") else o for o in PAPERS),
    Ordering("sharper.lb", "LB", _SHARP, _MORE, 0.1, "SB + Clip"),
    Ordering("clip-alone", "SB + Clip", _RIGHT, Within(0.95, 0.02), 0.0, "Our 2"),
)

_LB_AFTER, _LOSS = "SB, then LB", "SB, loss of Our 2"
# What could explain the row away, and the other readings of the text. Written before these runs; a factor of two is -0.3.
EXPLANATIONS = tuple(
    replace(o, reported=False)
    for o in (
        Ordering("longer", "Our 2", _SHARP, _LESS, -0.3, "SB, 15 000", base="SB, 30 000"),
        Ordering("then-lb", "Our 2", _SHARP, _LESS, -0.3, "SB + Clip, then LB", base=_LB_AFTER),
        Ordering("same-loss", "Our 2", _SHARP, _LESS, -0.3, "SB, 15 000", base=_LOSS),
        Ordering("right.longer", "Our 2", _RIGHT, _MORE, 0.0, "LB", base="SB, 30 000"),
        Ordering("tail.light", "Our 2, light Z", _SHARP, Within(0.95, 0.3), 0.0, "SB", base="Our 2"),
        Ordering("tail.gauss", "Our 2, Gaussian Z", _SHARP, Within(0.95, 0.3), 0.0, "SB", base="Our 2"),
        Ordering("half.flatter", "Our 2, half batches", _SHARP, _LESS, -0.1, "SB + Clip, then LB"),
        Ordering("half.right", "Our 2, half batches", _RIGHT, _MORE, -0.01, "LB"),
        Ordering("reading.inside", "Our 2, LB inside", _SHARP, Within(0.95, 0.3), 0.0, "Our 2"),
        Ordering("reading.update", "Our 2, b = 5", _SHARP, _MORE, 0.1, "SB + Clip"),
        Ordering("reading.pareto", "Our 2, Pareto from c", _SHARP, _LESS, -0.1, "SB + Clip"),
    )
)
# Of VGG11 at an eighth of its width, which is no row of the paper's: no figures of its are put beside it. Written before
# the runs.
_LOOSE = "SB + Noise, half batches"  # noise that is not truncated
SCALED_DOWN = tuple(
    replace(o, reported=False)
    for o in (
        Ordering("flatter.our1", "Our 1", _SHARP, _LESS, -0.1, "SB + Clip"),
        Ordering("flatter.our2", "Our 2", _SHARP, _LESS, -0.1, "SB + Clip"),
        Ordering("flatter.half", "Our 2, half batches", _SHARP, _LESS, -0.1, "SB + Clip"),
        Ordering("then-lb", "Our 2, half batches", _SHARP, _LESS, -0.1, "SB", base=_LB_AFTER),
        Ordering("accuracy.our1", "Our 1", _RIGHT, _MORE, -0.01, _LOOSE),
        Ordering("accuracy.our2", "Our 2", _RIGHT, _MORE, -0.01, _LOOSE),
        Ordering("accuracy.half", "Our 2, half batches", _RIGHT, _MORE, -0.01, _LOOSE),
        Ordering("noise-alone", _LOOSE, _RIGHT, _LESS, -0.1, "Our 2, half batches"),
    )
)
# Of VGG11 on CIFAR-10 at the paper's settings. Written when SB and the half batches had run, before SB + Clip, Our 1,
# Our 2 and the shorter SB: those two are no rules here.
VGG11 = (
    Ordering("flatter.our1", "Our 1", _SHARP, _LESS, -0.1, "SB + Clip"),
    Ordering("flatter.our2", "Our 2", _SHARP, _LESS, -0.1, "SB + Clip"),
    Ordering("accuracy.our1", "Our 1", _RIGHT, _MORE, -0.01, "SB, 10 000"),
    Ordering("accuracy.our2", "Our 2", _RIGHT, _MORE, -0.01, "SB, 10 000"),
    Ordering("clip-alone", "SB + Clip", _RIGHT, Within(0.95, 0.02), 0.0, "SB, 10 000"),
)
UNCLIPPED = (Ordering("noise-sharper", "SB + Noise", _SHARP, _MORE, 0.1, "SB + Clip"),)


def check(
    ledger: Ledger, prefix: str, runs: ablation.Runs, orderings: Sequence[Ordering], task: str, unmet: Sequence[str] = (),
    where: str = "", history: Mapping[str, Change] | None = None,
) -> None:  # fmt: skip
    """Makes claims of the orderings, with the paper's figure beside each; on file as not met are those in `unmet`.

    Orderings whose methods have not run yet are no claims. `where` tells the statements of one study from another's;
    `history` says by id what became of a rule.

    Raises `ValueError` where an ordering so named is none of these.
    """
    orderings = [o for o in orderings if o.decidable(runs)]
    if unknown := set(unmet) - {o.id for o in orderings}:
        raise ValueError(f"unmet = {tuple(unmet)!r}: must name rules that are decided here, and {sorted(unknown)} are not")
    for o in orderings:
        gap = o.gap(task)
        ledger.check(
            id=f"{prefix}.{o.id}",
            statement=o.statement + (f", {where}" if where else ""),
            source="Section 5, tables" if o.reported else "this book's question",
            rule=o.rule,
            predicted=o.predicted,
            measured=o.measured(runs),
            control=Control(o.control, o.measured(runs, o.control)),
            reported=None if gap is None else f"{gap:+.3f}",
            stance="supports" if o.reported else "beyond",
            expected=NOT_MET if o.id in unmet else HOLDS,
            rule_history=[change] if (change := (history or {}).get(o.id)) else [],
        )
