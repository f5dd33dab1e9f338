"""Record production paths of BoARIO on pymrio's test table, to compare the disruption model with.

Run it where the packages of bench/requirements.txt are installed: ``python scripts/disruption_fixture.py``. It writes
tests/shocks/data/ario_paths.npz: numbers only. BoARIO rounds paths of recovery to a millionth of the damage, so its share
of capacity lost is recorded beside each path and given to both.
"""

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pymrio
from boario import event
from boario.extended_models import ARIOPsiModel
from boario.simulation import Simulation

DAYS = 365
KEPT = np.unique(np.concatenate([np.arange(0, 40, 3), np.arange(40, DAYS, 25), [DAYS - 1]]))
HIT = [("reg1", "manufactoring"), ("reg1", "mining")]
REBUILD = {"construction": 0.6, "manufactoring": 0.4}
TARGET = Path(__file__).resolve().parents[1] / "tests" / "shocks" / "data" / "ario_paths.npz"
RECOVERY = {"event_type": "recovery", "event_monetary_factor": 10**6, "recovery_tau": 20, "recovery_function": "linear"}
REBUILDING = {"event_type": "rebuild", "event_monetary_factor": 10**6, "rebuild_tau": 30, "rebuilding_sectors": REBUILD}
WHEN = {"occurrence": 5, "duration": 5}


def run(happens: Any, **parameters: Any) -> tuple[np.ndarray, np.ndarray, pd.MultiIndex]:
    """Production and share of capacity lost of every day."""
    table = pymrio.load_test()
    table.calc_all()
    model = ARIOPsiModel(table, **parameters)
    simulation = Simulation(model, n_temporal_units_to_sim=DAYS)
    simulation.add_event(happens)
    lost = []
    for _ in range(DAYS):
        simulation.next_step()
        lost.append(np.array(model.prod_cap_delta_tot).ravel())
    made = simulation.production_realised[list(model.industries)].to_numpy()
    return made, np.array(lost), model.industries


def cases() -> dict[str, tuple[Any, dict[str, Any]]]:
    """Events and parameters by name."""
    table = pymrio.load_test()
    table.calc_all()
    model = ARIOPsiModel(table)
    capital = pd.Series(np.asarray(model.productive_capital).ravel(), index=model.industries)
    small, large = 0.02 * capital.loc[HIT], 0.3 * capital.loc[HIT]
    use = model.final_demand_cat[0]
    homes = pd.Series([1e6], index=pd.MultiIndex.from_tuples([("reg1", use)]))
    strike = pd.Series(0.4, index=pd.MultiIndex.from_tuples([("reg2", "food"), ("reg2", "trade")]))
    recovers = event.from_series(large, **RECOVERY, **WHEN)
    sectors = sorted(table.get_sectors())
    return {
        "ample": (recovers, {}),
        "scarce": (recovers, {"main_inv_dur": 6}),
        "slow": (event.from_series(large, **RECOVERY | {"recovery_function": "concave"}, **WHEN), {"main_inv_dur": 6}),
        "strike": (
            event.from_series(
                strike, event_type="arbitrary", recovery_tau=20, recovery_function="linear", occurrence=5, duration=10
            ),
            {"main_inv_dur": 6},
        ),
        "loyal": (recovers, {"order_type": "noalt"}),
        "endless": (recovers, {"main_inv_dur": 6, "infinite_inventories_sect": ["manufactoring"]}),
        "by_input": (recovers, {"inventory_dict": {code: 5 + 3 * i for i, code in enumerate(sectors)}}),
        "calling": (recovers, {"alpha_max": 1.5, "alpha_tau": 30}),
        "rebuilt": (event.from_series(small, **REBUILDING, **WHEN), {}),
        "rebuilt_scarce": (event.from_series(large, **REBUILDING, **WHEN), {"main_inv_dur": 6}),
        "homes": (event.from_series(small, **REBUILDING, households_impact=homes, **WHEN), {}),
    }


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    found: dict[str, np.ndarray] = {"kept": KEPT}
    for name, (happens, parameters) in cases().items():
        made, lost, industries = run(happens, **parameters)
        hit = np.flatnonzero(lost.any(axis=0))
        found |= {f"{name}.made": made[KEPT], f"{name}.hit": hit}
        if not name.startswith(("rebuilt", "homes")):
            found[f"{name}.lost"] = lost[:, hit]
    found["industries"] = np.array([" / ".join(label) for label in industries])
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(TARGET, **found)


if __name__ == "__main__":
    main()
