"""Every claim of the built book holds, and every control was rejected."""

from companion import paths
from companion.ledger import claims
from companion.press import toc


def test_every_claim_holds(built_profile):
    records = claims.load(paths.claims(built_profile))
    assert [r["id"] for r in records if r["verdict"] != claims.HOLDS] == []
    assert [r["id"] for r in records if not r["control"]["rejected"]] == []


def test_every_chapter_makes_a_claim(built_profile):
    claiming = {record["chapter"] for record in claims.load(paths.claims(built_profile))}
    assert claiming == {chapter.stem for chapter in toc.chapters()}


def test_ids_are_unique(built_profile):
    ids = [record["id"] for record in claims.load(paths.claims(built_profile))]
    assert len(ids) == len(set(ids))
