"""A cooperative game: what every coalition of members can reach together.

A coalition is a set of members, written as a bitmask: bit i stands for member i, so that mask 0 is nobody and
``2**n - 1`` is everybody. All values stand in one array in the order of the masks.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from haihe.messages import HaiheError
from haihe.planning.program import Floats, Ints

MOST = 20
"""Members up to which all coalitions are written down (a million values)."""
BITS = 62
"""Members of an oracle: as many as a mask has bits."""
CHUNK = 10
"""Members whose disjoint pairs of coalitions (3**10) are looked at in one go."""


@dataclass(frozen=True, slots=True)
class Property:
    """Whether a game has a property, and where it comes nearest to a breach.

    Attributes
    ----------
    holds : bool
        True where no surplus lies under minus the tolerance.
    surplus : float
        The smallest surplus found, in the unit of the values; negative where the property is broken.
    first, second : tuple of str
        The two coalitions at which it was found (see the check for what they are).
    """

    holds: bool
    surplus: float
    first: tuple[str, ...]
    second: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Game:
    """A game with transferable utility, all coalitions written down.

    Parameters
    ----------
    members : tuple of str
        Names, 1 to 20 of them, none twice.
    values : array_like, shape (2**n,)
        Value of each coalition by its mask, in any one unit; ``values[0]`` is 0.

    Raises
    ------
    HaiheError
        ``E-COA-01`` another number of values, ``E-COA-03`` no member or one twice, ``E-COA-04`` a value that is no
        number, ``E-COA-05`` a value of the empty coalition, ``E-COA-07`` too many members.

    Examples
    --------
    >>> game = Game(("TJ", "BJ"), [0.0, 1.0, 2.0, 5.0])
    >>> game.value(["BJ"]), game.grand, game.zero_normalised().grand
    (2.0, 5.0, 2.0)
    """

    members: tuple[str, ...]
    values: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "members", checked_members(self.members))
        if len(self.members) > MOST:
            raise HaiheError("E-COA-07", n=len(self.members), most=MOST)
        values = np.array(self.values, dtype=np.float64)
        if values.shape != (1 << self.n,):
            raise HaiheError("E-COA-01", n=self.n, count=1 << self.n, value=values.shape)
        if not np.isfinite(values).all():
            where = int(np.flatnonzero(~np.isfinite(values))[0])
            raise HaiheError("E-COA-04", coalition=named(self.coalition(where)), value=values[where])
        if values[0] != 0:
            raise HaiheError("E-COA-05", value=values[0])
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    @property
    def n(self) -> int:
        """Number of members."""
        return len(self.members)

    @property
    def everybody(self) -> int:
        """Mask of the grand coalition."""
        return (1 << self.n) - 1

    @property
    def grand(self) -> float:
        """Value of the grand coalition."""
        return float(self.values[-1])

    @property
    def gain(self) -> float:
        """What everybody together reaches above the sum of all alone."""
        return self.grand - float(self.alone.sum())

    @cached_property
    def alone(self) -> Floats:
        """Value of each member on its own, shape (n,)."""
        return np.asarray(self.values[1 << np.arange(self.n)])

    @cached_property
    def scale(self) -> float:
        """Size of what the members have to share: the largest |value| above what members reach alone, at least 1e-300.

        Tolerances are relative to it.
        """
        return max(float(np.abs(self.values - sums(self.alone)).max()), float(np.abs(self.values).max()) * 1e-6, 1e-300)

    def mask(self, members: Iterable[str]) -> int:
        """Mask of a coalition given by names.

        Raises
        ------
        HaiheError
            ``E-COA-02`` where a name is no member.
        """
        found = 0
        for name in members:
            if name not in self.members:
                raise HaiheError("E-COA-02", value=name, known=named(self.members))
            found |= 1 << self.members.index(name)
        return found

    def coalition(self, mask: int) -> tuple[str, ...]:
        """Names of the members of a coalition given by its mask."""
        return coalition_of(self.members, mask)

    def value(self, members: Iterable[str]) -> float:
        """Value of a coalition given by names."""
        return float(self.values[self.mask(members)])

    def zero_normalised(self) -> "Game":
        """Give the game of gains: each value less what its members reach alone."""
        return Game(self.members, self.values - sums(self.alone))

    def excess(self, x: ArrayLike) -> Floats:
        """What each coalition could reach above what a split gives it, ``v(S) - x(S)``, shape (2**n,).

        Raises
        ------
        HaiheError
            ``E-COA-06`` where the split has not one number a member.
        """
        return np.asarray(self.values - sums(checked_split(x, self.n)))

    def superadditive(self, tolerance: float = 1e-9) -> Property:
        """Check ``v(S ∪ T) >= v(S) + v(T)`` for all disjoint S and T.

        Parameters
        ----------
        tolerance : float
            Relative to `scale`.

        Returns
        -------
        Property
            `first` and `second` are the disjoint pair with the smallest surplus.
        """
        worst, at = np.inf, (0, 0)
        if self.n == 1:
            return self._property(0.0, at, tolerance)
        for one, other in _disjoint_pairs(self.n):
            proper = np.flatnonzero((one > 0) & (other > 0))
            if proper.size:
                one, other = one[proper], other[proper]
                surplus = self.values[one | other] - self.values[one] - self.values[other]
                i = int(surplus.argmin())
                if surplus[i] < worst:
                    worst, at = float(surplus[i]), (int(one[i]), int(other[i]))
        return self._property(worst, at, tolerance)

    def convex(self, tolerance: float = 1e-9) -> Property:
        """Check that a member brings no less to a larger coalition (Shapley 1971).

        It is enough to look at ``v(S ∪ ij) - v(S ∪ i) - v(S ∪ j) + v(S) >= 0`` for each two members i, j outside S.

        Returns
        -------
        Property
            `first` is ``S ∪ i``, `second` is ``S ∪ j``.
        """
        worst, at = (np.inf, (0, 0)) if self.n > 1 else (0.0, (0, 0))
        masks = np.arange(1 << self.n)
        for i in range(self.n):
            for j in range(i):
                base = masks[(masks >> i & 1 | masks >> j & 1) == 0]
                one, other = base | 1 << i, base | 1 << j
                surplus = self.values[one | other] - self.values[one] - self.values[other] + self.values[base]
                k = int(surplus.argmin())
                if surplus[k] < worst:
                    worst, at = float(surplus[k]), (int(one[k]), int(other[k]))
        return self._property(worst, at, tolerance)

    def _property(self, worst: float, at: tuple[int, int], tolerance: float) -> Property:
        return Property(worst >= -tolerance * self.scale, worst, self.coalition(at[0]), self.coalition(at[1]))


class Oracle(Protocol):
    """A game of many members, asked one coalition at a time.

    Anything with `members`, `calls` and a call that gives the value of a mask; the same mask must give the same value.
    """

    @property
    def members(self) -> tuple[str, ...]:
        """Names of the members, in the order of the bits."""
        ...

    @property
    def calls(self) -> int:
        """How many values were worked out so far (those given again from memory not counted)."""
        ...

    def __call__(self, mask: int) -> float:
        """Value of a coalition."""
        ...


class CachedOracle:
    """An `Oracle` over any function of a mask; each value is worked out once and kept.

    Parameters
    ----------
    members : iterable of str
        Names, 1 to 62 of them, none twice.
    function : callable
        From a mask (1 to ``2**n - 1``) to its value; never asked for the empty coalition, whose value is 0.

    Attributes
    ----------
    known : dict of int to float
        Values worked out so far by mask. It may be filled beforehand.
    """

    def __init__(self, members: Iterable[str], function: Callable[[int], float]) -> None:
        self.members = checked_members(members)
        if len(self.members) > BITS:
            raise HaiheError("E-COA-07", n=len(self.members), most=BITS)
        self.known: dict[int, float] = {0: 0.0}
        self.calls = 0
        self._function = function

    def __call__(self, mask: int) -> float:
        """Give the value of a coalition.

        Raises
        ------
        HaiheError
            ``E-COA-04`` where the function gives no number.
        """
        if mask not in self.known:
            value = float(self._function(mask))
            if not np.isfinite(value):
                raise HaiheError("E-COA-04", coalition=named(coalition_of(self.members, mask)), value=value)
            self.calls += 1
            self.known[mask] = value
        return self.known[mask]

    def game(self) -> Game:
        """Ask for all coalitions and write the game down (at most 20 members)."""
        if len(self.members) > MOST:
            raise HaiheError("E-COA-07", n=len(self.members), most=MOST)
        return Game(self.members, np.array([self(mask) for mask in range(1 << len(self.members))]))


def sums(x: Floats) -> Floats:
    """What a split gives each coalition, ``x(S)`` by mask; `x` has shape (n,), the answer (2**n,)."""
    total = np.zeros(1)
    for share in x:
        total = np.concatenate([total, total + share])
    return total


def sizes(n: int) -> Ints:
    """Number of members of each coalition by mask, shape (2**n,)."""
    return np.rint(sums(np.ones(n))).astype(np.int64)


def membership(masks: ArrayLike, n: int) -> Floats:
    """Coalitions as rows of zeros and ones, shape (masks, n)."""
    return (np.asarray(masks, dtype=np.int64)[..., None] >> np.arange(n) & 1).astype(np.float64)


def marginals(values: Floats, i: int) -> Floats:
    """What member i adds to each coalition without it, ``v(S ∪ i) - v(S)``; ordered as `without`."""
    paired = values.reshape(-1, 2, 1 << i)
    return np.asarray(paired[:, 1] - paired[:, 0])


def without(n: int, i: int) -> Ints:
    """Masks of the coalitions without member i, shape (2**(n-1-i), 2**i)."""
    return np.arange(1 << n).reshape(-1, 2, 1 << i)[:, 0]


def coalition_of(members: Sequence[str], mask: int) -> tuple[str, ...]:
    """Names of the members in a mask."""
    return tuple(name for i, name in enumerate(members) if mask >> i & 1)


def named(members: Iterable[str]) -> str:
    """Names in one string, as the messages have them."""
    return "、".join(members)


def checked_members(members: Iterable[str]) -> tuple[str, ...]:
    """Give the names as a tuple.

    Raises
    ------
    HaiheError
        ``E-COA-03`` where there is none, or one stands twice.
    """
    names = tuple(members)
    twice = next((name for name in names if names.count(name) > 1), "")
    if not names or twice:
        raise HaiheError("E-COA-03", value=twice or "—")
    return names


def checked_split(x: ArrayLike, n: int) -> Floats:
    """Give a split as an array of shape (n,).

    Raises
    ------
    HaiheError
        ``E-COA-06`` for another shape or a number that is missing.
    """
    split = np.asarray(x, dtype=np.float64)
    if split.shape != (n,) or not np.isfinite(split).all():
        raise HaiheError("E-COA-06", n=n, value=split.shape)
    return split


def _disjoint_pairs(n: int) -> Iterator[tuple[Ints, Ints]]:
    """All ordered pairs of disjoint coalitions, some at a time: each member is in the first, the second or in none."""
    first, second = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    for i in range(min(n, CHUNK)):
        first = np.concatenate([first, first | 1 << i, first])
        second = np.concatenate([second, second, second | 1 << i])
    above = max(n - CHUNK, 0)
    places = np.arange(above)
    for code in range(3**above):
        where = code // 3**places % 3
        ones, others = (int((1 << places[where == k] + CHUNK).sum()) for k in (1, 2))
        yield first | ones, second | others
