"""The built book as a fixture: the one that is there, if it is current; otherwise the smoke one, built now."""

import json
import subprocess
import sys

import pytest
from companion import paths
from companion.press import profiles, toc
from companion.press.fingerprint import fingerprint


def current_profile() -> str | None:
    """The profile of the built book, or None when there is none or its inputs have changed since."""
    if not paths.MANIFEST.exists():
        return None
    manifest = json.loads(paths.MANIFEST.read_text())
    parameters = profiles.load(manifest["profile"])
    now = {chapter.stem: fingerprint(chapter, parameters[chapter.stem]) for chapter in toc.chapters()}
    return manifest["profile"] if manifest["fingerprints"] == now else None


@pytest.fixture(scope="session")
def built_profile() -> str:
    """The profile under which the book that the tests look at was built."""
    if current_profile() is None:
        command = [sys.executable, "-m", "companion", "build", "--profile", "smoke"]
        done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    profile = current_profile()
    assert profile is not None
    return profile
