"""What every figure is drawn with: the one colour of acts, the sans, colours mixed and faded, how many marks a screen can hold."""

from __future__ import annotations

import numpy as np

ACT = "#B8431B"  # burnt orange is for acts of pressure and nothing else
ANSWER = "#0B5A63"  # a complaint or an answer: what people did in return
FONT = "Source Sans, sans-serif"  # the sans that Streamlit bundles
MAX_POINTS = 2_000  # more glyphs than a screen can show apart; above it a year's acts are one mark


def mix(colour: str, other: str, share: float) -> str:
    """Two #RRGGBB colours mixed."""
    one, two = (np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)]) for text in (colour, other))
    return "#" + "".join(f"{round(part):02X}" for part in one * (1 - share) + two * share)


def fade(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:.3f})"
