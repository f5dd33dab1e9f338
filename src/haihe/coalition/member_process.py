"""A member of an exchange over files: reads its own folder, answers questions, remembers what it answered.

What it sent is kept in ``exchange/<run>`` of its own folder before it is sent, so that a member that was stopped or killed
sends the same answer again and not another one. Its tables are read once; a changed folder is another data version, which
the coordinator refuses during a run.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from haihe.coalition.exchange_folder import Head, Line
from haihe.coalition.exchange_messages import (
    Kind,
    Message,
    from_table,
    read_message,
    to_table,
    write_message,
)
from haihe.coalition.member import Member
from haihe.coalition.member_folder import EXCHANGE
from haihe.coalition.pooling import YUAN
from haihe.files import write_tables
from haihe.messages import HaiheError, Text
from haihe.planning.control import Control
from haihe.planning.program import Floats
from haihe.region import read

TRIES = 3
"""Times an answer is worked out anew after it was refused."""


@dataclass(frozen=True)
class Settled:
    """What an exchange means for one member; it stays in the member's own folder.

    Attributes
    ----------
    frame : DataFrame
        Columns thing, year, amount (received, negative where given), unit, price (yuan a unit), payment (bn yuan of that
        year, positive where the member pays).
    gain : float
        What its plan with these amounts adds to its welfare, before paying; bn yuan discounted.
    paid : float
        What it pays for them, bn yuan discounted; negative where it is paid.
    """

    frame: pd.DataFrame
    gain: float
    paid: float

    @property
    def net(self) -> float:
        """Gain less payment, bn yuan discounted."""
        return self.gain - self.paid


class MemberProcess:
    """One member's end of an exchange.

    Parameters
    ----------
    shared : Path
        Folder that coordinator and members see.
    data : Path
        The member's own region folder, see `haihe.coalition.member_folder.member_folder`.
    key : bytes
        Key shared with the coordinator.
    patience, pause : float
        Seconds to wait for the coordinator, and between two looks.
    control : Control, optional
        Cancel and progress.

    Raises
    ------
    HaiheError
        ``E-COA-70`` where the folder holds several members; otherwise as `haihe.region.read`.
    """

    def __init__(
        self,
        shared: str | Path,
        data: str | Path,
        key: bytes,
        *,
        patience: float = 3600.0,
        pause: float = 0.2,
        control: Control | None = None,
    ) -> None:
        self.data, self.patience, self.pause = Path(data), patience, pause
        self.control = control or Control()
        self.region = read(self.data)
        regions = self.region["regions"]
        members = regions.loc[regions["role"] == "member", "region"].tolist()
        if len(members) != 1:
            raise HaiheError("E-COA-70", value=self.data.name, near=", ".join(members) or "—")
        self.line = Line(Path(shared), members[0], key, members[0])
        self.member: Member | None = None
        self.head = Head("", self.region.hash)

    def run(self) -> Settled:
        """Take part until the result comes.

        Returns
        -------
        Settled
            Also written into the folder ``exchange`` of the member's own folder, as ``settled.csv``.

        Raises
        ------
        HaiheError
            ``E-COA-82`` where the coordinator is silent, ``E-COA-85`` where an answer was refused `TRIES` times,
            ``E-COA-76`` where the terms name what the member cannot pool, ``E-COA-79`` where its tables are others than
            those of its offer, ``E-PLN-60`` where it was cancelled.
        """
        terms = self._wait(0, "terms")
        self.head = Head(str(terms["run"]), self.region.hash)
        member = self._member(terms)
        self._say(Text("申报", "offering"))
        offer = member.offer
        body: Message = {
            **_over(terms),
            "bounds": to_table(offer.bounds),
            "own_prices": to_table(offer.prices),
            "weights": [float(w) for w in offer.weights],
        }
        self._send("offer", 0, body, terms, 1)
        round_ = 0
        while True:
            message = self._wait(round_ + 1, "question", round_)
            if message["kind"] == "result":
                return self._settle(member, message)
            round_ += 1
            self._answer(member, message, round_)

    def _member(self, terms: Message) -> Member:
        """Build the member's program for the things of the terms."""
        self.member = Member(self.region, tuple(terms["things"]), self.control)
        for name, mine in (("units", list(self.member.units)), ("years", list(self.member.years))):
            if terms[name] != mine:
                raise HaiheError("E-COA-76", what=name, value=str(terms[name]), wanted=str(mine))
        return self.member

    def _answer(self, member: Member, question: Message, round_: int, attempt: int = 1) -> None:
        """Answer a question, with what was answered before where that is known."""
        if attempt > TRIES:
            refused = self.line.read("rejection", round_, attempt - 1, self.head.run) or {}
            raise HaiheError("E-COA-85", round=round_, tries=TRIES, why=str(refused.get("reason_en", "—")))
        self._say(Text(f"第 {round_} 轮：求解", f"round {round_}: solving"))
        kept = self._kept("answer", round_, attempt)
        if kept is None:
            prices = from_table(question, "prices", len(member.things), len(member.years))
            answer = member.answer(prices)
            body: Message = {**_over(question), "amounts": to_table(answer.amounts), "gain": answer.gain}
            self._send("answer", round_, body, question, attempt)
        else:
            write_message(self.line.path(self.line.me, "answer", round_, attempt), kept)

    def _send(self, kind: Kind, round_: int, body: Message, reply_to: Message, attempt: int) -> None:
        """Keep a message in the own folder, then send it; one that was kept is sent as it was."""
        kept = self._kept(kind, round_, attempt)
        if kept is None:
            mine = Line(self._own, self.line.member, self.line.key, self.line.me)
            kept = mine.write(self.head, kind, round_, body, attempt, str(reply_to["signature"]))
        path = self.line.path(self.line.me, kind, round_, attempt)
        if not path.exists():
            write_message(path, kept)

    @property
    def _own(self) -> Path:
        return self.data / EXCHANGE / self.head.run

    def _kept(self, kind: Kind, round_: int, attempt: int) -> Message | None:
        """What was sent before; None where nothing was, ``E-COA-79`` where the own data changed since."""
        mine = Line(self._own, self.line.member, self.line.key, self.line.me)
        path = mine.path(self.line.me, kind, round_, attempt)
        if not path.exists():
            return None
        head = {"kind": kind, "round": round_, "attempt": attempt, "run": self.head.run}
        kept = read_message(path, self.line.key, sender=self.line.me, receiver=self.line.other, **head)
        if kept["data"] != self.head.data:
            raise HaiheError("E-COA-79", value=self.line.me)
        return kept

    def _wait(self, round_: int, kind: Kind, answered: int | None = None) -> Message:
        """Wait for the coordinator's next message: terms, a question, or the result after the rounds answered.

        A rejection of what was sent last makes the member work it out again and send it once more.
        """
        since, attempt = time.monotonic(), 1
        while True:
            found = self.line.read(kind, round_, run=self.head.run or None)
            if found is None and answered is not None:
                found = self.line.read("result", answered, run=self.head.run)
            if found is not None:
                return found
            if answered is not None and self.line.read("rejection", answered, attempt, self.head.run) is not None:
                attempt += 1
                self._again(answered, attempt)
                since = time.monotonic()
            if self.control.cancelled:
                raise HaiheError("E-PLN-60", seconds="0", how_far=Text(f"第 {round_} 轮", f"round {round_}"))
            if time.monotonic() - since > self.patience:
                raise HaiheError("E-COA-82", value=self.line.other, round=round_, seconds=f"{self.patience:g}")
            time.sleep(self.pause)

    def _again(self, round_: int, attempt: int) -> None:
        """Work a refused answer out again; a refused offer cannot be mended here."""
        question = self.line.read("question", round_, run=self.head.run) if round_ else None
        if self.member is None or question is None:
            refused = self.line.read("rejection", round_, attempt - 1, self.head.run) or {}
            raise HaiheError("E-COA-85", round=round_, tries=1, why=str(refused.get("reason_en", "—")))
        self._answer(self.member, question, round_, attempt)

    def _settle(self, member: Member, result: Message) -> Settled:
        """Plan with the amounts settled, and write down what they mean."""
        shape = (len(member.things), len(member.years))
        amounts, prices = (from_table(result, name, *shape) for name in ("amounts", "prices"))
        gain = member.gain(member.settle(amounts))
        payment = amounts * prices / YUAN
        frame = _frame(member, amounts, prices, payment)
        write_tables({"settled": frame}, self.data / EXCHANGE)
        return Settled(frame, gain, float((payment * member.pooling.weights).sum()))

    def _say(self, text: Text) -> None:
        if self.control.progress is not None:
            self.control.progress(text)


def _over(message: Message) -> Message:
    return {name: message[name] for name in ("things", "units", "years")}


def _frame(member: Member, amounts: Floats, prices: Floats, payment: Floats) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([_labels(member.things), _labels(member.years)], names=["thing", "year"])
    units = np.repeat(np.array(member.units, dtype=object), len(member.years))
    columns = {"amount": amounts.ravel(), "unit": units, "price": prices.ravel(), "payment": payment.ravel()}
    return pd.DataFrame(columns, index=index).reset_index()


def _labels(values: Sequence[object]) -> list[object]:
    return list(values)
