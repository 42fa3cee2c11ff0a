"""What a bundle says in its own words: the blanks of its texts; for texts and lists of terms that it leaves out, the shipped ones."""

from __future__ import annotations

import string
from collections.abc import Iterable
from functools import lru_cache

import pandas as pd

from evidence.load.files import ROOT, Files
from evidence.model import LANGUAGES


def check_texts(files: Files, frames: dict[str, pd.DataFrame]) -> None:
    """Check the blanks of a bundle's own texts; for texts and whole lists of terms that it leaves out, use the shipped ones."""
    own = files.path == ROOT
    words, terms = frames["words"], frames["vocabulary"]
    ours = (
        frames
        if own
        else {name: pd.read_csv(ROOT / f"data/{name}.csv", dtype=str, keep_default_na=False) for name in ("words", "vocabulary")}
    )
    spoken = dict(zip(ours["words"]["key"], ours["words"][list(LANGUAGES)].to_numpy().tolist(), strict=True))
    for at, (key, *texts) in enumerate(words[["key", *LANGUAGES]].to_numpy().tolist()):
        for language, text in zip(LANGUAGES, texts, strict=True):
            if ("{" in text or "}" in text) and (flaw := _blanks_flaw(text, spoken.get(key))):
                files.add("data/words.csv", flaw, line=files.line("data/words.csv", at), row=key[:60], column=language, value=text)
    if not own:
        lacking = {"words": ~ours["words"]["key"].isin(words["key"]), "vocabulary": ~ours["vocabulary"]["list"].isin(terms["list"])}
        for name, missing in lacking.items():
            added = ours[name].loc[missing, list(frames[name].columns)].astype(frames[name].dtypes.to_dict())
            frames[name] = pd.concat([frames[name], added], ignore_index=True)


@lru_cache(maxsize=4096)
def _blanks(text: str) -> frozenset[tuple[str, str]]:
    """The blanks of a text of the interface: (name, what is put there)."""
    return frozenset((name, spec or "") for _, name, spec, _ in string.Formatter().parse(text) if name is not None)


def _blanks_flaw(text: str, known: Iterable[str] | None) -> str | None:
    """What is wrong with the blanks of a text; `known` is what is shipped under the same key, in each language."""
    try:
        blanks = _blanks(text)
    except ValueError:
        return "a brace is opened or closed alone; a brace that is meant is written twice"
    if known is None:
        return None
    allowed = set().union(*map(_blanks, known))
    for name, spec in sorted(blanks):
        if (name, spec) not in allowed:
            written = "{" + name + (f":{spec}" if spec else "") + "}"
            offered = ", ".join("{" + n + (f":{s}" if s else "") + "}" for n, s in sorted(allowed)) or "none"
            return f"{written} is no blank of this text (it has: {offered})"
    return None
