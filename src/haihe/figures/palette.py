"""Colours and type of every chart: readable on white, told apart by colour-blind eyes."""

from collections.abc import Sequence
from typing import Any

PALETTE = ("#0b5394", "#d9621e", "#2a9d8f", "#7a1f4f", "#7850e6", "#4c431b", "#c670cc", "#cc4759")
"""Series colours in order of use; each has a contrast of 3:1 or more with white."""

SYMBOLS = ("circle", "rect", "triangle", "diamond", "roundRect", "pin", "arrow", "emptyCircle")
"""Markers in order of use, so that series differ without colour."""

SEQUENTIAL = ("#eef5fa", "#c6dcec", "#8fbad9", "#4f8fc0", "#20639b", "#0b3c66")
"""From little to much."""

DIVERGING = ("#9c4a06", "#d98a3d", "#f6dcc0", "#f7f7f7", "#c5dcec", "#5b98c7", "#0b4f8a")
"""From negative to positive, neutral in the middle."""

FONT = (
    '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", '
    '"WenQuanYi Micro Hei", system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
)
"""System fonts only: nothing is fetched."""

INK, SOFT, LINE, MISSING_FILL = "#1b2733", "#4d5b68", "#d5dce2", "#f1f1ef"

HATCH: dict[str, Any] = {
    "symbol": "rect",
    "color": "rgba(255,255,255,0.62)",
    "dashArrayX": [1, 0],
    "dashArrayY": [2, 4],
    "rotation": -0.7853981633974483,
}
"""Pattern over a mark that rests on illustrative figures."""


def rgb(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of ``#rrggbb``, each 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance of a colour, 0 (black) to 1 (white), as WCAG 2 defines it."""
    parts = [c / 255 for c in rgb(colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2)."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def shade(position: float, colours: Sequence[str]) -> str:
    """Colour at a position 0 to 1 of a scale, linear between its stops (as ECharts' visual map does)."""
    place = min(max(position, 0.0), 1.0) * (len(colours) - 1)
    low = min(int(place), len(colours) - 2)
    part = place - low
    mixed = [round(a + (b - a) * part) for a, b in zip(rgb(colours[low]), rgb(colours[low + 1]), strict=True)]
    return f"#{mixed[0]:02x}{mixed[1]:02x}{mixed[2]:02x}"


def readable_on(colour: str) -> str:
    """Ink or white, whichever reads better on a colour."""
    return max((INK, "#ffffff"), key=lambda ink: contrast(ink, colour))
