"""Economic complexity and relatedness on regions × sectors: who could do what next to what it does today.

Let x be amounts and M the presence, 1 where a region has at least its share of a sector (RCA >= 1). With diversity
``k_r = Σ_p M_rp`` and ubiquity ``u_p = Σ_r M_rp`` the complexity index of regions (ECI) is the second eigenvector of
``k̂⁻¹ M û⁻¹ M'``. That matrix is similar to the symmetric ``k̂^-½ M û⁻¹ M' k̂^-½``, and its twin on sectors has the same
eigenvalues; so the symmetric problem is solved on the smaller side and carried over by one product with M.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.linalg import eigh

from haihe.accounts.quotients import slq
from haihe.accounts.regional import BoolArray, FloatArray
from haihe.diagnosis.grid import KINDS, Grid, Source, grid_of
from haihe.messages import HaiheError

PRESENT = 1.0
"""A region has a sector where its share is at least this many times the share in all regions."""
GAP = 1e-10
"""Second and third eigenvalue closer than this: the index is not determined."""


@dataclass(frozen=True, eq=False)
class Complexity:
    """Complexity and relatedness of R regions and n sectors.

    Attributes
    ----------
    grid : Grid
        The amounts.
    rca : ndarray, shape (R, n)
        Revealed comparative advantage, the location quotient of each sector; 0 where region or sector is empty.
    presence : ndarray of bool, shape (R, n)
        RCA at or above the threshold.
    eci, pci : ndarray, shape (R,) and (n,)
        Complexity of regions and of sectors. ECI has mean 0 and standard deviation 1 over the regions that have any
        sector; PCI is in the same units, so that a region's ECI is the mean PCI of the sectors present there. NaN for
        a region or sector that nobody has, and everywhere where the index is not determined (see `determined`).
    eigenvalues : ndarray, shape (up to 3,)
        The largest eigenvalues; the first is 1.
    parts : int
        Connected parts of presence. With two or more, the second eigenvector only tells the parts apart.
    sign_correlation : float
        Correlation of ECI with diversity. The sign is chosen so that it is not negative; near 0 the sign rests on
        little. (Where it is 0, PCI is made to fall with ubiquity.)
    """

    grid: Grid
    rca: FloatArray
    presence: BoolArray
    eci: FloatArray
    pci: FloatArray
    eigenvalues: FloatArray
    parts: int
    sign_correlation: float

    @property
    def diversity(self) -> FloatArray:
        """Sectors present in each region, shape (R,)."""
        return np.asarray(self.presence.sum(axis=1), dtype=np.float64)

    @property
    def ubiquity(self) -> FloatArray:
        """Regions in which each sector is present, shape (n,)."""
        return np.asarray(self.presence.sum(axis=0), dtype=np.float64)

    @property
    def gap(self) -> float:
        """Second less third eigenvalue: how well the index is determined. The larger, the less it moves with data."""
        return float(self.eigenvalues[1] - self.eigenvalues[2]) if len(self.eigenvalues) > 2 else float("nan")

    @property
    def determined(self) -> bool:
        """True where presence is connected and the second eigenvalue stands apart from the third."""
        return self.parts == 1 and not self.gap <= GAP

    @cached_property
    def proximity(self) -> FloatArray:
        """Proximity of sectors, shape (n, n): ``φ_pq = Σ_r M_rp M_rq / max(u_p, u_q)``; 0 with an absent sector."""
        counts = self.presence.astype(np.float32)  # counts below 2^24 are exact in single precision
        one_over = 1.0 / np.maximum(self.ubiquity, 1.0)
        smaller = np.minimum(one_over[:, None], one_over)
        return np.asarray(np.multiply((counts.T @ counts).astype(np.float64), smaller, out=smaller))

    @cached_property
    def density(self) -> FloatArray:
        """Density, shape (R, n): share of the proximity around a sector that the region already has, between 0 and 1."""
        return density_of(self.presence, self.proximity)

    @cached_property
    def coi(self) -> FloatArray:
        """Complexity outlook index, shape (R,): ``Σ_p d_rp (1 - M_rp) PCI_p``, what is near and complex but absent."""
        return outlook_index(self.presence, self.density, self.pci)

    @cached_property
    def cog(self) -> FloatArray:
        """Complexity outlook gain, shape (R, n): what winning a sector would open up; 0 where it is present."""
        return outlook_gain(self.presence, self.proximity, self.pci)

    def regions_frame(self) -> pd.DataFrame:
        """Give region, diversity, eci, coi."""
        return pd.DataFrame(
            {"region": self.grid.regions, "diversity": self.diversity, "eci": self.eci, "coi": self.coi}
        )

    def cells_frame(self) -> pd.DataFrame:
        """Give region, sector, amount, rca, present, density, cog: one record a region and sector."""
        R, n = self.rca.shape
        return pd.DataFrame(
            {
                "region": self.grid.regions.repeat(n),
                "sector": self.grid.sectors.take(np.tile(np.arange(n), R)),
                "amount": self.grid.amounts.ravel(),
                "rca": self.rca.ravel(),
                "present": self.presence.ravel(),
                "density": self.density.ravel(),
                "cog": self.cog.ravel(),
            }
        )


def complexity(
    data: Source,
    *,
    threshold: float = PRESENT,
    measure: str = "output",
    region: str = "region",
    sector: str = "sector",
    value: str = "value",
) -> Complexity:
    """Compute complexity and relatedness.

    Proximity, density and outlook are computed when first asked for.

    Parameters
    ----------
    data : Accounts, Grid or DataFrame
        Regions × sectors, long or wide, see `grid_of`.
    threshold : float
        RCA from which on a sector counts as present.
    measure, region, sector, value : str
        As in `grid_of`.

    Returns
    -------
    Complexity

    Raises
    ------
    HaiheError
        ``E-DIA-30`` to ``E-DIA-32`` of `grid_of`; ``E-DIA-34`` with fewer than two regions or sectors that have
        something (a single region has the structure of the whole, so nothing can be told).

    References
    ----------
    Balassa, B. (1965), Manchester School 33, 99-123. Hidalgo, C. A. and Hausmann, R. (2009), PNAS 106(26), 10570-10575.
    Hidalgo, C. A., Klinger, B., Barabási, A.-L. and Hausmann, R. (2007), Science 317, 482-487. Hausmann, R. et al.
    (2014), The Atlas of Economic Complexity, MIT Press (normalisation, outlook).
    """
    grid = grid_of(data, measure=measure, region=region, sector=sector, value=value)
    for what, amounts in (("regions", grid.amounts.sum(axis=1)), ("sectors", grid.amounts.sum(axis=0))):
        if (found := int((amounts > 0).sum())) < 2:
            raise HaiheError("E-DIA-34", what=KINDS[what], least=2, value=found)
    rca = slq(grid.amounts, grid.amounts.sum(axis=0))
    presence = rca >= threshold
    eci, pci, eigenvalues, parts, correlation = _indices(presence)
    return Complexity(grid, rca, presence, eci, pci, eigenvalues, parts, correlation)


def density_of(presence: BoolArray, proximity: FloatArray) -> FloatArray:
    """Give density ``d_rp = Σ_q M_rq φ_qp / Σ_q φ_qp``, shape (R, n); 0 for a sector that nobody has.

    Parameters
    ----------
    presence : ndarray of bool, shape (R, n)
    proximity : ndarray, shape (n, n)
    """
    around = proximity.sum(axis=0)
    reached = presence.astype(np.float64) @ proximity
    return np.asarray(np.multiply(reached, 1.0 / np.where(around > 0, around, 1.0), out=reached))


def outlook_index(presence: BoolArray, density: FloatArray, pci: FloatArray) -> FloatArray:
    """Give the complexity outlook index of each region, shape (R,); a sector without PCI counts nothing."""
    return np.asarray(np.where(presence, 0.0, density) @ _known(pci))


def outlook_gain(presence: BoolArray, proximity: FloatArray, pci: FloatArray) -> FloatArray:
    """Give the complexity outlook gain, ``(1 - M_rp) Σ_q (1 - M_rq) φ_qp PCI_q / Σ_s φ_qs``, shape (R, n).

    This is the gain before what the sector's own distance costs, as peers publish it.
    """
    around = proximity.sum(axis=1)
    weight = np.divide(_known(pci), around, out=np.zeros_like(around), where=around > 0)
    absent = (~presence).astype(np.float64)
    gain = (absent * weight) @ proximity
    return np.asarray(np.multiply(gain, absent, out=gain))


def _known(pci: FloatArray) -> FloatArray:
    """Take 0 where there is no index, unless there is none at all."""
    missing = np.isnan(pci)
    return pci if missing.all() else np.where(missing, 0.0, pci)


def _indices(presence: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray, int, float]:
    """Give ECI, PCI, eigenvalues, parts and the correlation that fixed the sign."""
    eci, pci = np.full(presence.shape[0], np.nan), np.full(presence.shape[1], np.nan)
    rows, columns = presence.any(axis=1), presence.any(axis=0)
    there = presence if rows.all() and columns.all() else presence[np.ix_(rows, columns)]
    M = there.astype(np.float64)
    k, u = M.sum(axis=1), M.sum(axis=0)
    parts = _parts(M)
    on_regions = len(k) <= len(u)
    eigenvalues, vector = _second(M, k, u) if on_regions else _second(M.T, u, k)
    gap = eigenvalues[1] - eigenvalues[2] if len(eigenvalues) > 2 else np.inf
    if parts > 1 or len(eigenvalues) < 2 or gap <= GAP or eigenvalues[1] <= GAP:
        return eci, pci, eigenvalues, parts, float("nan")
    # Sectors' index from the regions' or the other way round; then ECI = mean PCI of what is present, exactly.
    sectors = (M.T @ vector) / u if on_regions else vector
    regions = (M @ sectors) / k
    spread = regions.std()
    correlation = _correlation(regions, k)
    turned = correlation < 0 or (correlation == 0 and _correlation(sectors, u) > 0)
    scale = -spread if turned else spread
    eci[rows] = (regions - regions.mean()) / scale
    pci[columns] = (sectors - regions.mean()) / scale
    return eci, pci, eigenvalues, parts, abs(correlation)


def _second(M: FloatArray, k: FloatArray, u: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Solve the symmetric problem on the rows of M; gives up to three eigenvalues and the second (right) vector."""
    root = np.sqrt(k)
    half = M * (1.0 / np.sqrt(u))
    size = len(k)
    found, vectors = eigh(
        (half @ half.T) / np.multiply.outer(root, root), subset_by_index=[max(size - 3, 0), size - 1], driver="evr"
    )
    return np.asarray(found[::-1]), np.asarray(vectors[:, -2] / root) if size > 1 else np.zeros(1)


def _parts(M: FloatArray) -> int:
    """Count the connected parts of the bipartite graph of regions and sectors: grow one part after another."""
    unseen, parts = np.ones(len(M)), 0
    while unseen.any():
        reached = np.zeros(len(M))
        reached[int(unseen.argmax())] = 1.0
        size = 0.0
        while reached.sum() > size:
            size = reached.sum()
            reached = ((M @ (reached @ M)) > 0).astype(np.float64)
        unseen[reached > 0] = 0.0
        parts += 1
    return parts


def _correlation(one: FloatArray, other: FloatArray) -> float:
    """Correlation; 0 where one of the two does not vary."""
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size > 1e-12 * max(len(one), 1) else 0.0
