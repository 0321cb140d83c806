"""One run of a chapter: under which profile, with which root of the seeds, and where it leaves what it makes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from companion import paths
from companion.press import inputs


class Run(NamedTuple):
    """root : of the chapter's named seeds, for a run of the audit; None: as in the book, with the chapter's own."""

    chapter: Path
    profile: str
    parameters: dict
    root: int | None = None

    @property
    def label(self) -> str:
        """How a bar names it."""
        return self.chapter.stem if self.root is None else f"{self.chapter.stem}, root {self.root}"

    @property
    def executed(self) -> Path:
        """The folder of the executed notebook and the run record."""
        return paths.executed(self.profile) if self.root is None else paths.audited(self.profile, self.root) / "executed"

    @property
    def claims(self) -> Path:
        """The folder of the records of claims."""
        return paths.claims(self.profile) if self.root is None else paths.audited(self.profile, self.root) / "claims"

    @property
    def record_file(self) -> Path:
        """Where it is written how the run went."""
        return self.executed / f"{self.chapter.stem}.json"

    @property
    def given(self) -> dict:
        """The parameters that papermill is to set."""
        return self.parameters if self.root is None else self.parameters | {"root": self.root}

    def record(self) -> dict | None:
        """How the run went, or None where there was none."""
        return json.loads(self.record_file.read_text()) if self.record_file.exists() else None

    def is_current(self) -> bool:
        """Whether the last such run succeeded on exactly these inputs and its outputs are still there."""
        record = self.record()
        outputs = [self.executed / self.chapter.name, self.claims / f"{self.chapter.stem}.json"]
        if record is None or record["error"] or not all(output.exists() for output in outputs):
            return False
        return record.get("parameters") == self.given and inputs.are_current(record["inputs"])
