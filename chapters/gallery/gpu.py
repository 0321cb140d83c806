"""On a GPU: the same draws on a device, where CuPy finds one."""

import heavysgd as hs
import numpy as np

f = hs.landscapes.wang_oh_rhee()
sgd = hs.SGD(f, hs.Lomax(alpha=1.2, scale=0.1), eta=0.004, b=0.5)
case = {"start": f.minima[1], "n_paths": 500, "max_steps": 10**8, "seed": 0}

here = hs.first_exit(sgd, **case, backend="cpu")
print(f"on the CPU a mean of {here.steps.mean():.0f} steps")
try:
    there = hs.first_exit(sgd, **case, backend="cuda")
    same = np.sum(here.steps == there.steps)
    print(f"on the device {same} of 500 paths leave at the same step")
except ValueError as why_not:
    print(why_not)
