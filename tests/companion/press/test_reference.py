"""The pages of the library: every public name once, with its signature and every word of its docstring."""

import doctest
import importlib
import inspect
import pkgutil
import re
from functools import cache
from types import SimpleNamespace

import heavysgd
import pytest
from companion.press import toc
from companion.press.reference import homes, library
from companion.press.reference import page as reference
from myst_parser.config.main import MdParserConfig
from myst_parser.mdit_to_docutils.base import DocutilsRenderer
from myst_parser.parsers.mdit import create_md_parser

ENTRY = re.compile(r"^:{5}\{py:(function|class|exception)\} (\w+)(.*)\n:module: (\S+)$", re.M)
INTERNAL = {"heavysgd.compiling", "heavysgd.elementary", "heavysgd.simulate.cuda"}  # of the engines
ENTRIES = {name: room for page in library.PAGES.values() for room in page.rooms for name in library.names(room)}


@cache
def pages():
    return {page: reference.markdown(page) for page in library.PAGES}


@cache
def entry(name):
    """Head and text of an entry, wherever it is, without the entries of methods and properties."""
    place, _, own = name.rpartition(".")
    begins = re.compile(rf"^:{{5}}\{{py:\w+\}} {own}(?:\([^\n]*)?\n:module: {re.escape(place)}$.*?^:{{5}}$", re.M | re.S)
    (found,) = [match[0] for text in pages().values() for match in begins.finditer(text)]
    head, _, text = found.removesuffix(":::::").partition("\n")
    return head, re.split(r"^::::\{", text.partition("\n")[2], flags=re.M)[0]


def plain(markdown):
    """The words that a reader sees."""
    parser = create_md_parser(MdParserConfig(enable_extensions={"colon_fence", "deflist", "dollarmath"}), DocutilsRenderer)
    seen = []
    for token in parser.parse(markdown):
        if token.type == "fence":
            seen.append(token.content)
        for child in token.children or []:
            assert child.type in {"text", "code_inline", "myst_role"} or child.type.endswith(("_open", "_close")), child
            assert not child.type.startswith("link"), child
            seen.append(re.sub(r" <heavysgd[\w.]*>$", "", child.content) if child.type == "myst_role" else child.content)
    return " ".join(seen)


def letters(text):
    """Without what is set, not said: spaces, backticks, stars, dashes, colons; primes as typed."""
    return re.sub(r"[\s`*:-]+", "", text.replace("′", "'"))


def public_objects():
    """Everything that a package of the library lists in `__all__`."""
    for package in pkgutil.walk_packages(heavysgd.__path__, "heavysgd."):
        if package.name.endswith("__main__") or package.name.startswith(tuple(INTERNAL)):
            continue
        own = importlib.import_module(package.name)
        for name in getattr(own, "__all__", []):
            yield pytest.param(getattr(own, name), id=f"{package.name}.{name}")


def test_the_pages_are_those_of_the_table_of_contents():
    assert [page for page in toc.pages() if page.startswith("reference/")] == [f"reference/{page}" for page in pages()]
    assert library.listed() == library.documented()


@pytest.mark.parametrize("what", list(public_objects()))
def test_what_is_public_is_documented(what):
    assert sum(what is known for known in library.documented().values()) == 1


def test_every_name_of_the_library_itself_stands_under_that_name():
    assert {f"heavysgd.{name}" for name in heavysgd.__all__} <= set(library.documented())
    assert {"heavysgd.landscapes.two_wells", "heavysgd.deep.nets.vgg11", "heavysgd.theory.exit_measure"} <= set(ENTRIES)


