"""Long studies: many simulations in blocks of paths, each block stored as soon as it is done.

A case is one simulation (its recursion, start, seed, ...); its paths fall into blocks, and since the noise of a path
depends on (seed, path number, step) alone, the blocks joined are the simulation in one piece, bit for bit. A study that
is interrupted, killed included, finds its stored blocks when it is run again and does the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from pathlib import Path
from typing import Any

import numpy as np

from heavysgd import checks
from heavysgd.simulate import first_exit, hops, load, occupation, save
from heavysgd.simulate.progress import StepBar
from heavysgd.simulate.results import FirstExit, Hops, Occupation

SIMULATIONS = {"first_exit": first_exit, "hops": hops, "occupation": occupation}


def run_study(
    simulation: str,
    cases: Sequence[Mapping],
    folder: str | Path,
    *,
    block: int = 64,
    executor: Executor | None = None,
    progress: bool = True,
) -> list[FirstExit | Hops | Occupation]:
    """Runs every case, block by block, and returns one joined result a case.

    Parameters
    ----------
    simulation : "first_exit", "hops" or "occupation".
    cases : the keyword arguments of each simulation; `n_paths` and all without a default, and neither `progress` nor
        `threads`.
    folder : where blocks are stored, made if missing. A block is found again by what it simulates, not by its place in
        `cases`, so a grid may grow.
    block : paths of a block.
    executor : any `concurrent.futures.Executor`, or one that behaves like it; None runs in this process, on all cores.
        With worker processes, let `HEAVYSGD_THREADS` share the cores out among them.
    progress : show a bar over the blocks.

    Raises `ValueError` for an unknown simulation, a case without `sgd` or `n_paths`, or block < 1, before anything
    runs; what a simulation raises goes through, with the blocks that were finished kept.
    """
    if simulation not in SIMULATIONS:
        raise ValueError(f"simulation = {simulation!r}: must be one of {sorted(SIMULATIONS)}")
    block, folder = checks.count("block", block), Path(folder)
    plan = [_blocks(simulation, dict(case), folder, block) for case in cases]
    folder.mkdir(parents=True, exist_ok=True)
    todo = {str(path): arguments for blocks in plan for path, arguments in blocks if not path.exists()}
    _run(simulation, todo, executor, sum(map(len, plan)), progress)
    return [_joined([load(path) for path, _ in blocks]) for blocks in plan]


def _blocks(simulation: str, case: dict, folder: Path, block: int) -> list[tuple[Path, dict]]:
    """File and arguments of every block of a case."""
    for name in ("sgd", "n_paths"):
        if name not in case:
            raise ValueError(f"case without {name!r}: every case needs it (given: {sorted(case)})")
    n_paths, first = checks.count("n_paths", case["n_paths"]), case.get("first_path", 0)
    starts: Any = case.get("start")
    one_start = np.ndim(starts) < (2 if case["sgd"].dimension > 1 else 1)
    found = []
    for low in range(0, n_paths, block):
        high = min(low + block, n_paths)
        part = starts if one_start else np.asarray(starts)[low:high]
        arguments = case | {"n_paths": high - low, "first_path": first + low, "start": part}
        found.append((folder / f"{simulation}-{_fingerprint(arguments)}.npz", arguments))
    return found


def _fingerprint(arguments: Mapping) -> str:
    """A name for what a block simulates, the same in every process and on every machine."""
    described = []
    for name in sorted(arguments):
        value = arguments[name]
        exact = np.asarray(value, float).tobytes().hex() if name == "start" else repr(value)
        described.append(f"{name}={exact}")
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:24]


def _run(simulation: str, todo: dict[str, dict], executor: Executor | None, total: int, progress: bool) -> None:
    with StepBar(total, " blocks", progress, simulation, initial=total - len(todo)) as bar:
        try:
            if executor is None:
                for path, arguments in todo.items():
                    bar.advance(1, _one_block(simulation, path, arguments))
                return
            futures: list[Future] = [executor.submit(_one_block, simulation, *item) for item in todo.items()]
            try:
                for future in as_completed(futures):
                    bar.advance(1, future.result())
            finally:
                for future in futures:
                    future.cancel()
        except KeyboardInterrupt:
            bar.say("interrupted; the blocks that are done are stored, the same call goes on from there")
            raise


def _one_block(simulation: str, path: str, arguments: dict) -> int:
    """Simulates one block and stores it; how many steps it took.

    Under another name first, so that a file with its name is always whole.
    """
    simulate: Callable = SIMULATIONS[simulation]
    found = simulate(**arguments, progress=False)
    scratch = Path(path).with_suffix(".part")
    save(scratch, found)
    scratch.replace(path)
    return int(found.steps.sum()) if isinstance(found, FirstExit) else arguments["n_paths"] * arguments["n_steps"]


def _joined(parts: list) -> FirstExit | Hops | Occupation:
    if isinstance(parts[0], FirstExit):
        return FirstExit(*map(np.concatenate, zip(*parts)))
    if isinstance(parts[0], Hops):
        return _joined_hops(parts)
    return _joined_occupations(parts)


def _joined_hops(parts: list[Hops]) -> Hops:
    before = np.cumsum([0] + [part.origin.size for part in parts[:-1]])
    path = np.concatenate([part.path + offset for part, offset in zip(parts, before)])
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in ("step", "basin", "origin", "final")
    }
    return Hops(path=path, n_steps=parts[0].n_steps, **columns)


def _joined_occupations(parts: list[Occupation]) -> Occupation:
    by_path = np.concatenate([part.basin_fraction_by_path for part in parts])
    counts = np.sum([part.counts for part in parts], axis=0)
    final = np.concatenate([part.final for part in parts])
    return Occupation(parts[0].edges, counts, by_path.mean(axis=0), by_path, final)
