"""Images: the bundled ones, small files of the official formats, and everything that can be wrong with a file."""

import gzip
import os
import tarfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread

import numpy as np
import pooch
import pytest
import torch
from heavysgd.deep import data
from PIL import Image
from scipy import stats
from scipy.io import savemat

RNG = np.random.default_rng(0)


def idx(array):
    return b"\0\0\x08" + bytes([array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def pictures(n, *shape):
    return RNG.integers(0, 256, (n, *shape), dtype=np.uint8)


def publish(monkeypatch, folder, data_set, contents):
    """Puts small files into a folder and makes their checksums the published ones."""
    files = {}
    for part, content in contents.items():
        name = data.FILES[data_set][part].name
        (folder / name).write_bytes(content)
        url = data.FILES[data_set][part].url
        files[part] = data.OfficialFile(url, pooch.file_hash(str(folder / name), alg="md5"))
    monkeypatch.setitem(data.FILES, data_set, files)
    monkeypatch.setenv("HEAVYSGD_DATA", str(folder))
    return files


@pytest.fixture
def fashion(monkeypatch, tmp_path):
    raw = {"train": pictures(12, 28, 28), "train_labels": np.arange(12, dtype=np.uint8) % 10}
    raw |= {"test": pictures(5, 28, 28), "test_labels": np.arange(5, dtype=np.uint8)}
    publish(monkeypatch, tmp_path, "fashion_mnist", {part: gzip.compress(idx(array)) for part, array in raw.items()})
    return raw, tmp_path


def test_digits_are_all_there():
    found = data.digits()
    assert found.train.shape == (1200, 1, 8, 8) and found.test.shape == (597, 1, 8, 8)
    assert abs(found.train.mean()) < 1e-5 and abs(found.train.std() - 1) < 1e-5
    assert set(found.train_labels.tolist()) == set(range(10)) and not found.wrong.any()


def test_fashion_mnist_is_what_the_files_hold(fashion):
    raw, _ = fashion
    found = data.fashion_mnist()
    assert found.train.shape == (12, 1, 28, 28) and found.test_labels.tolist() == [0, 1, 2, 3, 4]
    pixels = raw["train"].astype(float)
    for part in ("train", "test"):  # both are centred and scaled on the training images
        expected = (raw[part] - pixels.mean()) / pixels.std(ddof=1)
        assert np.allclose(getattr(found, part)[:, 0].numpy(), expected, atol=1e-5)
    assert found.train_labels.tolist() == raw["train_labels"].tolist() and not found.wrong.any()


def check_colours(found, train, test):
    """Every pixel of both halves, each colour centred and scaled on the training images."""
    mean, spread = (f(train.astype(float), axis=(0, 2, 3))[:, None, None] for f in (np.mean, partial(np.std, ddof=1)))
    for part, pixels in ((found.train, train), (found.test, test)):
        assert np.allclose(part.numpy(), (pixels - mean) / spread, atol=1e-5)


def test_cifar10_is_what_the_archive_holds(monkeypatch, tmp_path):
    rows = {}
    archive = BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name in [*(f"data_batch_{k}" for k in range(1, 6)), "test_batch"]:
            rows[name] = np.concatenate([RNG.integers(0, 10, (2, 1), dtype=np.uint8), pictures(2, 3072)], axis=1)
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}.bin")
            member.size = rows[name].size
            tar.addfile(member, BytesIO(rows[name].tobytes()))
    publish(monkeypatch, tmp_path, "cifar10", {"all": archive.getvalue()})
    found = data.cifar10()
    assert found.train.shape == (10, 3, 32, 32) and found.test_labels.tolist() == rows["test_batch"][:, 0].tolist()
    train, test = (
        np.concatenate(parts)[:, 1:].reshape(-1, 3, 32, 32) for parts in (list(rows.values())[:5], [rows["test_batch"]])
    )
    check_colours(found, train, test)
    assert np.allclose(data.cifar10((0.0, 255.0)).test, test / 255, atol=1e-6)


def test_svhn_is_what_the_files_hold(monkeypatch, tmp_path):
    contents, raw = {}, {}
    for part, n in (("train", 6), ("test", 3)):
        raw[part] = pictures(32, 32, 3, n)
        file = BytesIO()
        savemat(file, {"X": raw[part], "y": np.arange(10, 10 - n, -1, dtype=np.uint8)[:, None]})
        contents[part] = file.getvalue()
    publish(monkeypatch, tmp_path, "svhn", contents)
    found = data.svhn()
    assert found.train.shape == (6, 3, 32, 32) and found.train_labels.tolist() == [0, 9, 8, 7, 6, 5]
    check_colours(found, *(raw[part].transpose(3, 2, 0, 1) for part in ("train", "test")))
    assert found.test_labels.tolist() == [0, 9, 8]
    pixels = data.svhn((0.0, 255.0)).train
    assert np.allclose(pixels, raw["train"].transpose(3, 2, 0, 1) / 255, atol=1e-6)


def test_arrays_of_ones_own_are_read_and_other_files_are_named(tmp_path):
    parts = {"train_images": pictures(6, 8, 8), "train_labels": np.arange(6) % 3}
    parts |= {"test_images": pictures(2, 8, 8), "test_labels": np.array([0, 2])}
    np.savez(tmp_path / "whole.npz", **parts)
    found = data.from_npz(tmp_path / "whole.npz")
    assert found.train.shape == (6, 1, 8, 8) and found.test_labels.tolist() == [0, 2]
    parts["train_labels"] = np.array([{"an": "object"}], dtype=object)
    np.savez(tmp_path / "pickled.npz", **parts)
    np.savez(tmp_path / "lacking.npz", train_images=parts["train_images"])
    np.save(tmp_path / "single.npy", parts["train_images"])
    (tmp_path / "cut.npz").write_bytes((tmp_path / "whole.npz").read_bytes()[:200])
    for name in ("pickled.npz", "lacking.npz", "single.npy", "cut.npz"):
        with pytest.raises(ValueError, match=f"{name}: cannot be read"):
            data.from_npz(tmp_path / name)
    with pytest.raises(FileNotFoundError, match="none.npz: is missing"):
        data.from_npz(tmp_path / "none.npz")


def end_to_end(pixels, kind):
    """Image files one after the other, and where each begins and the last one ends."""
    files = []
    for picture in pixels:
        buffer = BytesIO()
        Image.fromarray(picture).save(buffer, kind)
        files.append(buffer.getvalue())
    return np.frombuffer(b"".join(files), np.uint8), np.cumsum([0, *map(len, files)])


@pytest.mark.parametrize("kind, shape, channels", [("PNG", (9, 7, 3), 3), ("JPEG", (16, 16, 3), 3), ("PNG", (9, 7), 1)])
def test_image_files_end_to_end_are_decoded(tmp_path, kind, shape, channels):
    ramp = np.linspace(0, 200, int(np.prod(shape))).reshape(shape)
    pixels = np.stack([ramp + 10 * k for k in range(4)]).astype(np.uint8)
    parts = {"train_labels": np.arange(3), "test_labels": np.array([3])}
    for half, part in (("train", pixels[:3]), ("test", pixels[3:])):
        parts[f"{half}_bytes"], parts[f"{half}_offsets"] = end_to_end(part, kind)
    np.savez(tmp_path / "files.npz", **parts)
    found = data.from_npz(tmp_path / "files.npz")
    assert found.train.shape == (3, channels, *shape[:2]) and found.test.shape == (1, channels, *shape[:2])
    first = pixels if pixels.ndim == 3 else pixels.transpose(0, 3, 1, 2)  # channels
    own = data.images(first[:3], [0, 1, 2], first[3:], [3])
    error = (found.train - own.train).abs().mean()
    assert error == 0 if kind == "PNG" else 0 < error < 0.1  # of a standard deviation: what JPEG loses
    parts["train_offsets"] = parts["train_offsets"][:-1]
    np.savez(tmp_path / "short.npz", **parts)
    with pytest.raises(ValueError, match="short.npz: cannot be read .train_offsets end at"):
        data.from_npz(tmp_path / "short.npz")
    parts["train_bytes"] = parts["train_bytes"][::-1].copy()
    np.savez(tmp_path / "backwards.npz", **parts)
    with pytest.raises(ValueError, match="backwards.npz: cannot be read"):
        data.from_npz(tmp_path / "backwards.npz")


SHARED = Path(__file__).parents[4] / "shared" / "data"
JPEGS = SHARED / "cifar10-jpeg.npz"
OFFICIAL = Path(os.environ.get("HEAVYSGD_DATA") or SHARED / "fashion-mnist")
HAVE_OFFICIAL = all((OFFICIAL / file.name).exists() for file in data.FILES["fashion_mnist"].values())


@pytest.mark.skipif(not JPEGS.exists(), reason="the JPEG images of CIFAR-10 are not beside this checkout")
def test_real_jpegs_are_the_classes_their_labels_say():
    found = data.from_npz(JPEGS)
    assert found.train.shape == (50_000, 3, 32, 32) and found.test.shape == (10_000, 3, 32, 32)
    assert torch.equal(torch.bincount(found.train_labels), torch.full((10,), 5000))
    means = torch.stack([found.train[found.train_labels == k].mean(dim=0).ravel() for k in range(10)])
    nearest = torch.cdist(found.test.flatten(1), means).argmin(dim=1)  # a nearest-mean classifier finds over a quarter
    assert 0.2 < (nearest == found.test_labels).float().mean() < 0.35


@pytest.mark.skipif(
    not HAVE_OFFICIAL, reason="the official files of Fashion-MNIST are not in HEAVYSGD_DATA or beside this checkout"
)
def test_the_official_images_are_clothes(monkeypatch):
    monkeypatch.setenv("HEAVYSGD_DATA", str(OFFICIAL))
    found = data.fashion_mnist()
    assert found.train.shape == (60_000, 1, 28, 28) and found.test.shape == (10_000, 1, 28, 28)
    assert found.train_labels[:6].tolist() == [9, 0, 0, 3, 0, 2] and found.test_labels[:6].tolist() == [9, 2, 1, 1, 6, 1]
    for labels, each in ((found.train_labels, 6000), (found.test_labels, 1000)):
        assert torch.equal(torch.bincount(labels), torch.full((10,), each))
    assert found.train.min() == pytest.approx(-0.2860 / 0.3530, rel=1e-3)  # the published mean and spread of its pixels
    assert abs(found.train.mean()) < 1e-4 and abs(found.train.std() - 1) < 1e-4
    means = torch.stack([found.train[found.train_labels == k].mean(dim=0).ravel() for k in range(10)])
    nearest = torch.cdist(found.test.flatten(1), means).argmin(dim=1)
    assert (nearest == found.test_labels).float().mean() == pytest.approx(0.6768, abs=5e-4)  # as scikit-learn's classifier


def test_a_truncated_file_is_named(fashion):
    _, folder = fashion
    path = folder / data.FILES["fashion_mnist"]["test"].name
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match="t10k-images.*100 bytes.*truncated.*get it anew from http"):
        data.fashion_mnist()


