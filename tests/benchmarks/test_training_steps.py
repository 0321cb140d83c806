"""The cost of a step is that of the steps that recorded runs make: the paper's settings, all images in a large batch."""

import sys

from companion import paths

sys.path.insert(0, str(paths.ROOT / "benchmarks"))
import training_steps  # noqa: E402


def test_what_is_timed_are_steps_of_the_papers_methods(monkeypatch):
    made = []
    monkeypatch.setattr(training_steps.Trainer, "advance", lambda trainer, steps: made.append((trainer, steps)))
    found = training_steps.candidates("fashion")
    for call, steps in found.values():
        call()
        assert steps == made[-1][1] == 20
    methods = {trainer.method.name: trainer.method for trainer, _ in made}
    assert list(methods) == list(found) == ["SB", "LB", "Our 2"]
    assert (methods["Our 2"].b, methods["Our 2"].noise.c, methods["LB"].batch) == (0.25, 0.5, "large")
    trainer, _ = made[0]
    assert trainer._large()[0].shape == (1200, 1, 28, 28) and not trainer.finished
