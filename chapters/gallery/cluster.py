"""On a cluster: blocks of paths on any executor, stored as they end."""

from pathlib import Path
from tempfile import mkdtemp

import distributed
import heavysgd as hs

f = hs.landscapes.wang_oh_rhee()
cases = [
    {
        "sgd": hs.SGD(f, hs.Lomax(alpha=1.2, scale=0.1), eta, b=0.5),
        "start": f.minima[1],
        "n_paths": 200,
        "max_steps": 10**8,
        "seed": 0,
    }
    for eta in (0.004, 0.003)
]
folder = Path(mkdtemp())  # one that all workers see, and that stays
here = {"n_workers": 2, "processes": False, "dashboard_address": None}
with distributed.Client(**here) as client:  # or Client("tcp://your-scheduler:8786")
    found = hs.run_study(
        "first_exit", cases, folder, block=50, executor=client.get_executor()
    )
for case, exits in zip(cases, found):
    print(f"eta {case['sgd'].eta}: mean exit time {exits.steps.mean():.0f}")
print(f"{len(list(folder.glob('*.npz')))} blocks stored")
