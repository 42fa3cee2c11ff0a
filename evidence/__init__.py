"""Tamshy's evidence: load it, select from it, count it, draw it."""
