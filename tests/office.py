"""LibreOffice opens a file of ours: another program's word on what we write. Where tests must be whole (CI) its absence is a fault."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_PROGRAM = shutil.which("soffice")
_PARTS = {"text": "libswlo", "slides": "libsdlo", "sheets": "libsclo"}  # they come as packages of their own


def needs_office(part: str) -> pytest.MarkDecorator:
    """Skip without the part of LibreOffice that opens such files."""
    there = _PROGRAM is not None and any(Path(_PROGRAM).resolve().parent.glob(f"{_PARTS[part]}.*"))
    return pytest.mark.skipif(not there and not os.environ.get("CI"), reason=f"NO LIBREOFFICE HERE: no other program opened our {part}")


def opened(file: Path, kind: str) -> Path:
    """The file converted to another kind ("pdf", or a filter's name and its options), beside it."""
    assert _PROGRAM is not None, "CI must have LibreOffice"
    before = set(file.parent.iterdir())
    profile = f"-env:UserInstallation=file://{file.parent}/office"
    command = [_PROGRAM, profile, "--headless", "--convert-to", kind, "--outdir", str(file.parent), str(file)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=240)
    made = [path for path in file.parent.iterdir() if path not in before and path.is_file()]
    assert len(made) == 1, said.stderr
    return made[0]
