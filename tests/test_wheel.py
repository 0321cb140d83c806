"""What is installed: the library, with its types and its CUDA sources, and not the book's own code."""

import shutil
import subprocess
import sys
import zipfile

from companion import paths


def test_the_wheel_holds_the_library_alone(tmp_path):
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path)]
    copy = tmp_path / "source"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "lib"):
        origin, place = paths.ROOT / name, copy / name
        shutil.copytree(origin, place) if origin.is_dir() else shutil.copy(origin, place)
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(copy)], check=True)
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"heavysgd"}
    cuda = {f"heavysgd/simulate/cuda/{name}" for name in ("fields.cuh", "kernels.cu", "prelude.cuh")}
    assert {"heavysgd/py.typed", "heavysgd/deep/optimizer.py", *cuda} <= set(names)
