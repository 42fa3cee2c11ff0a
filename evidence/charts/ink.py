"""What every figure is drawn with: the one colour of acts, paper and ink in light and dark, the sans, how many marks a screen can hold."""

from __future__ import annotations

import numpy as np

ACT = "#B8431B"  # burnt orange is for acts of pressure and nothing else
ANSWER = "#0B5A63"  # a complaint or an answer: what people did in return
# On paper, in the dark: `INK[dark]`. The ground, the ink and the accent are those of .streamlit/config.toml.
INK = ("#1C1B19", "#ECE7DC")
GROUND = ("#FAF7F1", "#15171A")
ACCENT = ("#0B5A63", "#6FC3CC")
RULE = ("#E4DDCE", "#33373C")  # thin lines between things
FONT = "Source Sans, sans-serif"  # the sans that Streamlit bundles
MAX_POINTS = 2_000  # more glyphs than a screen can show apart; above it a year's acts are one mark


def tone(colour: str, dark: bool) -> str:
    """A colour of the vocabulary (#RRGGBB), lightened where the ground is dark."""
    return mix(colour, "#FFFFFF", 0.42) if dark else colour


def mix(colour: str, other: str, share: float) -> str:
    """Two #RRGGBB colours mixed: `share`, from 0 to 1, of the other one."""
    one, two = (np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)]) for text in (colour, other))
    return "#" + "".join(f"{round(part):02X}" for part in one * (1 - share) + two * share)


def fade(colour: str, alpha: float) -> str:
    """A #RRGGBB colour that lets so much of the ground through, for CSS and Plotly: `alpha` 1 hides it all."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:.3f})"


def year_step(years: float, most: int) -> int:
    """Every how many years an axis names one, so that it names about `most` at the most: 1, 2, 5, 10 …"""
    return next((step for step in (1, 2, 5, 10, 20, 50, 100) if years / step <= most), 1000)
