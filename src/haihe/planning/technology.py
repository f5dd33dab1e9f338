"""The upgraded technology (smart, green): how it differs from today's."""

from dataclasses import dataclass, field

import numpy as np

from haihe.planning.program import Floats
from haihe.region import Region


@dataclass(frozen=True)
class Technology:
    """Relative changes against today's technology; all are shares.

    ``energy`` flags the products whose use per output falls by ``energy_inputs``; the other products fall by
    ``other_inputs``. ``new_capital`` is the extra capital of new upgraded capacity, ``retrofit`` the cost of turning
    old capacity into upgraded, ``retrofit_limit`` the share of base capacity that may be turned a year.
    """

    energy: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    energy_inputs: float = -0.12
    other_inputs: float = -0.015
    labour: float = -0.05
    co2: float = -0.15
    new_capital: float = 0.20
    retrofit: float = 0.35
    retrofit_limit: float = 0.06

    @classmethod
    def of(cls, region: Region, energy: np.ndarray) -> "Technology | None":
        """Read the first row of ``technologies``; None where the table is absent or empty."""
        if not region.has("technologies") or region["technologies"].empty:
            return None
        row = region["technologies"].iloc[0]
        names = ("energy_inputs", "other_inputs", "labour", "co2", "new_capital", "retrofit", "retrofit_limit")
        return cls(energy=energy, **{name: float(row[name]) for name in names})

    def inputs(self, a0: Floats) -> Floats:
        """Input coefficients of the upgraded technology; a0 has shape (R, n, n), products on the second axis."""
        change = np.where(self.energy, self.energy_inputs, self.other_inputs) if self.energy.size else self.other_inputs
        return a0 * (1.0 + np.broadcast_to(change, a0.shape[1:2]))[None, :, None]
