"""The nucleolus: make the largest excess as small as possible, then the next largest, and so on.

Schmeidler (1969). It is one point, it lies in the core where there is one, and it is found by a row of linear programs
(Kopelowitz 1967; Maschler, Peleg and Shapley 1979). The trap in these programs: at the corner in which a solver stops,
coalitions may bind that do not bind in every optimum. To settle those gives a wrong answer. Settled are here only
coalitions with a positive dual, which bind in every optimum by complementary slackness; each program settles at least
one coalition that does not follow from those settled before, so at most n - 1 programs are solved.
"""

import numpy as np
from scipy.linalg import null_space

from haihe.coalition.game import Game, membership, sizes, sums
from haihe.coalition.program import Answer, Bools, CoalitionProgram, proper, solved, started
from haihe.messages import HaiheError
from haihe.planning.program import Floats

FOLLOWS = 1e-8
"""Distance up to which a coalition's row of zeros and ones counts as following from the settled ones."""


def nucleolus(game: Game, *, per_capita: bool = False, imputations: bool = True) -> Floats:
    """Find the nucleolus of a game.

    Parameters
    ----------
    game : Game
        Up to 20 members.
    per_capita : bool
        Compare excesses per head, ``(v(S) - x(S)) / |S|`` (Grotte 1970): large coalitions count for less.
    imputations : bool
        Look only at splits that leave no single member worse off than alone; without it the prenucleolus is found, which
        is the same for every superadditive game.

    Returns
    -------
    ndarray, shape (n,)
        Payoffs, in the unit of the values; they sum to v(N).

    Raises
    ------
    HaiheError
        ``E-COA-08`` where the members reach more alone than together (and `imputations` is asked for), ``E-COA-09``
        where a program has no optimum.

    Examples
    --------
    >>> glove = Game(("left", "right", "right too"), [0, 0, 0, 1, 0, 1, 0, 1])
    >>> nucleolus(glove).round(9) + 0.0
    array([1., 0., 0.])
    """
    values = game.zero_normalised().values / game.scale
    if imputations and values[-1] < -1e-9:
        raise HaiheError("E-COA-08", value=f"{-values[-1] * game.scale:.6g}")
    if game.n == 1:
        return np.array([game.grand])
    if imputations and values[-1] <= 0:
        return np.asarray(game.alone + (game.grand - game.alone.sum()) / game.n)
    weights = sizes(game.n).astype(np.float64) if per_capita else np.ones(values.size)
    program = started(values, weights)
    if imputations:
        program.bound(1 << np.arange(game.n), 0.0)
    settled = _Settled(game.n)
    settled.add(values.size - 1, float(values[-1]))
    among = proper(game.n)
    while settled.rank < game.n:
        answer = solved(program, values, weights, among)
        _settle(program, answer, settled)
        follows = settled.follows()
        program.drop(follows)
        among &= ~follows
    return np.asarray(game.alone + settled.split() * game.scale)


class _Settled:
    """Coalitions whose x(S) is settled: independent rows of zeros and ones, and what each gets."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.rows = np.zeros((0, n))
        self.amounts: list[float] = []

    @property
    def rank(self) -> int:
        """Number of independent coalitions settled."""
        return len(self.rows)

    def add(self, mask: int, amount: float) -> bool:
        """Settle a coalition; False where it follows from the others, which then have settled it already."""
        row = membership(mask, self.n)
        free = null_space(self.rows) if self.rank else np.eye(self.n)
        if float(np.abs(row @ free).sum()) <= FOLLOWS:
            return False
        self.rows = np.vstack([self.rows, row])
        self.amounts.append(amount)
        return True

    def follows(self) -> Bools:
        """By mask, whether x(S) follows from what is settled: the row is at right angles to all that is still free."""
        distance = np.zeros(1 << self.n)
        if self.rank < self.n:
            for direction in null_space(self.rows).T:
                distance += np.abs(sums(direction))
        return np.asarray(distance <= FOLLOWS)

    def split(self) -> Floats:
        """The one split that gives every settled coalition its amount."""
        return np.asarray(np.linalg.solve(self.rows, np.array(self.amounts)))


def _settle(program: CoalitionProgram, answer: Answer, settled: _Settled) -> None:
    """Settle what binds in every optimum."""
    before = settled.rank
    for row in program.binding(answer):
        amount = program.values[row] - program.weights[row] * answer.epsilon
        if settled.add(program.masks[row], amount):
            program.settle(program.masks[row], amount)
    if settled.rank == before:
        raise HaiheError("E-COA-09", status="no coalition binds in every optimum")
