"""Recorded results: what was withdrawn is listed as such and served to nobody."""

import json

import pytest
from companion.ledger import recorded
from companion.subjects.networks import tables


@pytest.fixture
def results(tmp_path, monkeypatch):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "right.json").write_text(json.dumps({"runs": [{"seed": 0}]}))
    (tmp_path / "deep" / "wrong.json").write_text(json.dumps({"withdrawn": "of other images", "runs": [{"seed": 0}] * 3}))
    monkeypatch.setattr(recorded, "RESULTS", tmp_path)


def test_a_record_is_served_and_a_missing_one_is_none(results):
    assert recorded.recorded("deep/right") == {"runs": [{"seed": 0}]} and recorded.runs("deep/right") == [{"seed": 0}]
    assert recorded.recorded("deep/none") is None and recorded.runs("deep/none") == []


@pytest.mark.parametrize("served", [recorded.recorded, recorded.runs])
def test_a_withdrawn_record_is_refused_with_its_reason(results, served):
    with pytest.raises(ValueError, match="name = 'deep/wrong': is withdrawn .of other images.; make the record anew"):
        served("deep/wrong")


def test_what_was_withdrawn_is_listed_without_its_numbers(results):
    assert recorded.withdrawn() == [("deep/wrong.json", 3, "of other images")]
    shown = tables.withdrawn_table(recorded.withdrawn()).data
    assert "| `results/deep/wrong.json` | 3 | of other images |" in shown and "right" not in shown


def test_no_result_on_fashion_mnist_was_measured_on_other_images_than_the_official_test_set():
    withdrawn = {record.place for record in recorded.withdrawn()}
    assert {"withdrawn/deep/fashion.json", "withdrawn/deep/fashion-short.json"} <= withdrawn
    for name in ("deep/fashion", "deep/fashion-short"):
        assert all(run["images"]["test"] == 10_000 for run in recorded.runs(name))
        with pytest.raises(ValueError, match="757 are official training images"):
            recorded.recorded(f"withdrawn/{name}")
