"""The library in the built book: every name with an entry, a way to its source, a place in the index."""

import re

import pytest
from companion import paths
from companion.press.reference import library

SIGNATURE = re.compile(r'<dt class="sig sig-object py" id="([^"]+)">(.*?)</dt>', re.S)
SOURCE = re.compile(r'href="\.\./(_modules/[^"#]+)#([^"]+)"><span class="viewcode-link"')


def read(page):
    return (paths.HTML / page).read_text()


@pytest.mark.parametrize("name", library.PAGES)
def test_every_entry_leads_to_its_source(built_profile, name):
    entries = SIGNATURE.findall(read(f"{library.FOLDER}/{name}.html"))
    found = dict(entries)
    assert len(found) == len(entries)
    for public in (public for room in library.PAGES[name].rooms for public in library.names(room)):
        file, place = SOURCE.search(found[public]).groups()
        assert place == public.rpartition(".")[2] and f'id="{place}"' in read(file)


def test_every_name_is_in_the_index(built_profile):
    index = read("genindex.html")
    assert [name for room in library.rooms() for name in library.names(room) if f'.html#{name}"' not in index] == []


def test_a_name_in_a_chapter_and_in_the_crosswalk_leads_to_its_entry(built_profile):
    for page in ("chapters/20_small_learning_rates.html", "chapters/crosswalk.html"):
        assert re.search(r'href="\.\./reference/simulation\.html#heavysgd\.exit_rate"[^>]*><code', read(page))
