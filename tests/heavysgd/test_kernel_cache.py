"""Compiled kernels on disk: flat modules that say all that they do, found again, and done without where they cannot be."""

import os
import subprocess
import sys
import textwrap

import heavysgd as hs
import numba as nb
import numpy as np
import pytest
from companion import paths
from heavysgd.compiling import TranslationError
from heavysgd.compiling.cache import StoredKernel, cached
from heavysgd.compiling.flat import flat_source
from heavysgd.simulate.lanes import lane_code
from heavysgd.simulate.stopping import _interval, _kernel

PAPER = hs.landscapes.wang_oh_rhee()
DOUBLE = hs.SGD(PAPER, hs.Lomax(1.2, 0.1), 0.004, 0.5)


def in_new_process(code, folder, *arguments, **environment):
    """What a program printed, and what it said on the error stream."""
    given = os.environ | {"PYTHONPATH": str(paths.ROOT / "lib"), "HEAVYSGD_CACHE": str(folder)} | environment
    given = {name: value for name, value in given.items() if name != "NUMBA_CACHE_DIR" or "NUMBA_CACHE_DIR" in environment}
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=600)


def law(strength):
    @nb.njit(inline="always")
    def transform(u, v, params):
        return strength * (u - 0.5)

    return transform


def drawn(transform):
    @nb.njit(nogil=True)
    def run(u):
        return transform(u, u, 0.0)

    return run


def test_a_flat_module_is_the_kernel_and_stands_alone():
    kernel = _kernel.__wrapped__(lane_code(DOUBLE), _interval())
    assert isinstance(kernel, StoredKernel)
    scope, texts = {}, {**dict(kernel.parts), "kernel": kernel.source}
    for name, text in texts.items():  # the functions that many kernels share have modules of their own
        code = "\n".join(line for line in text.splitlines() if not line.startswith("from heavysgd_part_"))
        assert "heavysgd" not in code.split('"""', 2)[2]  # imports nothing of the library
        exec(compile(code.replace("cache=True", ""), name, "exec"), scope)
    assert {"gradient", "step", "load", "signed_magnitude", "philox4x32", "run"} <= set(scope)
    assert "def load" not in kernel.source and "gradient" not in "".join(dict(kernel.parts).values())
    x = np.array([-0.7, 0.3, 1.2])
    assert np.allclose([scope["gradient"](t) for t in x], PAPER.gradient(x), rtol=1e-9)


def test_constants_are_part_of_a_kernel_and_names_are_kept_apart():
    @nb.njit
    def both(u):
        return one(u, u, 0.0) + other(u, u, 0.0)

    one, other = law(2.0), law(3.0)
    source, name, _ = flat_source(both)
    scope = {}
    exec(source, scope)
    assert scope[name](0.75) == 2.0 * 0.25 + 3.0 * 0.25
    assert flat_source(drawn(law(2.0))) == flat_source(drawn(law(2.0))) != flat_source(drawn(law(3.0)))


def test_what_cannot_be_written_down_is_compiled_all_the_same():
    unknown = {"a": 1.0}

    @nb.njit
    def refers(x):
        return x + len(unknown)

    with pytest.raises(TranslationError, match="unknown"):
        flat_source(refers)
    assert cached(refers) is refers


