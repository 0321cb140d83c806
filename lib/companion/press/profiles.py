"""Profiles: the papermill parameters of every chapter, by name."""

from __future__ import annotations

import papermill
import yaml

from companion.paths import PROFILES
from companion.press import toc


def names() -> list[str]:
    """The profiles there are."""
    return sorted(file.stem for file in PROFILES.glob("*.yml"))


def load(profile: str) -> dict[str, dict]:
    """Parameters by chapter stem.

    Raises `ValueError` for an unknown profile, an unknown chapter, or a parameter its chapter does not have: a typo in
    a profile must not pass in silence as the default.
    """
    if profile not in names():
        raise ValueError(f"profile = {profile!r}: must be one of {', '.join(names())}")
    parameters = yaml.safe_load((PROFILES / f"{profile}.yml").read_text()) or {}
    known = {chapter.stem: chapter for chapter in toc.chapters()}
    for stem, values in parameters.items():
        if stem not in known:
            raise ValueError(f"profiles/{profile}.yml: {stem!r} is no chapter of the table of contents")
        unknown = set(values or {}) - set(papermill.inspect_notebook(str(known[stem])))
        if unknown:
            raise ValueError(f"profiles/{profile}.yml: chapter {stem} has no parameters {sorted(unknown)}")
        if mappings := [name for name, value in (values or {}).items() if isinstance(value, dict)]:
            # Papermill writes a mapping's keys as text, so that numbers arrive as something else.
            raise ValueError(f"profiles/{profile}.yml: {mappings} of {stem} must be numbers, text or lists of them")
    return {stem: parameters.get(stem) or {} for stem in known}
