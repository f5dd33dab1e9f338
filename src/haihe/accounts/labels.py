"""Labels: finding the one that was meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(label: str, known: Iterable[str]) -> str:
    """Give the known label most like an unknown one ("" where nothing is known).

    Examples
    --------
    >>> nearest("Tianjing", ["Beijing", "Tianjin", "Hebei"])
    'Tianjin'
    """
    return next(iter(get_close_matches(str(label), [str(k) for k in known], n=1, cutoff=0.0)), "")
