"""The arithmetic of one award's money: what is due in which instalment, what was booked, and what may be booked next.

Everything is whole fen. For each side, the city and the district, at every step

    committed = paid + open + released,   claimed <= paid,   returned <= claimed,

where *open* is what the instalments still owe, added up instalment by instalment, and is also what the budget years hold, added
up year by year. A posting that would break this is refused; postings are only ever added.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from haihe.messages import HaiheError, Text
from haihe.rules.money import said_money

CITY, DISTRICT = "city", "district"
SIDES = (CITY, DISTRICT)
COMMITTED, PAID, RELEASED, CARRIED = "committed", "paid", "released", "carried"
CLAIMED, RETURNED = "claimed", "returned"
KINDS = {
    (COMMITTED, CITY): Text("市级承诺", "city commitment"),
    (COMMITTED, DISTRICT): Text("区级配套承诺", "district commitment"),
    (PAID, CITY): Text("市级拨付", "instalment paid by the city"),
    (PAID, DISTRICT): Text("区级配套到位", "matching paid by the district"),
    (RELEASED, CITY): Text("市级核减不再拨付", "withheld by the city"),
    (RELEASED, DISTRICT): Text("区级核减不再配套", "withheld by the district"),
    (CARRIED, CITY): Text("市级尾款结转下年", "city tail carried to next year"),
    (CARRIED, DISTRICT): Text("区级尾款结转下年", "district tail carried to next year"),
    (CLAIMED, CITY): Text("追回市级资金", "clawback for the city"),
    (CLAIMED, DISTRICT): Text("追回区级资金", "clawback for the district"),
    (RETURNED, CITY): Text("退回市级资金", "returned to the city"),
    (RETURNED, DISTRICT): Text("退回区级资金", "returned to the district"),
}
"""What postings are called, by kind and side."""
UNEQUAL = Text("{name}：承诺不等于已拨、待拨、核减之和", "{name}: committed is not paid, open and released together")
YEARS = Text("{name}：各年度之和不符", "{name}: the budget years do not add up")
OVERPAID = Text("{name}：某分期拨付超过应拨", "{name}: an instalment was paid beyond what it owes")
OVERSPENT = Text("{name}：某年度超支", "{name}: a budget year was overspent")
BEYOND = Text("{name}：追回或退回超过已拨", "{name}: more asked back than paid, or returned than asked back")


class Share(NamedTuple):
    """One instalment of one article: its place among the article's, and what city and district pay of it, in fen."""

    article: str
    instalment: str
    place: int
    last: bool
    city: int
    district: int

    @property
    def key(self) -> tuple[str, str]:
        """What postings name it by."""
        return self.article, self.instalment

    def of(self, side: str) -> int:
        """What one side pays."""
        return self.city if side == CITY else self.district


class Posting(NamedTuple):
    """One line of the ledger. ``article`` and ``instalment`` are empty for what belongs to no instalment."""

    kind: str
    side: str
    amount: int
    year: int
    article: str = ""
    instalment: str = ""


class Terms(NamedTuple):
    """What the round says of payments: matching in step with city money; the last instalment only after acceptance."""

    in_step: bool = True
    tail_after_acceptance: bool = True


STRICT = Terms()
"""The terms where a round says nothing."""


def schedule(granted: Iterable[Mapping[str, Any]]) -> tuple[Share, ...]:
    """Give the instalments of an award, city and district apart, from what was granted.

    An instalment is divided as its article is, so that the running sums of the city's part are rounded down and the district's
    take the rest: both add up, instalment by instalment and over all of them, to the fen. An article without instalments is paid
    in one.

    Parameters
    ----------
    granted : iterable of mapping
        ``article``, ``support``, ``city``, ``district`` (fen) and ``instalments`` ``[[name, fen], …]``.
    """
    shares: list[Share] = []
    for part in granted:
        steps = [(str(name), int(amount)) for name, amount in part["instalments"]] or [("", int(part["support"]))]
        whole, city = int(part["support"]), int(part["city"])
        run = given = 0
        for place, (name, amount) in enumerate(steps):
            run += amount
            upto = city * run // whole if whole else 0
            last = place == len(steps) - 1
            shares.append(Share(part["article"], name, place, last, upto - given, amount - (upto - given)))
            given = upto
    return tuple(shares)


