"""Write the mathematics of the plan from the docstrings of its families: docs/reference/mathematics.md.

Formulas are turned into MathML, which browsers show without any script, so that the page works offline.
"""

import inspect
import re
import textwrap
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from latex2mathml.converter import convert

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "mathematics.md"
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("The reference path and its wedges", ("reference", "reference.capacity_path", "wedges.wedges")),
    ("Elastic quantities", ("soft.define_soft", "goods.define_goods")),
    ("The economy", (
        "goods.define_balance", "capacity.define_production", "capacity.define_capacity", "capacity.define_stocks",
        "capacity.define_build_limit", "factors.define_labour", "factors.define_external_balance",
        "factors.define_factors",
    )),
    ("What is scarce", (
        "caps.define_cap", "resources.define_resource", "links.define_corridor", "expansions.define_expansions",
        "conduct.define_replacement", "conduct.define_growth_guard",
    )),
    ("Projects and money", (
        "projects.define_projects", "projects.define_choice", "projects.enter_effects", "money.define_money",
        "money.define_payments", "money.define_sources", "money.define_budgets", "money.define_fiscal_space",
        "money.define_credit", "compact.define_compact_money", "ties.define_ties", "relocation.enter_moves",
    )),
    ("Limits, targets and goals", (
        "bounds.define_bounded", "limits.define_limit", "targets.define_target", "goals.define_watches",
    )),
    ("Several scenarios", ("risk.define_risk",)),
)  # fmt: skip
INTRO = """# The plan's mathematics, family by family

Every family of variables and rows as the code builds it. The text of each section is the docstring of the function that
builds the family, so the page cannot say anything else than the code; it is written by `scripts/maths_page.py`, do not edit
it. [The plan's mathematics](../explanation/plan.md) explains why the parts are as they are, and what the letters mean.

Everything is minimised: the objective is minus welfare, in bn yuan, discounted. Amounts are detrended by the growth of the
reference path. The *worth* of a row is what one more unit on its right-hand side adds to welfare; over the weight
D<sub>t</sub> of its milestone it is a price.
"""


def page() -> str:
    """Give the page."""
    lines = [INTRO]
    for title, families in PARTS:
        lines += [f"## {title}", ""]
        for family in families:
            module, _, name = family.partition(".")
            room = import_module(f"haihe.planning.{module}")
            lines += [f"### `{name or module}`", "", *section(getattr(room, name) if name else room, module), ""]
    return "\n".join(lines).rstrip() + "\n"


def section(family: Callable[..., object] | ModuleType, module: str) -> list[str]:
    """Give the text of one family: its docstring up to the parameters, formulas turned into MathML."""
    text = inspect.getdoc(family) or ""
    references = re.search(r"\nReferences\n-+\n(.*)", text, flags=re.DOTALL)
    body = re.split(r"\n(?:Parameters|Returns|Raises|Attributes|Notes|References|Examples)\n-+\n", text)[0]
    words = words_of(body)
    if references:
        words += ["", f"After: {' '.join(references[1].split())}"]
    return [*words, "", f"In `haihe.planning.{module}`."]


def words_of(text: str) -> list[str]:
    """Turn a docstring's text into Markdown."""
    out: list[str] = []
    lines = text.splitlines()
    k = 0
    while k < len(lines):
        found = re.match(r"\s*\.\. math::\s*(.*)", lines[k])
        if not found:
            out.append(inline(lines[k]))
            k += 1
            continue
        formula = [found[1]]
        k += 1
        while k < len(lines) and (not lines[k].strip() or lines[k].startswith("    ")):
            formula.append(lines[k])
            k += 1
        for block in re.split(r"\n\s*\n", textwrap.dedent("\n".join(formula)).strip()):
            out += ["", mathml(block, display="block"), ""]
    return out


def inline(line: str) -> str:
    """Turn roles and literals of a docstring into Markdown."""
    line = re.sub(r":math:`([^`]+)`", lambda m: mathml(m[1], display="inline"), line)
    line = re.sub(r"(?<!`)`(?:haihe\.planning\.)?(?:\w+\.)?(\w+)`(?!`)", r"`\1`", line)
    return line.replace("``", "`")


def mathml(latex: str, *, display: str) -> str:
    """Turn a formula into MathML on one line."""
    made = convert(" ".join(latex.split()).replace("\\!", ""), display=display)
    return re.sub(r"\s+", " ", made)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
