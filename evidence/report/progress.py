"""How far a file is while it is made: told between its pieces, so that whoever waits sees it, and can stop it there by raising."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[float], None]  # how far, from 0 to 1
Step = Callable[[float], None]  # so much more is done


def quiet(_: float) -> None:
    """Nobody waits."""


def course(whole: float, tell: Tell) -> Step:
    """Counts work done against the whole, and tells the share."""
    done = 0.0

    def step(work: float) -> None:
        nonlocal done
        done += work
        tell(min(done / whole, 1.0) if whole else 1.0)

    return step
