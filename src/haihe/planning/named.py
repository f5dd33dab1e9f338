"""Columns of codes joined by ``;``: which labels they name."""

from collections.abc import Sequence

import numpy as np

from haihe.planning.program import Floats


def chosen(codes: str, labels: Sequence[str]) -> Floats:
    """1 where a list of codes joined by ``;`` names the label (``*`` names all), else 0; shape (len(labels),)."""
    named = {code.strip() for code in str(codes).split(";")}
    return np.array([1.0 if "*" in named or label in named else 0.0 for label in labels])
