r"""What a project brings through its suppliers: input-output on the accounts of the members, coupled by their trade.

A project with output q at capacity in sector j of member r buys q a_{·,rj}. All that has to be produced for it among the
members is

.. math:: x = (I - A)^{-1} A_{\cdot,rj}\, q, \qquad \text{value added} = v x, \qquad
          q = \underbrace{v_{rj} q}_{\text{direct}} + \underbrace{v x}_{\text{suppliers}} + \underbrace{m_{rj} q + m x}_{\text{from outside}}

A: coefficients among the members, v value added and m purchases from outside (abroad, the rest of the nation) per unit of
output. Every user in a member buys a product from the same mix of origins (Chenery 1953; Moses 1955). This is what the
project's purchases go back to at today's coefficients; it is no statement about what would have been produced without it.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csc_matrix, identity
from scipy.sparse.linalg import SuperLU, splu

from haihe.accounts import InterregionalTable, accounts_of
from haihe.planning.economy import Economy
from haihe.planning.program import Floats
from haihe.region import Region


@dataclass(frozen=True)
class Reach:
    """What one unit of output of a sector in a member goes back to, per unit; R members.

    Attributes
    ----------
    direct : float
        Value added of the project itself.
    suppliers : ndarray, shape (R,)
        Value added of its suppliers and of theirs, by member.
    outside : float
        What is bought outside the members all the way back. The three add up to 1.
    output : ndarray, shape (R, n)
        Output of suppliers.
    """

    direct: float
    suppliers: Floats
    outside: float
    output: Floats


@dataclass(frozen=True)
class Suppliers:
    """The coupled table of the members, factored once.

    Parameters
    ----------
    table : InterregionalTable
        Of the members, in the order of the economy.
    """

    table: InterregionalTable

    @classmethod
    def of(cls, region: Region, economy: Economy) -> "Suppliers":
        """Make it of the accounts that a plan rests on."""
        accounts = accounts_of(region, economy.year).select(economy.members)
        return cls(InterregionalTable.from_accounts(accounts))

    @cached_property
    def _factors(self) -> SuperLU:
        size = self.table.output.size
        return splu(csc_matrix(identity(size) - csc_matrix(self.table.coefficients)))

    @cached_property
    def _per_output(self) -> tuple[Floats, Floats]:
        """Value added and purchases from outside per unit of output, both of length N; 0 where there is no output."""
        output = self.table.output
        added, outside = (
            np.divide(part, output, out=np.zeros_like(output), where=output != 0)
            for part in (self.table.added.sum(axis=0), self.table.imports)
        )
        return added, outside

    def reach(self, member: int, sector: int) -> Reach:
        """Follow the purchases of one unit of output back; positions of the member and the sector."""
        count = len(self.table.sectors)
        at = member * count + sector
        bought = self.table.coefficients[:, at]
        output = np.asarray(self._factors.solve(bought))
        added, outside = self._per_output
        by_member = (added * output).reshape(-1, count).sum(axis=1)
        return Reach(float(added[at]), by_member, float(outside[at] + outside @ output), output.reshape(-1, count))