KERNEL = """
    import sys, heavysgd as hs
    from heavysgd.simulate.lanes import lane_code
    from heavysgd.simulate.stopping import _interval, _kernel
    f = hs.landscapes.wang_oh_rhee()
    sgd = hs.SGD(f, hs.Lomax(float(sys.argv[1]), 0.1), 0.004, 0.5)
    found = hs.first_exit(sgd, f.minima[0], n_paths=20, max_steps=2000, progress=False)
    kernel = _kernel(lane_code(sgd), _interval())
    print(kernel.found, kernel.compiled, found.steps.sum())
"""


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A folder with a compiled kernel, and what the process that compiled it printed."""
    folder = tmp_path_factory.mktemp("kernels")
    return folder, in_new_process(KERNEL, folder, 1.2).stdout.split()


def test_kernels_are_found_on_disk_by_another_process(stored):
    folder, first = stored
    again, other = in_new_process(KERNEL, folder, 1.2).stdout.split(), in_new_process(KERNEL, folder, 1.5).stdout.split()
    assert first[:2] == ["0", "1"] and again[:2] == other[:2] == ["1", "0"]  # alpha is a run-time argument
    assert first[2] == again[2] != other[2]


@pytest.mark.parametrize(
    "whose, ending, kept",
    [
        *(("kernel", *cut) for cut in (("nbi", 0), ("nbc", 3000), ("py", 100))),
        ("part", "nbi", 20),
        ("[kp]*", "nbc", 3000),
    ],
)
def test_a_truncated_file_is_made_anew(stored, whose, ending, kept):
    folder, first = stored
    for file in folder.rglob(f"heavysgd_{whose}_*.{ending}"):
        file.write_bytes(file.read_bytes()[:kept])
    done = in_new_process(KERNEL, folder, 1.2)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[2] == first[2]
    noticed = ending != "py" and whose != "part"  # modules are written again without a word; a whole kernel needs no part
    assert done.stderr.count("CacheWarning") == noticed
    assert in_new_process(KERNEL, folder, 1.2).stdout.split()[:2] == ["1", "0"]


FULL_DISK = (
    """
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))  # the module fits, machine code does not
"""
    + KERNEL
)


def test_a_full_disk_costs_a_warning_and_no_result(stored, tmp_path):
    done = in_new_process(FULL_DISK, tmp_path, 1.2)
    assert done.stdout.split() == ["0", "1", stored[1][2]], done.stderr
    assert done.stderr.count("CacheWarning") == 1 and "HEAVYSGD_CACHE" in done.stderr


def test_a_folder_that_cannot_be_made_costs_a_warning_and_no_result(stored, tmp_path):
    (tmp_path / "file").write_text("")
    done = in_new_process(KERNEL, tmp_path / "file" / "folder", 1.2)
    assert done.stdout.split() == ["0", "1", stored[1][2]], done.stderr
    assert done.stderr.count("CacheWarning") == 1


def test_without_compilation_there_is_a_plain_word(tmp_path):
    done = in_new_process("import heavysgd; heavysgd.SGD", tmp_path, NUMBA_DISABLE_JIT="1")
    assert done.returncode == 1 and "NUMBA_DISABLE_JIT is set: heavysgd runs compiled code only; unset it" in done.stderr


TWENTY = """
    import random, sys
    import numpy as np, numba as nb, sympy
    from heavysgd.compiling import compiled_gradient
    from heavysgd.compiling import cached

    def kernel_of(gradient):
        @nb.njit
        def slopes(x):
            found = np.empty_like(x)
            for k in range(x.size):
                found[k] = gradient(x[k])
            return found
        return cached(slopes)

    x, at = sympy.Symbol("x", real=True), np.linspace(-1, 1, 7)
    numbers = list(range(20))
    random.Random(int(sys.argv[1])).shuffle(numbers)
    found = 0
    for n in numbers:
        kernel = kernel_of(compiled_gradient((x,), (x**2 - n) ** 2 + n * sympy.exp(-x**2 / (1 + n)), ((-1, 1),)))
        expected = 4 * at * (at**2 - n) - 2 * n * at / (1 + n) * np.exp(-(at**2) / (1 + n))
        assert np.allclose(kernel(at), expected, rtol=1e-12, atol=1e-12), n
        found += kernel.found
    print(found)
"""


def test_twenty_landscapes_in_processes_that_share_a_folder(tmp_path):
    script, folder = tmp_path / "twenty.py", tmp_path / "kernels"  # a file: kernels are written out from their source
    script.write_text(textwrap.dedent(TWENTY))
    given = os.environ | {"PYTHONPATH": str(paths.ROOT / "lib"), "HEAVYSGD_CACHE": str(folder)}
    given.pop("NUMBA_CACHE_DIR", None)
    command = [sys.executable, str(script)]
    running = [subprocess.Popen([*command, str(k)], env=given, stdout=subprocess.PIPE, text=True) for k in range(3)]
    assert [process.wait(600) for process in running] == [0, 0, 0]
    after = subprocess.run([*command, "3"], env=given, capture_output=True, text=True)
    assert after.stdout.split() == ["20"], after.stderr
    modules, indices = list(folder.glob("*.py")), list(folder.rglob("*.nbi"))
    assert len(modules) == len(indices) == 20 and not list(folder.glob("*.part"))


FIELDS = """
    import sys, heavysgd as hs, numpy as np, sympy
    x, y = sympy.symbols("x y")
    box, points = ((-2, 2), (-2, 2)), np.random.default_rng(0).uniform(-1.9, 1.9, (300, 2))
    one = hs.Landscape((x**2 - 1) ** 2 + (y**2 - 1) ** 2 + x * y / 4, box)
    other = hs.Landscape((x**2 - 1) ** 2 + y**2 + (x - y) ** 2 / 9, box)
    for name in sys.argv[1:]:
        print(name, np.bincount({"one": one, "other": other}[name].basin_of(points) + 1))
"""


def test_kernels_from_disk_call_their_own_functions_and_not_those_of_the_process(tmp_path):
    # The fields of `one` are found by its gradient, which must not be taken for that of `other`, compiled before.
    alone = in_new_process(FIELDS, tmp_path, "one").stdout.splitlines()
    after = in_new_process(FIELDS, tmp_path, "other", "one").stdout.splitlines()
    assert after[1] == alone[0] and after[0] != alone[0].replace("one", "other")