def test_every_name_is_on_one_page_once():
    found = [f"{entry[4]}.{entry[2]}" for text in pages().values() for entry in ENTRY.finditer(text)]
    assert sorted(found) == sorted(ENTRIES)


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_has_the_signature(name):
    what, (head, _) = library.documented()[name], entry(name)
    if inspect.isfunction(what):
        for parameter in inspect.signature(what).parameters.values():
            assert re.search(rf"[(, *]{parameter.name}[:,=)]", head), parameter
    assert "<" not in head and "ForwardRef" not in head


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_has_the_whole_docstring(name):
    said = re.sub(r"^-+$", "", inspect.cleandoc(library.documented()[name].__doc__), flags=re.M)
    assert letters(plain(entry(name)[1])).startswith(letters(said))


@pytest.mark.parametrize("name", ENTRIES)
def test_examples_are_kept_as_they_stand(name):
    examples = doctest.DocTestParser().get_examples(inspect.cleandoc(library.documented()[name].__doc__))
    blocks = "\n".join(re.findall(r"^```\{code-block\} pycon\n(.*?)^```$", entry(name)[1], re.M | re.S))
    for example in examples:
        assert example.source.splitlines()[0] in blocks and example.want in f"{blocks}\n"
    assert blocks.count(">>> ") == len(examples)


@pytest.mark.parametrize("page", library.PAGES)
def test_nothing_private_is_shown(page):
    heads = re.findall(r"^:{4,5}\{py:\w+\} .*", pages()[page], re.M)
    assert heads and not [head for head in heads if re.search(r"[ (.~]_\w", head)]


def test_methods_and_properties_stand_under_their_class():
    text = pages()["landscapes"]
    assert (
        "::::{py:property} minima\n:type: np.ndarray\n" in text
        and "::::{py:method} value(x: ArrayLike) -> np.ndarray" in text
    )
    assert "::::{py:method} of(*lines: ~heavysgd.landscape.Line" in text and "\n:classmethod:\n" in text
    known = library.documented()
    assert "heavysgd.deep.TruncatedHeavyTailed.load_state_dict" in known  # from a class above it without an entry
    assert "heavysgd.landscape.Line.widths" not in known and "heavysgd.Landscape.widths" in known


def test_names_in_backticks_lead_to_their_entries_and_parameters_do_not():
    text = entry("heavysgd.first_exit")[1]
    assert "Returns a {py:obj}`FirstExit <heavysgd.FirstExit>`" in text
    assert "`landscape`" in entry("heavysgd.Recursion")[1] and "<heavysgd.landscape>" not in entry("heavysgd.Recursion")[1]


@pytest.mark.parametrize("name", ["heavysgd.first_exit", "heavysgd.theory.exit_measure", "heavysgd.landscapes.two_wells"])
def test_a_public_name_without_a_docstring_is_named(name, monkeypatch):
    page = next(page for page, text in library.PAGES.items() if ENTRIES[name] in text.rooms)
    monkeypatch.setattr(library.documented()[name], "__doc__", None)
    with pytest.raises(ValueError, match=f"^{name}: is public and has no docstring"):
        reference.markdown(page)


def test_the_line_that_a_dataclass_makes_of_its_fields_is_no_docstring(monkeypatch):
    monkeypatch.setattr(heavysgd.FirstExit, "__doc__", "FirstExit(steps, basin, censored, position)")
    with pytest.raises(ValueError, match="^heavysgd.FirstExit: "):
        reference.markdown("simulation")


def test_without_these_pages_in_the_table_of_contents_nothing_is_linked(monkeypatch):
    monkeypatch.setattr(toc, "pages", lambda: ["README", "chapters/one", "reference/theory"])
    assert library.listed() == {}


@pytest.mark.parametrize(
    "room, name, module",
    [
        ("heavysgd", "first_exit", "heavysgd.simulate.first_exit"),
        ("heavysgd.landscapes", "two_wells", "heavysgd.landscape.named"),
        ("heavysgd", "Landscape.minima", "heavysgd.landscape.base"),
        ("heavysgd", "LostPathError.after", "heavysgd.checks"),
        ("heavysgd", "nothing", None),
    ],
)
def test_the_source_of_a_name_is_where_it_is_written(room, name, module):
    assert homes.home(SimpleNamespace(), room, name) == module
