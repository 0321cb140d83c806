"""The images of the experiments: bundled digits, and the official files of three data sets, checked before they are read.

Files come from `HEAVYSGD_DATA` when that names a folder, else they are downloaded once, with a bar, by pooch. Either way
their checksums must be the published ones. Nothing is unpickled.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tarfile
import zipfile
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike

from heavysgd import checks


class Images(NamedTuple):
    """A classification task. Images are float32, (n, channels, height, width), centred and scaled.

    wrong : (n_train,) bool, whose training labels were replaced and differ from the truth.
    """

    train: torch.Tensor
    train_labels: torch.Tensor
    test: torch.Tensor
    test_labels: torch.Tensor
    wrong: torch.Tensor

    def to(self, device: torch.device | str) -> Images:
        """The same task on a device; an experiment runs where its images are."""
        return Images(*(part.to(device) for part in self))


class OfficialFile(NamedTuple):
    """A published file and its published MD5 checksum."""

    url: str
    md5: str

    @property
    def name(self) -> str:
        return self.url.rsplit("/", 1)[1]


_FASHION = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
_HOUSES = "http://ufldl.stanford.edu/housenumbers"
FILES = {
    "fashion_mnist": {
        "train": OfficialFile(f"{_FASHION}/train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        "train_labels": OfficialFile(f"{_FASHION}/train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        "test": OfficialFile(f"{_FASHION}/t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        "test_labels": OfficialFile(f"{_FASHION}/t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    },
    "cifar10": {
        "all": OfficialFile("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530"),
    },
    "svhn": {
        "train": OfficialFile(f"{_HOUSES}/train_32x32.mat", "e26dedcc434d2e4c54c9b2d4a06d8373"),
        "test": OfficialFile(f"{_HOUSES}/test_32x32.mat", "eb5a983be6a315427106f1b164d9cef3"),
    },
}


def images(
    train: ArrayLike,
    train_labels: ArrayLike,
    test: ArrayLike,
    test_labels: ArrayLike,
    scale: tuple[float, float] | None = None,
) -> Images:
    """A task from arrays of bytes, images of shape (n, height, width) or (n, channels, height, width).

    scale : (centre, half width) of the pixels, which become (x - centre) / half width; None for mean and standard
        deviation of each channel over the training set.
    """
    train, test = (torch.tensor(np.asarray(part), dtype=torch.float32) for part in (train, test))
    train, test = (part[:, None] if part.ndim == 3 else part for part in (train, test))
    mean, spread = scale or (train.mean(dim=(0, 2, 3), keepdim=True), train.std(dim=(0, 2, 3), keepdim=True))
    labels, test_labels = (torch.tensor(np.asarray(part), dtype=torch.int64) for part in (train_labels, test_labels))
    return Images(
        (train - mean) / spread, labels, (test - mean) / spread, test_labels, torch.zeros(len(labels), dtype=torch.bool)
    )


def digits(n_train: int = 1200) -> Images:
    """The 1 797 digits, 8 x 8, that come with scikit-learn: the first `n_train` after a fixed shuffle, and the rest."""
    from sklearn.datasets import load_digits

    found = load_digits()
    n_train = checks.count("n_train", n_train, most=len(found.target) - 1)
    order = np.random.default_rng(0).permutation(len(found.target))
    pixels, labels = found.images[order], found.target[order]
    return images(pixels[:n_train], labels[:n_train], pixels[n_train:], labels[n_train:])


def fashion_mnist(scale: tuple[float, float] | None = None) -> Images:
    """Fashion-MNIST: 60 000 and 10 000 images, 28 x 28; `scale` as in `images`."""
    paths = {part: official_file("fashion_mnist", part) for part in FILES["fashion_mnist"]}
    parts = {part: _idx(path) for part, path in paths.items()}
    return images(parts["train"], parts["train_labels"], parts["test"], parts["test_labels"], scale)


def cifar10(scale: tuple[float, float] | None = None) -> Images:
    """CIFAR-10: 50 000 and 10 000 images, 3 x 32 x 32; `scale` as in `images`."""
    path = official_file("cifar10", "all")
    with _readable(path), tarfile.open(path) as archive:
        files = ((member.name, archive.extractfile(member)) for member in archive if member.isfile())
        batches = {Path(name).name: file.read() for name, file in files if file is not None}
    train = [_cifar_batch(batches[f"data_batch_{k}.bin"]) for k in range(1, 6)]
    test = _cifar_batch(batches["test_batch.bin"])
    return images(np.concatenate([x for x, _ in train]), np.concatenate([y for _, y in train]), *test, scale)


def svhn(scale: tuple[float, float] | None = None) -> Images:
    """SVHN, cropped digits: 73 257 and 26 032 images, 3 x 32 x 32; `scale` as in `images`."""
    from scipy.io import loadmat

    parts = []
    for part in ("train", "test"):
        path = official_file("svhn", part)
        with _readable(path):
            found = loadmat(path)
        parts += [found["X"].transpose(3, 2, 0, 1), found["y"].ravel() % 10]  # there the label of a zero is ten
    train, train_labels, test, test_labels = parts
    return images(train, train_labels, test, test_labels, scale)


def from_npz(path: Path | str, scale: tuple[float, float] | None = None) -> Images:
    """A task from a NumPy file with the arrays train_images, train_labels, test_images, test_labels, read without pickle.

    In place of train_images there may be train_bytes, the bytes of JPEG (or PNG) files end to end, and train_offsets, where
    each begins and the last one ends; likewise for test_images. What JPEG has lost stays lost. `scale` as in `images`.

    Raises `FileNotFoundError` where there is no such file, `ValueError` where it cannot be read or lacks an array.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: is missing; name a .npz file of images and labels")
    with _readable(path), np.load(path, allow_pickle=False) as found:
        parts = _pictures(found, "train"), found["train_labels"], _pictures(found, "test"), found["test_labels"]
        return images(*parts, scale)


