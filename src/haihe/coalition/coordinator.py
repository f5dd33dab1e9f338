"""The coordinator of an exchange over files: asks prices, collects answers, keeps everything it needs to go on.

Its own folder holds the keys and ``state.json``, written whole after every round and before the next question is sent. It
may be stopped or killed at any time; started again with the same folders it goes on with the open question. What it
asks depends only on the answers accepted, so a question sent twice is the same question.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from haihe.coalition.exchange import ROUNDS, TOLERANCE, Exchange, Over, offers_of, round_row, say, settle
from haihe.coalition.exchange_folder import Head, Line
from haihe.coalition.exchange_messages import COORDINATOR, Kind, Message, read_key, to_table
from haihe.coalition.judging import Judge
from haihe.coalition.member import Offer
from haihe.coalition.price_search import PriceSearch
from haihe.files import file_name, replace_file
from haihe.messages import LANGUAGES, HaiheError, Text
from haihe.planning.control import Control

STATE = "state.json"
KEYS = "keys"
PAUSE = 0.2
"""Seconds between two looks into the shared folder."""
PATIENCE = 3600.0
"""Seconds a member may be silent before the coordinator says so, or stops."""
LONGEST_REASON = 2000
"""Most characters of a reason that is sent; what a member wrote may be quoted in it."""


@dataclass(frozen=True)
class Rules:
    """How a coordinator runs an exchange.

    Parameters
    ----------
    tolerance : float
        Gap at which to stop, share of the gain.
    most_rounds : int
    patience : float
        Seconds that a member may be silent.
    wait : bool
        Go on waiting for a silent member, saying so; otherwise stop (``E-COA-82``), to be started again.
    pause : float
        Seconds between two looks into the shared folder.
    """

    tolerance: float = TOLERANCE
    most_rounds: int = ROUNDS
    patience: float = PATIENCE
    wait: bool = False
    pause: float = PAUSE


@dataclass
class _State:
    """What a coordinator knows: all of it is in ``state.json``."""

    run: str
    terms: Message
    offers: dict[str, Message] = field(default_factory=dict)
    prices: list[list[list[float]]] = field(default_factory=list)
    answers: list[dict[str, Message]] = field(default_factory=list)


class Coordinator:
    """Runs an exchange over a shared folder.

    Parameters
    ----------
    shared : Path
        Folder that coordinator and members see.
    own : Path
        Folder that only the coordinator sees, with a key for each member in ``keys/<member>.key``.
    over : Over
        Things, their units, milestones.
    members : sequence of str
    rules : Rules, optional
    control : Control, optional
        Cancel and progress.

    Raises
    ------
    HaiheError
        ``E-COA-83`` where ``own`` holds the state of an exchange of other things or members, or the shared folder the
        messages of another run; ``E-COA-84`` without a key.
    """

    def __init__(
        self,
        shared: str | Path,
        own: str | Path,
        over: Over,
        members: Sequence[str],
        rules: Rules | None = None,
        control: Control | None = None,
    ) -> None:
        self.own, self.over, self.members = Path(own), over, tuple(members)
        self.rules, self.control = rules or Rules(), control or Control()
        terms: Message = {"things": list(over.things), "units": list(over.units), "years": list(over.years)}
        terms["members"] = list(self.members)
        self.state = self._state(terms)
        data = hashlib.sha256(json.dumps(terms, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        self.head = Head(self.state.run, data)
        keys = {name: read_key(self.own / KEYS / f"{file_name(name)}.key") for name in self.members}
        self.lines = {name: Line(Path(shared), name, keys[name], COORDINATOR) for name in self.members}
        self.judges = {name: Judge(name, terms) for name in self.members}

    def run(self) -> Exchange:
        """Run the exchange to its end, or go on with it.

        Raises
        ------
        HaiheError
            ``E-COA-81`` where members discount differently, ``E-COA-82`` for a silent member where the rules say to stop,
            ``E-PLN-60`` where it was cancelled. Nothing that was accepted is lost.
        """
        sent = {name: line.write(self.head, "terms", 0, self.state.terms) for name, line in self.lines.items()}
        search = PriceSearch(offers_of(self._offers(sent)))
        rows: list[dict[str, float]] = []
        while search.rounds < self.rules.most_rounds and search.gap > self.rules.tolerance:
            self._round(search, search.rounds)
            rows.append(round_row(search))
            say(self.control.progress, search)
        exchange = settle(search, self.members, self.over, rows, self.rules.tolerance)
        self._tell(search, exchange)
        return exchange

    def _offers(self, sent: Mapping[str, Message]) -> dict[str, Offer]:
        """Collect the offers of all members, in their order."""
        known = self.state.offers
        for name, message in self._collect("offer", 0, [m for m in self.members if m not in known], sent):
            known[name] = message
            self._save()
        return {name: self.judges[name].take_offer(known[name], sent[name]) for name in self.members}

    def _round(self, search: PriceSearch, done: int) -> None:
        """Ask one round and collect its answers; a round that was done before is read from the state."""
        round_ = done + 1
        if done == len(self.state.prices):
            self.state.prices.append(to_table(search.asked))
            self.state.answers.append({})
            self._save()
        body: Message = {**self._over(), "prices": self.state.prices[done]}
        known = self.state.answers[done]
        sent = {name: line.write(self.head, "question", round_, body) for name, line in self.lines.items()}
        missing = [name for name in self.members if name not in known]
        for name, message in self._collect("answer", round_, missing, sent):
            known[name] = message
            self._save()
        prices = np.array(self.state.prices[done])
        answers = [self.judges[name].of_answer(known[name], sent[name]) for name in self.members]
        for name, answer in zip(self.members, answers, strict=True):
            self.judges[name].take_answer(round_, prices, answer)
        search.answer(np.array([a.amounts for a in answers]), np.array([a.gain for a in answers]), prices)

    def _collect(
        self, kind: Kind, round_: int, waiting: list[str], sent: Mapping[str, Message]
    ) -> Iterator[tuple[str, Message]]:
        """Give each member's message once it is accepted; what is refused gets a reason and may be sent again."""
        tries = dict.fromkeys(waiting, 1)
        since = time.monotonic()
        while tries:
            for name in list(tries):
                message = self._accepted(name, kind, round_, tries, sent[name])
                if message is not None:
                    del tries[name]
                    since = time.monotonic()
                    yield name, message
            if tries:
                self._refuse_cancelled(round_)
                since = self._heed_silence(list(tries), round_, since)
                time.sleep(self.rules.pause)

    def _accepted(self, name: str, kind: Kind, round_: int, tries: dict[str, int], question: Message) -> Message | None:
        """Read the member's next try; None where there is none yet, or where it was refused."""
        line, judge, attempt = self.lines[name], self.judges[name], tries[name]
        if line.path(COORDINATOR, "rejection", round_, attempt).exists():
            tries[name] += 1
            return None
        try:
            message = line.read(kind, round_, attempt, self.state.run)
            if message is not None:
                judge.of_offer(message, question) if kind == "offer" else judge.of_answer(message, question)
        except HaiheError as error:
            finding = error.findings.errors[0]
            why = {f"reason_{lang}": finding.text(lang)[:LONGEST_REASON] for lang in LANGUAGES}
            body: Message = {"code": finding.code, **why}
            line.write(self.head, "rejection", round_, body, attempt)
            tries[name] += 1
            self._progress(
                Text(f"{name} 的消息被拒收：{body['reason_zh']}", f"refused from {name}: {body['reason_en']}")
            )
            return None
        return message

    def _tell(self, search: PriceSearch, exchange: Exchange) -> None:
        """Send the result to every member: its own amounts, the prices, and what all gain together."""
        stopped = "reached" if exchange.reached else "rounds"
        both = {"gain": exchange.gain, "bound": exchange.bound if np.isfinite(exchange.bound) else 0.0}
        for name, amounts in zip(self.members, search.settled, strict=True):
            body = {"amounts": to_table(amounts), "prices": to_table(search.prices), **both, "stopped": stopped}
            self.lines[name].write(self.head, "result", search.rounds, {**self._over(), **body})

    def _over(self) -> Message:
        return {name: self.state.terms[name] for name in ("things", "units", "years")}

    def _heed_silence(self, names: list[str], round_: int, since: float) -> float:
        """Say who is silent, or stop; gives the time from which on silence counts."""
        if time.monotonic() - since < self.rules.patience:
            return since
        who = ", ".join(names)
        if not self.rules.wait:
            raise HaiheError("E-COA-82", value=who, round=round_, seconds=f"{self.rules.patience:g}")
        self._progress(Text(f"第 {round_} 轮仍在等待：{who}", f"round {round_}: still waiting for {who}"))
        return time.monotonic()

    def _refuse_cancelled(self, round_: int) -> None:
        if self.control.cancelled:
            far = Text(
                f"停在第 {round_} 轮，已收的回答仍在文件中", f"stopped in round {round_}; what was accepted is kept"
            )
            raise HaiheError("E-PLN-60", seconds="0", how_far=far)

    def _progress(self, text: Text) -> None:
        if self.control.progress is not None:
            self.control.progress(text)

    def _state(self, terms: Message) -> _State:
        path = self.own / STATE
        if not path.exists():
            state = _State(secrets.token_hex(8), terms)
            _write_state(path, state)
            return state
        state = _State(**json.loads(path.read_text("utf-8")))
        if state.terms != terms:
            raise HaiheError("E-COA-83", file=str(path))
        return state

    def _save(self) -> None:
        _write_state(self.own / STATE, self.state)


def _write_state(path: Path, state: _State) -> None:
    text = json.dumps(vars(state), ensure_ascii=False, allow_nan=False)
    replace_file(path, lambda file: file.write_text(text, "utf-8"))
