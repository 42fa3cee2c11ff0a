"""What is wrong with a bundle, a sentence each, said so that the person who typed it can mend it; and the error that carries all of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, said so that the person who typed it can mend it."""

    file: str
    line: int | None
    row: str
    column: str
    value: str
    allowed: str

    def __str__(self) -> str:
        where = self.file
        if self.line is not None:
            where += f", line {self.line}"
        if self.row:
            where += f", {self.row}"
        if self.column:
            where += f", column {self.column[:60]}"
        if self.value:
            shown = self.value if len(self.value) <= 60 else f"{self.value[:57]}… ({len(self.value):,} characters)"
            where += f": {shown!r}"
        return f"{where}: {self.allowed}"


class InvalidData(Exception):
    """The bundle cannot be opened; `problems` says all that is wrong with it."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n".join([f"{path}: {count}", *map(str, problems)]))