def _pictures(found: np.lib.npyio.NpzFile, half: str) -> np.ndarray:
    """Arrays of bytes as they are, or decoded from image files end to end; channels before height and width."""
    if f"{half}_bytes" not in found:
        return found[f"{half}_images"]
    from PIL import Image

    raw, offsets = found[f"{half}_bytes"].tobytes(), found[f"{half}_offsets"].tolist()
    if offsets[-1] != len(raw):
        raise ValueError(f"{half}_offsets end at {offsets[-1]}, but there are {len(raw)} bytes")
    files = (BytesIO(raw[start:end]) for start, end in pairwise(offsets))
    decoded = np.stack([np.asarray(Image.open(file, formats=("JPEG", "PNG"))) for file in files])
    return decoded if decoded.ndim == 3 else decoded.transpose(0, 3, 1, 2)


def corrupted(data: Images, size: int = 1200, replaced: int = 200, seed: int = 0) -> Images:
    """The first `size` training images, `replaced` of them, chosen by the seed, with labels drawn evenly from all classes.

    Raises `ValueError` for more images than there are, or more labels than images.
    """
    size = checks.count("size", size, most=len(data.train_labels))
    replaced = checks.count("replaced", replaced, least=0, most=size)
    rng = np.random.default_rng(checks.seed(seed))
    labels, classes = data.train_labels[:size].clone(), int(data.train_labels.max()) + 1
    chosen = torch.as_tensor(rng.choice(size, replaced, replace=False))
    labels[chosen] = torch.as_tensor(rng.integers(0, classes, replaced))
    return Images(data.train[:size], labels, data.test, data.test_labels, labels != data.train_labels[:size])


def relabelled(data: Images, size: int = 1200, wrong: slice = slice(1000, 1200), seed: int = 0) -> Images:
    """The first `size` training images, those numbered `wrong` with labels drawn evenly from all classes, as in the paper.

    Raises `ValueError` for more images than there are.
    """
    size = checks.count("size", size, most=len(data.train_labels))
    labels, classes = data.train_labels[:size].clone(), int(data.train_labels.max()) + 1
    drawn = np.random.default_rng(checks.seed(seed)).integers(0, classes, len(labels[wrong]))
    labels[wrong] = torch.as_tensor(drawn)
    return Images(data.train[:size], labels, data.test, data.test_labels, labels != data.train_labels[:size])


def official_file(data_set: str, part: str) -> Path:
    """The checked file, from `HEAVYSGD_DATA` or downloaded.

    Raises `FileNotFoundError` where the folder or the file is missing, `ValueError` where the checksum is wrong (a
    truncated file, or another one), `ConnectionError` where it cannot be downloaded; all say what to do.
    """
    file, folder = FILES[data_set][part], os.environ.get("HEAVYSGD_DATA")
    if folder:
        return _checked(Path(folder), file)
    import pooch

    try:
        return Path(pooch.retrieve(file.url, f"md5:{file.md5}", path=pooch.os_cache("heavysgd"), progressbar=True))
    except ValueError as error:
        raise ValueError(f"{file.url}: what was downloaded has another checksum; {_BY_HAND.format(file=file)}") from error
    except OSError as error:
        raise ConnectionError(f"{file.url}: cannot be downloaded ({error}); {_BY_HAND.format(file=file)}") from error


_BY_HAND = "put {file.name} (md5 {file.md5}) into a folder and name that folder in HEAVYSGD_DATA"


def _checked(folder: Path, file: OfficialFile) -> Path:
    if not folder.is_dir():
        raise FileNotFoundError(f"HEAVYSGD_DATA = {folder}: is no folder; make it, or unset the variable to download")
    path = folder / file.name
    if not path.is_file():
        raise FileNotFoundError(f"{path}: is missing; get it from {file.url}, or unset HEAVYSGD_DATA to download it")
    with open(path, "rb") as opened:
        found = hashlib.file_digest(opened, "md5").hexdigest()
    if found != file.md5:
        size = path.stat().st_size
        raise ValueError(
            f"{path}: has md5 {found} ({size:,} bytes) and not {file.md5}: it is truncated or another file; get it anew "
            f"from {file.url}"
        )
    return path


_UNREADABLE = (OSError, EOFError, KeyError, TypeError, ValueError, tarfile.TarError, zipfile.BadZipFile)


class _readable:
    """Says which file it was that could not be read."""

    def __init__(self, path: Path):
        self.path = path

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        if kind is not None and issubclass(kind, _UNREADABLE):
            raise ValueError(f"{self.path}: cannot be read ({error}); remove it and get it anew") from error


def _idx(path: Path) -> np.ndarray:
    """An array in the IDX format of MNIST: two zero bytes, type 8 (bytes), number of axes, their lengths, the bytes."""
    with _readable(path), gzip.open(path) as file:
        raw = file.read()
        if raw[:3] != b"\0\0\x08":
            raise ValueError("not an IDX file of bytes")
        shape = tuple(np.frombuffer(raw, ">u4", raw[3], 4))
        return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def _cifar_batch(raw: bytes) -> tuple[np.ndarray, np.ndarray]:
    rows = np.frombuffer(raw, np.uint8).reshape(-1, 1 + 3 * 32 * 32)
    return rows[:, 1:].reshape(-1, 3, 32, 32), rows[:, 0]
