"""From a scheme file to a scheme of settlement: the terms in force on a day, with the act they rest on."""

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction

from haihe.messages import HaiheError, Text
from haihe.rules.book import Rulebook
from haihe.rules.clauses import Clause
from haihe.rules.sharing import LEADERS, SharingScheme

FEN = Fraction(1, 100)


def sharing_on(book: Rulebook, day: dt.date, article: str | None = None, drafts: Sequence[str] = ()) -> SharingScheme:
    """Give the sharing scheme of a rulebook that is in force on a day.

    Parameters
    ----------
    book : Rulebook
    day : date
    article : str, optional
        ``scheme/article``; needed only where several articles declare a settlement.
    drafts : sequence of str
        Drafts to lay over the law.

    Raises
    ------
    HaiheError
        ``E-RUL-28`` for a draft that there is not, ``E-RUL-101`` where no scheme, or more than one, is in force.
    """
    book.check_drafts(drafts)
    articles = sorted({(clause.law, clause.code) for clause in book.clauses if clause.version.settlement is not None})
    found = [
        clause
        for law, code in articles
        if article in (None, f"{law}/{code}") and (clause := book.clause_on(law, code, day, drafts)) is not None
    ]
    found = [clause for clause in found if clause.version.settlement is not None]
    if len(found) != 1:
        named = ", ".join(clause.full for clause in found) or "—"
        raise HaiheError("E-RUL-101", value=named, day=day.isoformat())
    return sharing_of(found[0])


def sharing_of(clause: Clause) -> SharingScheme:
    """Make the scheme of settlement that a clause declares.

    Raises
    ------
    HaiheError
        ``E-RUL-101`` where it declares none, ``E-RUL-21`` where the least mean is no whole fen, ``E-RUL-76`` where the
        terms contradict each other.
    """
    terms = clause.version.settlement
    if terms is None:
        raise HaiheError("E-RUL-101", value="—", day=clause.version.valid_from.isoformat())
    source = clause.version.source
    cited = f"{source.document}{source.article or ''}"
    return SharingScheme(
        key=clause.full,
        title=clause.scheme.title,
        article=Text(f"依据：{cited}", f"under {cited}"),
        taxes=terms.taxes,
        base_years=terms.base_years,
        least_mean=terms.least_mean.grains(FEN),
        led_by=tuple(LEADERS.get(word.lower(), word) for word in terms.led_by),
        needs=terms.needs,
        start=terms.start,
        shares=terms.shares,
        extension=terms.extension,
        cap=terms.cap,
        rounding=terms.rounding,
        losses=terms.losses,
        afterwards=terms.afterwards,
    )
