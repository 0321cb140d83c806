"""The claims of the built book: each verdict is the one on file, and each record tells where it comes from."""

from datetime import date

from companion.ledger import records
from companion.ledger.seeds import Seeds
from companion.press import book, toc


def test_every_verdict_is_the_one_on_file(built_profile):
    found = book.claims(built_profile)
    assert [(r["id"], r["verdict"]) for r in records.unexpected(found)] == []
    assert [r["id"] for r in found if r["verdict"] == records.HOLDS and not r["control"]["rejected"]] == []


def test_rules_that_are_not_met_are_records_too(built_profile):
    unmet = {r["id"] for r in book.claims(built_profile) if r["verdict"] == records.NOT_MET}
    assert unmet == {
        "deep.early.accuracy",
        "deep.noise-alone",
        "deep.settled.accuracy",
        "deep.sam.within",
        "deep.label-noise",
        "diffusion.line",
        "diffusion.valley.4-8",
        "figure3.out",
        "power.parabola",
        "power.parabola.top",
        "table.full.noise-alone",
        "table.noise.size",
        "table.small.accuracy.half",
        "table.small.accuracy.our1",
        "table.small.accuracy.our2",
        "table.small.flatter.half",
        "table.small.flatter.our2",
        "table.small.then-lb",
        "table.why.reading.inside",
        "table.why.reading.update",
        "trunc.accuracy.noisy",
        "one-well.sharper.power-law",
        "without.correction.l3.alpha1.2",
        "without.first.landscape.alpha1.8.l2",
        "without.first.well.alpha1.2.l2",
        "without.sharp.constant",
    }


def test_every_chapter_makes_a_claim(built_profile):
    claiming = {record["chapter"] for record in book.claims(built_profile)}
    assert claiming == {chapter.stem for chapter in toc.chapters()}


def test_ids_are_unique(built_profile):
    ids = [record["id"] for record in book.claims(built_profile)]
    assert len(ids) == len(set(ids))


def test_every_record_tells_its_stance_and_where_it_comes_from(built_profile):
    for r in book.claims(built_profile):
        assert r["stance"] in records.STANCES and r["run"]["profile"] == built_profile
        assert set(r["run"]["parameters"]) == set(toc.parameters(r["chapter"])) and r["run"]["parameters"]
        assert {"commit", "tree_changed", "processor", "versions"} <= set(r["run"]["origin"])


def test_records_keep_the_seeds_of_their_chapter_by_name(built_profile):
    for r in book.claims(built_profile):
        seeds = Seeds(r["chapter"], r["run"]["parameters"]["root"])
        assert all(value == seeds(name) for name, value in r["run"]["seeds"].items())


def test_no_two_names_of_the_book_have_one_seed(built_profile):
    found = book.claims(built_profile)
    names = {(r["chapter"], name): value for r in found for name, value in r["run"]["seeds"].items()}
    assert len(names) > 80 and len(set(names.values())) == len(names)


def test_a_rules_history_is_dated_and_gives_its_reason(built_profile):
    for r in book.claims(built_profile):
        for change in r["rule_history"]:
            assert date.fromisoformat(change["when"]) <= date.today() and change["what"] and change["why"]
