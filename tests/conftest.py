"""The built book as a fixture: the one that is there, if it is current; otherwise the smoke one, built now."""

import subprocess
import sys

import pytest
from companion import paths
from companion.press import manifest


@pytest.fixture(scope="session")
def built_profile() -> str:
    """The profile under which the book that the tests look at was built."""
    if manifest.current_profile() is None:
        command = [sys.executable, "-m", "companion", "build", "--profile", "smoke"]
        done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    profile = manifest.current_profile()
    assert profile is not None
    return profile
