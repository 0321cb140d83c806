"""The built book as a fixture: the one that is there, if it is current; otherwise the smoke one, built now."""

import os

# Tests run in two processes, each with one core: threads of linear algebra and of PyTorch would wait for each other's.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import subprocess  # noqa: E402
import sys  # noqa: E402

import pytest  # noqa: E402
from companion import paths  # noqa: E402
from companion.press import manifest  # noqa: E402
from filelock import FileLock  # noqa: E402


@pytest.fixture(scope="session")
def built_profile() -> str:
    """The profile under which the book that the tests look at was built."""
    paths.BUILD.mkdir(exist_ok=True)
    with FileLock(paths.BUILD / "tests.lock"):  # one of the test processes builds, the other waits for it
        if manifest.current_profile() is None:
            command = [sys.executable, "-m", "companion", "build", "--profile", "smoke"]
            done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
        profile = manifest.current_profile()
    assert profile is not None
    return profile
