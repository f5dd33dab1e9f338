"""The two ends of an exchange over files, each by itself: what a result means for a member, and when silence counts."""

import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from exchange_region import exchange_region

from haihe.coalition.coordinator import KEYS, Coordinator, Rules
from haihe.coalition.exchange import Over
from haihe.coalition.exchange_messages import new_key
from haihe.coalition.member_folder import member_folder
from haihe.coalition.member_process import MemberProcess
from haihe.messages import HaiheError
from haihe.planning.control import Control


def test_what_a_member_pays_is_counted_in_todays_money(tmp_path: Path) -> None:
    """6 bn yuan of the first milestone are paid, 5 bn got in the second, of which a yuan counts half: 3.5 bn."""
    process = MemberProcess(tmp_path, member_folder(exchange_region(2), "M0", tmp_path / "M0"), bytes(32))
    asked: list[np.ndarray] = []
    member = SimpleNamespace(
        things=("CARBON",), units=("t CO2",), years=(2017, 2019), pooling=SimpleNamespace(weights=np.array([1.0, 0.5])),
        settle=asked.append, gain=lambda _plan: 4.0,
    )  # fmt: skip
    found = process._settle(member, {"amounts": [[2e9, -1e9]], "prices": [[3.0, 5.0]]})  # type: ignore[arg-type]
    assert asked[0].tolist() == [[2e9, -1e9]]
    assert (found.gain, found.paid, found.net) == pytest.approx((4.0, 3.5, 0.5))
    kept = pd.read_csv(process.data / "exchange" / "settled.csv", encoding="utf-8-sig")
    assert kept["payment"].tolist() == found.frame["payment"].tolist() == pytest.approx([6.0, -5.0])
    assert kept["unit"].unique().tolist() == ["t CO2"]


@pytest.fixture
def waiting(tmp_path: Path) -> tuple[Path, Path]:
    """Shared folder and the coordinator's own, with keys of two members who say nothing."""
    for name in ("M0", "M1"):
        key = tmp_path / "own" / KEYS / f"{name}.key"
        key.parent.mkdir(parents=True, exist_ok=True)
        key.write_text(new_key() + "\n", "ascii")
    return tmp_path / "shared", tmp_path / "own"


def coordinator(waiting: tuple[Path, Path], control: Control | None = None, **rules: object) -> Coordinator:
    over = Over(("CARBON",), ("t CO2",), (2017, 2019))
    return Coordinator(*waiting, over, ("M0", "M1"), Rules(pause=0.01, **rules), control)  # type: ignore[arg-type]


def test_silence_is_borne_as_long_as_the_rules_say(waiting: tuple[Path, Path]) -> None:
    began = time.monotonic()
    with pytest.raises(HaiheError) as silent:
        coordinator(waiting, patience=0.25).run()
    assert time.monotonic() - began >= 0.25
    assert silent.value.code == "E-COA-82"
    assert "M0, M1" in silent.value.findings.errors[0].text("en")


def test_who_waits_on_counts_silence_anew_each_time_it_is_said(waiting: tuple[Path, Path]) -> None:
    said: list[str] = []
    control = Control(progress=lambda text: said.append(text.en))
    patient = coordinator(waiting, control, patience=60.0, wait=True)
    now = time.monotonic()
    assert patient._heed_silence(["M1"], 3, now - 30.0) == now - 30.0
    assert not said
    assert patient._heed_silence(["M1"], 3, now - 61.0) >= now
    assert said == ["round 3: still waiting for M1"]