def test_a_file_of_the_same_length_with_another_checksum_is_named(fashion):
    _, folder = fashion
    path = folder / data.FILES["fashion_mnist"]["train_labels"].name
    raw = bytearray(path.read_bytes())
    raw[-9] ^= 1
    path.write_bytes(raw)
    published = data.FILES["fashion_mnist"]["train_labels"].md5
    with pytest.raises(ValueError, match=f"train-labels.*has md5 .*and not {published}"):
        data.fashion_mnist()


def test_a_missing_file_and_a_missing_folder_are_named(fashion, monkeypatch):
    _, folder = fashion
    (folder / data.FILES["fashion_mnist"]["train"].name).unlink()
    with pytest.raises(FileNotFoundError, match="train-images.*is missing; get it from http"):
        data.fashion_mnist()
    monkeypatch.setenv("HEAVYSGD_DATA", str(folder / "nowhere"))
    with pytest.raises(FileNotFoundError, match="HEAVYSGD_DATA = .*nowhere: is no folder"):
        data.fashion_mnist()


def test_a_file_of_another_kind_is_named(fashion, monkeypatch):
    _, folder = fashion
    parts = {part: gzip.compress(b"words, not images") for part in data.FILES["fashion_mnist"]}
    publish(monkeypatch, folder, "fashion_mnist", parts)
    with pytest.raises(ValueError, match="train-images.*cannot be read .not an IDX file"):
        data.fashion_mnist()


