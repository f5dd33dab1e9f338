"""How severe a problem is: a rule that anybody can check, said in words beside every answer."""

from dataclasses import dataclass
from decimal import Decimal

from haihe.messages import Text

MAJOR, LARGE, ORDINARY = "major", "large", "ordinary"
LEVELS = {MAJOR: Text("重大", "major"), LARGE: Text("较大", "large"), ORDINARY: Text("一般", "ordinary")}
MARKS = {MAJOR: "bad", LARGE: "warn", ORDINARY: "wait"}
WORTH = {MAJOR: Decimal(5), LARGE: Decimal(1)}
"""Worth of one per cent more, in 亿元, from which a problem is of a level."""
OFFICES = {MAJOR: 4, LARGE: 2}
"""Number of offices (owner and helpers) from which it is."""

RULE = Text(
    "重大：多 1% 的价值不低于 {a} 亿元，或须 {m} 个以上单位共同解决；较大：不低于 {b} 亿元，或须 {l} 个以上单位；其余为一般。",
    "Major: one per cent more is worth {a} x 100 m yuan or above, or {m} offices or more must act together; "
    "large: {b} x 100 m yuan or above, or {l} offices or more; ordinary otherwise.",
).format(a=str(WORTH[MAJOR]), b=str(WORTH[LARGE]), m=str(OFFICES[MAJOR]), l=str(OFFICES[LARGE]))
BY_WORTH = Text("多 1% 的价值约 {w} 亿元", "one per cent more is worth about {w} x 100 m yuan")
BY_OFFICES = Text("须 {n} 个单位共同解决", "{n} offices must act together")
BY_NEITHER = Text("价值与涉及单位数均未达到上一级", "neither worth nor number of offices reaches a higher level")


@dataclass(frozen=True, slots=True)
class Severity:
    """A level and why."""

    level: str
    why: Text


def severity(worth: Decimal | None, offices: int) -> Severity:
    """Say how severe a problem is.

    Parameters
    ----------
    worth : Decimal, optional
        What one per cent more of what is scarce brings, 亿元; ``None`` where nobody computed it.
    offices : int
        Owner and helpers.
    """
    for level in (MAJOR, LARGE):
        if worth is not None and worth >= WORTH[level]:
            return Severity(level, BY_WORTH.format(w=f"{worth.normalize():f}"))
        if offices >= OFFICES[level]:
            return Severity(level, BY_OFFICES.format(n=offices))
    return Severity(ORDINARY, BY_NEITHER)
