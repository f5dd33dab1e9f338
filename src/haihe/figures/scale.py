"""A colour scale over values, one-sided or two-sided, with its legend."""

from dataclasses import dataclass

import numpy as np

from haihe.figures.figure import Option
from haihe.figures.palette import DIVERGING, INK, MISSING_FILL, SEQUENTIAL, readable_on, shade
from haihe.figures.table import Column
from haihe.messages import Lang


@dataclass(frozen=True)
class ColourScale:
    """Colours between two ends; two-sided around zero where the values lie on both sides of it."""

    low: float
    high: float
    colours: tuple[str, ...]

    @classmethod
    def of(cls, values: np.ndarray) -> "ColourScale":
        """Fit a scale to values of any shape; missing ones do not count."""
        seen = values[np.isfinite(values)]
        if not seen.size:
            return cls(0.0, 1.0, SEQUENTIAL)
        low, high = float(seen.min()), float(seen.max())
        if low < 0 < high:
            reach = max(-low, high)
            return cls(-reach, reach, DIVERGING)
        if low == high:
            low, high = min(low, 0.0), max(high, 0.0)
        if low == high:
            high = 1.0
        return cls(low, high, SEQUENTIAL if high > 0 else SEQUENTIAL[::-1])

    def colour(self, value: float) -> str:
        """Fill of one value; a pale grey where it is missing."""
        if not np.isfinite(value):
            return MISSING_FILL
        return shade((value - self.low) / (self.high - self.low), self.colours)

    def ink(self, value: float) -> str:
        """Colour of words on that fill."""
        return readable_on(self.colour(value))

    def legend(self, column: Column, lang: Lang, **place: object) -> Option:
        """The bar that explains the colours, with the ends written in the column's unit."""
        return {
            "type": "continuous",
            "min": self.low,
            "max": self.high,
            "inRange": {"color": list(self.colours)},
            "outOfRange": {"color": [MISSING_FILL]},
            "text": [column.show(self.high)(lang), column.show(self.low)(lang)],
            "textStyle": {"color": INK, "fontSize": 12},
            "calculable": False,
            "itemWidth": 12,
            "itemHeight": 180,
            "orient": "horizontal",
            **place,
        }
