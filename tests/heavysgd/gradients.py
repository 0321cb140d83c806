"""One gradient on every backend: compiled in double and single precision, and as C++, beside SymPy's own derivative."""

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path

import numba as nb
import numpy as np
import sympy
from heavysgd.compiling import cpp_source, in_single, vectorised_over
from heavysgd.simulate import cuda

from tests.heavysgd.host_device import COMPILER, FLAGS

PRELUDE = (Path(cuda.__file__).parent / "prelude.cuh").read_text()


def exact(f, points):
    """SymPy's derivative through NumPy, shape (n, d), and a bound of the terms it adds up, from which rounding comes."""
    slopes = [sympy.diff(f.expr, s) for s in f.symbols]
    return vectorised_over(f.symbols, slopes)(points), np.stack(
        [_size(slope, f.symbols, points) for slope in slopes], axis=1
    )


def _size(slope, symbols, points):
    parts = [part for term in sympy.Add.make_args(sympy.expand_mul(slope)) for part in sympy.Add.make_args(term)]
    with np.errstate(all="ignore"):
        return np.nansum(np.abs(vectorised_over(symbols, parts)(points)), axis=-1)


def compiled(f, points, single=False):
    """The compiled gradient at points (n, d)."""
    gradient = in_single(f.compiled_gradient) if single else f.compiled_gradient
    real = np.float32 if single else np.float64
    arguments = ", ".join(f"x[k, {i}]" for i in range(f.dimension))
    code = f"def every(x, found):\n    for k in range(len(x)):\n        found[k] = gradient({arguments})\n"
    if f.dimension > 1:
        targets = ", ".join(f"found[k, {i}]" for i in range(f.dimension))
        code = f"def every(x, found):\n    for k in range(len(x)):\n        {targets} = gradient({arguments})\n"
    scope = {"gradient": gradient}
    exec(code, scope)
    found = np.empty(points.shape if f.dimension > 1 else len(points), real)
    nb.njit(scope["every"])(points.astype(real), found)
    return found.reshape(points.shape)


def in_cpp(f, points, single=False):
    """The gradient as the CUDA source has it, compiled by the host's compiler."""
    d, real = f.dimension, "float" if single else "double"
    arguments = ", ".join(f"x[{d} * k + {i}]" for i in range(d))
    parts = ["found[k] = g;"] if d == 1 else [f"found[{d} * k + {i}] = g.at[{i}];" for i in range(d)]
    source = "\n".join(
        [
            f"typedef {real} real;",
            PRELUDE,
            cpp_source({"gradient": f.compiled_gradient}, single),
            'extern "C" void every(const real *x, real *found, long long n)',
            "{ for (long long k = 0; k < n; ++k) {",
            f"const auto g = hs_gradient({arguments}); {' '.join(parts)}",
            "} }",
        ]
    )
    folder = Path(tempfile.mkdtemp(prefix="heavysgd-"))
    try:
        made = subprocess.run(
            [COMPILER, *FLAGS, "-o", str(folder / "g.so"), "-"], input=source, capture_output=True, text=True
        )
        assert made.returncode == 0, made.stderr
        library = ctypes.CDLL(str(folder / "g.so"))
        x = np.ascontiguousarray(points, np.float32 if single else np.float64)
        found = np.empty_like(x)
        library.every(x.ctypes.data_as(ctypes.c_void_p), found.ctypes.data_as(ctypes.c_void_p), ctypes.c_longlong(len(x)))
        return found
    finally:
        shutil.rmtree(folder)


def assert_alike(f, points, single=True):
    """Every backend gives the gradient, to the rounding of its terms.

    Double precision to 1e-8 (general powers have ten digits), single to 1e-3 (exponents of sixty lose two of six).
    """
    expected, size = exact(f, points)
    assert np.all(np.isfinite(expected))
    for precision, tolerance in ((False, 1e-8), (True, 1e-3))[: 1 + single]:
        for backend in (compiled, in_cpp) if COMPILER else (compiled,):
            found = backend(f, points, precision)
            assert np.all(np.isfinite(found)), (backend.__name__, precision, points[~np.isfinite(found).all(axis=1)][0])
            off = np.abs(found - expected) - tolerance * size
            worst = np.unravel_index(np.argmax(off), off.shape)
            assert off[worst] <= 0, (backend.__name__, precision, points[worst[0]], found[worst], expected[worst])
