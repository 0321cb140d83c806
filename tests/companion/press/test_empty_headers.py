"""Header cells without words become plain cells; all others stay."""

import pytest
from companion.press.empty_headers import as_cells


@pytest.mark.parametrize(
    "empty", ['<th class="head"></th>', '<th class="head"><p></p></th>', '<th class="head">\n<p> </p>\n</th>']
)
def test_an_empty_header_is_a_cell(empty):
    assert as_cells(f"<tr>{empty}<th>b</th></tr>") == '<tr><td class="head"></td><th>b</th></tr>'


@pytest.mark.parametrize(
    "kept", ["<th>a</th>", "<thead><tr><th><p>α</p></th></tr></thead>", "<td></td>", '<th><img alt="x"></th>']
)
def test_what_says_something_stays(kept):
    assert as_cells(kept) == kept
