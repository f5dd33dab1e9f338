"""Upgraded technologies (smart, green, digital …): how each differs from today's."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from haihe.messages import HaiheError, Text
from haihe.planning.program import Floats
from haihe.region import Region

Flags = np.ndarray
"""Flags by sector, shape (n,)."""
FALLS_WITH = (("t CO2", "co2"), ("tce", "energy_inputs"), ("persons", "labour"))
"""Resources by unit, and the number of a technology by which their use per output changes."""


@dataclass(frozen=True)
class Technology:
    """Relative changes against today's technology; all are shares.

    ``energy`` flags the products whose use per output falls by ``energy_inputs``; the other products fall by
    ``other_inputs``. ``new_capital`` is the extra capital of new upgraded capacity, ``retrofit`` the cost of turning
    old capacity into upgraded, ``retrofit_limit`` the share of base capacity that may be turned a year. ``can`` flags
    the sectors that may take it up; all of them where it is empty.
    """

    name: str = "upgraded"
    title: Text = field(default_factory=lambda: Text("升级技术", "upgraded technology"))
    can: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    energy: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    energy_inputs: float = -0.12
    other_inputs: float = -0.015
    labour: float = -0.05
    co2: float = -0.15
    new_capital: float = 0.20
    retrofit: float = 0.35
    retrofit_limit: float = 0.06

    @classmethod
    def of(cls, region: Region, sectors: Sequence[str]) -> tuple["Technology", ...]:
        """Read ``technologies``, one a row; none where the table is absent.

        A technology reaches the sectors that its column ``sectors`` names (``*``: all) and that may upgrade at all.

        Raises
        ------
        HaiheError
            ``E-PLN-23`` where one reaches no sector.
        """
        flags = region["sectors"].set_index("sector").reindex(list(sectors))
        upgrade, energy = (flags[name].to_numpy(dtype=bool) for name in ("upgrade", "energy"))
        names = ("energy_inputs", "other_inputs", "labour", "co2", "new_capital", "retrofit", "retrofit_limit")
        made = []
        for row, values in enumerate(region.frame("technologies").to_dict("records"), start=2):
            named = {code.strip() for code in str(values["sectors"]).split(";")}
            can = upgrade & np.array(["*" in named or sector in named for sector in sectors])
            if not can.any():
                raise HaiheError(
                    "E-PLN-23", table="technologies", row=row, column="sectors", value=values["technology"]
                )
            title = Text(values["name_zh"], values["name_en"])
            numbers = {name: float(values[name]) for name in names}
            made.append(cls(name=values["technology"], title=title, can=can, energy=energy, **numbers))
        return tuple(made)

    def inputs(self, a0: Floats) -> Floats:
        """Input coefficients of the upgraded technology; a0 has shape (R, n, n), products on the second axis."""
        change = np.where(self.energy, self.energy_inputs, self.other_inputs) if self.energy.size else self.other_inputs
        return a0 * (1.0 + np.broadcast_to(change, a0.shape[1:2]))[None, :, None]

    def reaches(self, n: int) -> Flags:
        """Sectors that may take it up, shape (n,)."""
        return self.can if self.can.size else np.ones(n, dtype=bool)
