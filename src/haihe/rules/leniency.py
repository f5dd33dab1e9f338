"""Strict and lenient reviewers: an additive two-way model fitted by least squares.

Model: the mark that reviewer r gives to application a is ``T_ar = q_a + b_r + e_ar``: the quality of the application,
the leniency of the reviewer, and what neither explains. Only those marks enter that were given; who reviewed what may
be any pattern. Leniency adds up to 0 over the reviewers of each connected part of the panel, since only differences
between reviewers who share applications, directly or through others, can be known.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Floats = npt.NDArray[np.float64]
ROBUST = 1.4826
"""Turns the median absolute deviation of a normal error into its standard deviation."""


@dataclass(frozen=True)
class Leniency:
    """A fitted panel.

    Attributes
    ----------
    reviewers : DataFrame
        reviewer, marks (number given), mean, leniency (points above the panel), error (its standard error; missing
        without degrees of freedom), part (number of the connected part of the panel).
    quality : Series
        By application: mark after the leniency of its reviewers is taken out.
    residuals : Series
        By mark, in the order given.
    scale : float
        Robust standard deviation of the residuals; 0 where the model fits exactly.
    parts : int
        Number of connected parts; marks of different parts cannot be compared.
    """

    reviewers: pd.DataFrame
    quality: "pd.Series[float]"
    residuals: "pd.Series[float]"
    scale: float
    parts: int


def fit_leniency(marks: pd.DataFrame) -> Leniency:
    """Fit quality and leniency by least squares.

    Parameters
    ----------
    marks : DataFrame
        application, reviewer and mark, one row a mark; no missing marks.

    Returns
    -------
    Leniency

    Notes
    -----
    With quality eliminated, the normal equations of the leniencies are ``(D_r - N' D_a^-1 N) b = g``, of the size of
    the panel; N counts marks by application and reviewer, D are its margins. The solution of least norm is the one
    that adds up to 0 in each connected part.

    References
    ----------
    Searle, S. R. (1971), Linear Models, chapter 7: the two-way classification without interaction, unequal numbers.
    """
    a, applications = pd.factorize(marks["application"], sort=True)
    r, reviewers = pd.factorize(marks["reviewer"], sort=True)
    mark = marks["mark"].to_numpy(dtype=np.float64)
    sizes = (len(applications), len(reviewers))
    by_application, by_reviewer = np.bincount(a, minlength=sizes[0]), np.bincount(r, minlength=sizes[1])
    means = np.bincount(a, mark, sizes[0]) / by_application
    counts = csr_array((np.ones(len(mark)), (a, r)), shape=sizes)
    scaled = csr_array((1 / by_application[a], (a, r)), shape=sizes)
    normal = np.diag(by_reviewer.astype(np.float64)) - np.asarray((counts.T @ scaled).todense())
    inverse = np.linalg.pinv(normal, rcond=1e-10, hermitian=True)
    leniency = inverse @ np.bincount(r, mark - means[a], sizes[1])
    quality = np.bincount(a, mark - leniency[r], sizes[0]) / by_application
    residuals = mark - quality[a] - leniency[r]
    parts, part = connected_components(_graph(a, r, sizes), directed=False)
    freedom = len(mark) - sum(sizes) + parts
    variance = float(residuals @ residuals) / freedom if freedom > 0 else np.nan
    table = pd.DataFrame(
        {
            "reviewer": reviewers,
            "marks": by_reviewer,
            "mean": np.bincount(r, mark, sizes[1]) / by_reviewer,
            "leniency": leniency,
            "error": np.sqrt(np.clip(np.diag(inverse), 0, None) * variance),
            "part": part[sizes[0] :] + 1,
        }
    )
    scale = ROBUST * float(np.median(np.abs(residuals))) if len(residuals) else 0.0
    return Leniency(
        table,
        pd.Series(quality, index=pd.Index(applications, name="application")),
        pd.Series(residuals, index=marks.index),
        scale if scale > 1e-9 else float(np.sqrt(np.mean(residuals**2))) if len(residuals) else 0.0,
        int(parts),
    )


def _graph(a: npt.NDArray[np.intp], r: npt.NDArray[np.intp], sizes: tuple[int, int]) -> csr_array:
    """Join each application with its reviewers."""
    total = sum(sizes)
    return csr_array((np.ones(len(a)), (a, r + sizes[0])), shape=(total, total))