@dataclass(frozen=True)
class Ledger:
    """The postings of one award, added up."""

    shares: tuple[Share, ...]
    terms: Terms = STRICT
    sums: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By kind and side."""
    settled: Counter[tuple[str, str, tuple[str, str]]] = field(default_factory=Counter)
    """Paid or released, by kind, side and instalment."""
    years: Counter[tuple[str, int]] = field(default_factory=Counter)
    """What a budget year still holds for payments, by side and year."""

    @classmethod
    def of(cls, shares: tuple[Share, ...], postings: Iterable[Posting], terms: Terms = STRICT) -> "Ledger":
        """Add postings up as they stand, without asking whether they were allowed; see `faults`."""
        ledger = cls(shares, terms)
        for posting in postings:
            ledger._add(posting)
        return ledger

    def _add(self, posting: Posting) -> None:
        kind, side, amount, year = posting.kind, posting.side, posting.amount, posting.year
        self.sums[kind, side] += amount
        if kind in (PAID, RELEASED):
            self.settled[kind, side, (posting.article, posting.instalment)] += amount
        if kind == COMMITTED:
            self.years[side, year] += amount
        elif kind in (PAID, RELEASED, CARRIED):
            self.years[side, year] -= amount
        if kind == CARRIED:
            self.years[side, year + 1] += amount

    def sum(self, kind: str, side: str = "") -> int:
        """Give what was booked of a kind, of one side or both."""
        return sum(self.sums[kind, each] for each in SIDES if side in ("", each))

    def owed(self, share: Share, side: str) -> int:
        """Give what an instalment still owes."""
        return share.of(side) - self.settled[PAID, side, share.key] - self.settled[RELEASED, side, share.key]

    def open(self, side: str = "") -> int:
        """Give what all instalments still owe."""
        return sum(self.owed(share, each) for share in self.shares for each in SIDES if side in ("", each))

    def held(self, side: str, year: int) -> int:
        """Give what a budget year still holds."""
        return self.years[side, year]

    def kept(self, side: str) -> int:
        """Give what the firm was paid and has not been asked back."""
        return self.sum(PAID, side) - self.sum(CLAIMED, side)

    def outstanding(self, side: str = "") -> int:
        """Give what was asked back and has not come."""
        return self.sum(CLAIMED, side) - self.sum(RETURNED, side)

    def due(self, article: str, instalment: str) -> Share:
        """Give an instalment; ``E-RND-41`` where the award has none of this name."""
        for share in self.shares:
            if share.key == (article, instalment):
                return share
        raise HaiheError("E-RND-41", column="share", value=f"{article} {instalment}".strip())

    def refusal(self, posting: Posting, accepted: bool | None = None) -> HaiheError | None:
        """Give why a posting may not be booked now; nothing where it may.

        ``accepted`` says whether the final acceptance was passed; ``None`` where there is none yet.

        Its codes: ``E-RND-40`` an amount that is not above 0, ``E-RND-41`` an instalment that there is not, ``E-RND-42``
        more than is owed, ``E-RND-43`` more than the budget year holds, ``E-RND-44`` an instalment before another that is not
        settled, ``E-RND-45`` matching not in step, ``E-RND-46`` a tail before acceptance or after a failed one, ``E-RND-47``
        a payment while money is to come back, ``E-RND-48`` more asked back than paid, ``E-RND-49`` more returned than asked back,
        ``E-RND-50`` a second commitment.
        """
        kind, side, amount = posting.kind, posting.side, posting.amount
        if amount <= 0:
            return HaiheError("E-RND-40", column="amount", value=str(amount))
        if kind == COMMITTED:
            wanted = sum(share.of(side) for share in self.shares)
            return HaiheError("E-RND-50") if self.sums[kind, side] or amount != wanted else None
        if kind == CLAIMED:
            return _over("E-RND-48", amount, self.kept(side))
        if kind == RETURNED:
            return _over("E-RND-49", amount, self.outstanding(side))
        if kind == CARRIED:
            return _over("E-RND-43", amount, self.held(side, posting.year), year=posting.year)
        return self._settles(posting, accepted)

    def _settles(self, posting: Posting, accepted: bool | None) -> HaiheError | None:
        """Judge a payment or a release."""
        try:
            share = self.due(posting.article, posting.instalment)
        except HaiheError as error:
            return error
        side = posting.side
        over = _over("E-RND-42", posting.amount, self.owed(share, side))
        over = over or _over("E-RND-43", posting.amount, self.held(side, posting.year), year=posting.year)
        if over is not None or posting.kind == RELEASED:
            return over
        before = [each for each in self.shares if each.article == share.article and each.place < share.place]
        if any(self.owed(each, side) for each in before):
            return HaiheError("E-RND-44", value=share.instalment)
        behind = sum(self.owed(each, DISTRICT) for each in before)
        if self.terms.in_step and side == CITY and behind:
            return HaiheError("E-RND-45", value=share.instalment, amount=said_money(behind))
        if self.outstanding():
            return HaiheError("E-RND-47", amount=said_money(self.outstanding()))
        if self.terms.tail_after_acceptance and share.last and share.place and not accepted:
            return HaiheError("E-RND-46", value=share.instalment)
        return None

    def book(self, posting: Posting, accepted: bool | None = None) -> "Ledger":
        """Give the ledger with one more posting; raises what `refusal` says."""
        error = self.refusal(posting, accepted)
        if error is not None:
            raise error
        more = Ledger(self.shares, self.terms, self.sums.copy(), self.settled.copy(), self.years.copy())
        more._add(posting)
        return more

    def faults(self) -> list[Text]:
        """Give what does not balance, in words; empty in every ledger that `book` made."""
        found: list[Text] = []
        for side in SIDES:
            name = KINDS[COMMITTED, side]
            committed, paid, released = (self.sums[kind, side] for kind in (COMMITTED, PAID, RELEASED))
            if committed != paid + self.open(side) + released:
                found.append(UNEQUAL.format(name=name))
            if sum(amount for (each, _), amount in self.years.items() if each == side) != committed - paid - released:
                found.append(YEARS.format(name=name))
            if min((self.owed(share, side) for share in self.shares), default=0) < 0:
                found.append(OVERPAID.format(name=name))
            if any(amount < 0 for (each, _), amount in self.years.items() if each == side):
                found.append(OVERSPENT.format(name=name))
            if not 0 <= self.sums[RETURNED, side] <= self.sums[CLAIMED, side] <= paid:
                found.append(BEYOND.format(name=name))
        return found


def _over(code: str, amount: int, most: int, **more: Any) -> HaiheError | None:
    if amount <= most:
        return None
    return HaiheError(code, column="amount", value=said_money(amount), most=said_money(most), **more)


def attained(figures: Sequence[tuple[Fraction, Fraction | None, bool]]) -> Fraction | None:
    """Give the part of the performance targets that was reached, the mean over targets of at most 1 each.

    Parameters
    ----------
    figures : sequence of (target, actual, at_least)
        Targets are above 0. A target of at most so much is reached by ``target / actual``.

    Returns
    -------
    Fraction or None
        ``None`` where there is no target or a figure is missing: missing is not 0.
    """
    if not figures or any(actual is None for _, actual, _ in figures):
        return None
    parts = [_reached(target, actual or Fraction(0), at_least) for target, actual, at_least in figures]
    return sum(parts, Fraction(0)) / len(parts)


def _reached(target: Fraction, actual: Fraction, at_least: bool) -> Fraction:
    if at_least:
        return min(Fraction(1), max(Fraction(0), actual / target))
    return Fraction(1) if actual <= target else target / actual


def clawback(ledger: Ledger, reached: Fraction, least: Fraction, whole: bool) -> dict[str, int]:
    """Give what the round's rule asks back of each side, over what was asked back already, in fen rounded down.

    Nothing where at least ``least`` was reached; else the part that was missed of what was paid, or (``whole``) all of it.
    """
    if reached >= least:
        return dict.fromkeys(SIDES, 0)
    part = Fraction(1) if whole else 1 - reached
    due = {side: ledger.sum(PAID, side) * part.numerator // part.denominator for side in SIDES}
    return {side: max(0, due[side] - ledger.sum(CLAIMED, side)) for side in SIDES}
