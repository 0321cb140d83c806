"""What `make` installs: which build of PyTorch a machine is given, and what a chapter imports, wherever it lies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def download(tmp_path: Path, *found: str) -> str:
    """The command that `make` downloads PyTorch with, where only programs of the names `found` are added to the usual."""
    for name in found:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    usual = [folder for folder in os.environ["PATH"].split(os.pathsep) if not Path(folder, "nvidia-smi").exists()]
    path = os.pathsep.join([str(tmp_path), *usual])
    command = ["make", "--dry-run", "--always-make", ".venv/.installed"]
    said = subprocess.run(command, cwd=ROOT, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=True)
    (line,) = [line for line in said.stdout.splitlines() if " download " in line]
    return line


@pytest.mark.skipif(sys.platform != "linux" or Path("/proc/driver/nvidia").exists(), reason="for Linux without a driver")
def test_a_machine_without_a_driver_is_offered_the_build_for_cpus(tmp_path):
    assert "--extra-index-url https://download.pytorch.org/whl/cpu torch==" in download(tmp_path)


def test_a_machine_with_a_driver_takes_the_build_of_pypi(tmp_path):
    assert "index-url" not in download(tmp_path, "nvidia-smi")


def test_the_lock_knows_the_version_that_is_downloaded(tmp_path):
    version = download(tmp_path).split()[-1]
    assert (ROOT / "requirements-torch.lock").read_text().splitlines()[1] == f"{version} \\"


def test_a_chapter_that_was_downloaded_finds_the_books_code_in_any_folder(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-c", "import heavysgd; from companion.press import toc; print(len(toc.chapters()))"]
    said = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert said.stderr == "" and int(said.stdout) == len(list((ROOT / "chapters").glob("*.ipynb")))
