"""Where a record comes from: the processor's widest vectors, which decide what a step costs."""

import pytest
from companion.ledger import origin
from companion.ledger.recorded import origin_line


@pytest.mark.parametrize(
    "flags, widest", [("sse2 avx avx2 fma", "AVX2"), ("avx2 avx512f avx512bw", "AVX-512"), ("fp asimd", None), ("", None)]
)
def test_the_widest_vectors_are_named_where_they_are_known(monkeypatch, flags, widest):
    monkeypatch.setattr(origin, "_cpuinfo", {"model name": "Some CPU", "flags": flags}.get)
    found = origin.origin()
    assert (found["processor"], found["vectors"]) == ("Some CPU", widest)
    assert (f"Some CPU with {widest}," if widest else "Some CPU,") in origin_line({"origin": found})


def test_a_record_says_on_which_day_it_was_made():
    found = origin.origin()
    assert origin_line({"origin": found}).startswith(f"Recorded {found['day']}, on ") and found["day"] >= "2026-11-28"


def test_records_from_before_days_and_vectors_were_noted_can_be_shown():
    found = {name: value for name, value in origin.origin().items() if name not in ("day", "vectors")}
    assert origin_line({"origin": found}).startswith(f"Recorded on {found['processor']}, ")