@pytest.mark.parametrize(
    "failure, kind, said", [(ValueError, ValueError, "another checksum"), (OSError, ConnectionError, "cannot be")]
)
def test_a_failed_download_says_what_to_do(monkeypatch, failure, kind, said):
    monkeypatch.delenv("HEAVYSGD_DATA", raising=False)

    def failing(url, known_hash, **more):
        assert known_hash.startswith("md5:") and more["progressbar"]
        raise failure("no route")

    monkeypatch.setattr(pooch, "retrieve", failing)
    with pytest.raises(kind, match=f"{said}.*put train_32x32.mat .md5 e26d.* into a folder.*HEAVYSGD_DATA"):
        data.svhn()


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A server on this machine, whose folder is given, in the place of the official ones; an empty cache."""
    handler = partial(QuietHandler, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.delenv("HEAVYSGD_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "cache" / name)
    yield tmp_path, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_a_file_is_downloaded_once_checked_and_kept(served, monkeypatch):
    folder, address = served
    (folder / "digits.bin").write_bytes(b"seven")
    right = data.OfficialFile(f"{address}/digits.bin", pooch.file_hash(str(folder / "digits.bin"), alg="md5"))
    monkeypatch.setitem(data.FILES, "small", {"all": right, "wrong": right._replace(md5="0" * 32)})
    monkeypatch.setitem(data.FILES["small"], "gone", right._replace(url=f"{address}/gone.bin"))
    with pytest.raises(ValueError, match="another checksum; put digits.bin .md5 000.*HEAVYSGD_DATA"):
        data.official_file("small", "wrong")
    assert not list((folder / "cache").rglob("*.bin"))
    with pytest.raises(ConnectionError, match="gone.bin: cannot be downloaded .404.*HEAVYSGD_DATA"):
        data.official_file("small", "gone")
    assert data.official_file("small", "all").read_bytes() == b"seven"
    (folder / "digits.bin").unlink()
    assert data.official_file("small", "all").read_bytes() == b"seven"


def test_corruption_is_of_the_labels_asked_for():
    found, clean = data.corrupted(data.digits(), 1200, 200, seed=0), data.digits()
    assert torch.equal(found.wrong, found.train_labels != clean.train_labels)
    # 200 labels drawn evenly: 180 wrong ones expected, give or take four standard deviations
    assert abs(int(found.wrong.sum()) - 180) < 4 * np.sqrt(200 * 0.9 * 0.1)
    assert torch.equal(found.train_labels, data.corrupted(data.digits(), 1200, 200, seed=0).train_labels)
    assert not torch.equal(found.train_labels, data.corrupted(data.digits(), 1200, 200, seed=1).train_labels)
    with pytest.raises(ValueError, match="size = 5000"):
        data.corrupted(clean, 5000)


def evenness(labels, classes=10):
    """P-value of the hypothesis that the labels are even over the classes."""
    return stats.chisquare(np.bincount(labels, minlength=classes)).pvalue


def test_drawn_labels_are_even_over_all_classes():
    blank = np.zeros((8000, 1, 1), dtype=np.uint8)
    blank[0] = 1
    one = data.images(blank, np.where(np.arange(8000) == 0, 9, 3), blank[:1], [0])  # nearly all of one class, of ten
    drawn = data.corrupted(one, 8000, 8000, seed=3).train_labels.numpy()
    assert evenness(drawn) > 1e-3 and set(drawn) == set(range(10))
    assert evenness(drawn[drawn < 9]) < 1e-3  # nine of the ten classes would be noticed
    some = data.corrupted(one, 8000, 2000, seed=3)
    places = np.flatnonzero(some.wrong.numpy())  # chosen all over, not the first or the last ones
    assert stats.kstest(places / 8000, "uniform").pvalue > 1e-3
    assert int(some.wrong.sum()) == int((some.train_labels != one.train_labels).sum())
    assert abs(len(places) - 1800) < 4 * np.sqrt(2000 * 0.9 * 0.1)


class Intruder:
    """What makes a folder when it is unpickled."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def test_a_file_of_images_is_never_unpickled(tmp_path):
    sign, file = tmp_path / "opened", tmp_path / "images.npz"
    whole = {name: np.zeros(1) for name in ("train_labels", "test_images", "test_labels")}
    np.savez(file, train_images=np.array([Intruder(sign)], object), **whole)
    with pytest.raises(ValueError, match="images.npz: cannot be read"):
        data.from_npz(file)
    assert not sign.exists()
    with np.load(file, allow_pickle=True) as found:  # the trap works
        _ = found["train_images"]
    assert sign.exists()
