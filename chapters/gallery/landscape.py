"""A landscape of your own: basins, jump numbers, and an exit time three ways."""

import heavysgd as hs
import sympy

x = sympy.Symbol("x")
f = hs.Landscape((x**2 - 1) ** 2 * (x - 3) ** 2 / 10 + x / 10, bounds=(-2, 4))
sgd = hs.SGD(f, hs.Lomax(alpha=1.5, scale=0.2), eta=0.02, b=0.8)
jumps = hs.theory.jump_numbers(f, sgd.b)
for minimum, width, jump in zip(f.minima, f.widths, jumps):
    print(f"minimum {minimum:.3f}: {width:.3f} wide, left by {jump} jumps of {sgd.b}")

exits = hs.first_exit(sgd, f.minima[1], n_paths=1000, max_steps=10**8, seed=0)
simulated = hs.inference.censored_mean(exits.steps, exits.censored)
exact = hs.exact.first_exit(sgd, f.minima[1]).mean
limit = hs.theory.mean_exit_time(sgd, basin=1)
print(f"mean exit time {simulated.value:.0f} ± {simulated.stderr:.0f}")
print(f"exact {exact:.0f}, by the limit's formula {limit:.0f}")
