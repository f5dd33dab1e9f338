"""Edits of a solved program in place: caps lifted, set, pooled or kept apart."""

from collections.abc import Sequence

import numpy as np

from haihe.planning.caps import CapSpec
from haihe.planning.model import Model
from haihe.planning.solver import Session


def lift_caps(session: Session, model: Model) -> None:
    """Lift every cap of a session, in place."""
    for cap in model.caps.values():
        session.set_row_bounds(cap.rows.index, -np.inf, np.inf)


def set_caps(session: Session, model: Model, specs: Sequence[CapSpec]) -> None:
    """Set the caps of a session as the specs say: amounts, and whether permits may move; in place."""
    for spec in specs:
        cap = model.caps[spec.name]
        session.set_row_bounds(cap.rows.index, -np.inf, spec.cap / cap.scale)
        session.set_column_bounds(cap.permits.index, -spec.permit_bound, spec.permit_bound)
