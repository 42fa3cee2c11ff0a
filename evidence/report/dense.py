"""Dense series (detections, yearly volumes, readings) for an archive: of each kind the newest rows, as many as a spreadsheet opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from evidence import observations
from evidence.model import Bundle
from evidence.report.published import defuse
from evidence.words import clean

MOST = 50_000  # rows of a kind; a dataset of millions stays where it is
# Counted from the others when a file is added, so that engines bin alike; of no use to a reader.
_DERIVED = ["hour", "month", "x", "y"]


@dataclass(frozen=True)
class Dense:
    """The newest rows of a kind as CSV: `rows` of `total`, from the day `since` on."""

    kind: str
    rows: int
    total: int
    since: date
    content: bytes


def newest(bundle: Bundle, most: int = MOST) -> list[Dense]:
    """Of each kind that the bundle has the newest rows, in the order of time."""
    found = []
    for kind in observations.KINDS:
        known = observations.about(bundle.path, kind)
        if known is None or not known.count:
            continue
        window = observations.Window(kind)
        frame = observations.observations(observations.opened(bundle.path), window, most, newest=True)
        moments = pd.to_datetime(frame["time"])
        told = frame.drop(columns=_DERIVED).assign(time=moments.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
        found.append(Dense(kind, len(frame), known.count, moments.min().date(), _csv(told)))
    return found


def _csv(frame: pd.DataFrame) -> bytes:
    """As spreadsheets open it; of the texts, which repeat, each is made harmless once."""
    plain = frame.astype({name: object for name in frame.columns if isinstance(frame[name].dtype, pd.CategoricalDtype)})
    for name in plain.columns:
        if not pd.api.types.is_numeric_dtype(plain[name]):
            plain[name] = plain[name].map({text: defuse(clean(text)) for text in plain[name].unique() if isinstance(text, str)})
    return plain.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def files_csv(bundle: Bundle) -> bytes:
    """The files that the series were read from: what to ask their publisher for. Empty where a database holds the series."""
    where = observations.place(bundle.path)
    if not observations.is_folder(where):
        return b""
    rows = [
        {"file": file.id, "name": file.name, "format": file.format, "kind": file.kind, "rows": file.kept, "sha256": file.sha256, "added": file.added}
        for file in observations.Dataset(Path(where)).files()
    ]  # fmt: skip
    return _csv(pd.DataFrame(rows)) if rows else b""
