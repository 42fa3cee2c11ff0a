"""The command line: `python -m evidence check [PATH]` names what is wrong with a bundle; `… observations add FILE…` feeds dense series."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evidence.load import InvalidData, bundle_path, load
from evidence.observations import command, place


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 if the bundle is sound, 1 if not."""
    parser = argparse.ArgumentParser(prog="python -m evidence", description="Check a bundle of evidence, and feed its observations.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="read a bundle and name every bad cell")
    check.add_argument("path", nargs="?", type=Path, help="the bundle's folder (default: TAMSHY_BUNDLE, or this repository)")
    command.arguments(commands.add_parser("observations", help="add satellite detections and station readings, and keep them in order"))
    asked = parser.parse_args(arguments)
    if asked.command == "observations":
        return command.run(asked, place(bundle_path()))
    path = (asked.path or bundle_path()).resolve()
    try:
        bundle = load(path)
    except InvalidData as error:
        print(error, file=sys.stderr)
        return 1
    rows = sum(len(frame) for frame in bundle.tables.values())
    print(f"{path}: no problem found. {len(bundle.tables)} tables, {rows:,} rows, {len(bundle.layers)} layers, version {bundle.version}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
