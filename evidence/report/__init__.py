"""Frames in; files and citations out. Every file says what it is: the selection in words, the version, the licence."""

from evidence.report.bibliography import csl, ris
from evidence.report.citations import bibtex, citation, csl_item, source_line, whole_citation
from evidence.report.published import Rows, defuse, rows_of, whole
from evidence.report.tables import DERIVED, csv, csv_file, geojson

__all__ = ["DERIVED", "Rows", "bibtex", "citation", "csl", "csl_item", "csv", "csv_file", "defuse", "geojson", "ris", "rows_of", "source_line", "whole", "whole_citation"]  # fmt: skip
