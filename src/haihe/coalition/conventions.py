"""Who counts what a joint project yields: in-place statistics as a declared convention, with its effect shown.

A convention says for output, tax and energy which part is counted with the users, by what they pay, by what they need or
alike; the rest is counted where the project stands. It moves figures between regions and adds nothing.
"""

import numpy as np
import pandas as pd

from haihe.coalition.joint_projects import JointProject, JointProjects
from haihe.coalition.joint_views import NAMED
from haihe.figures import Column, Table
from haihe.messages import HaiheError, Text
from haihe.planning.program import Floats
from haihe.region.units import said

FIGURES = {"output": Text("产出", "Output"), "tax": Text("税收", "Tax"), "energy": Text("能耗", "Energy")}


def count(joint: JointProjects, convention: str | None = None, rule: str = "shapley") -> pd.DataFrame:
    """Count what joint projects yield under a convention, beside counting it all where they stand.

    Parameters
    ----------
    joint : JointProjects
    convention : str, optional
        Code of the table ``conventions``; its first where not given. A figure without a row is counted at the site.
    rule : str
        Split whose payments stand behind ``by = cost``.

    Returns
    -------
    DataFrame
        project, figure, region, at_site, counted, change, unit. A figure adds up to the same either way.

    Raises
    ------
    HaiheError
        ``E-COA-94`` for an unknown convention.
    """
    table = joint.region.frame("conventions")
    known = list(dict.fromkeys(table["convention"]))
    wanted = convention if convention is not None else (known[0] if known else "")
    if wanted not in known:
        raise HaiheError("E-COA-94", value=wanted or "—", known=", ".join(known) or "—")
    terms = table[table["convention"] == wanted].set_index("figure")
    frames = [_one(project, terms, rule) for project in joint.projects]
    return pd.concat(frames, ignore_index=True)


def count_table(joint: JointProjects, convention: str | None = None, rule: str = "shapley") -> Table:
    """The effect of a convention as a table with words."""
    frame = count(joint, convention, rule)
    titles = {project.code: project.title for project in joint.projects}
    source = Text("共建项目表、用户表与统计口径表", "tables of joint projects, users and conventions")
    return Table(
        frame,
        [
            Column("project", Text("项目", "Project"), kind="text", labels=titles),
            Column("figure", Text("指标", "Figure"), kind="text", labels=FIGURES),
            Column("region", Text("地区", "Region"), kind="text", labels=joint.views.names),
            Column("at_site", Text("全记在所在地", "All at the site"), digits=2),
            Column("counted", Text("按口径", "By the convention"), digits=2),
            Column("change", Text("差别", "Change"), digits=2, signed=True),
            Column(
                "unit", Text("单位", "Unit"), kind="text", labels={u: said(f"{u}/year") for u in frame["unit"].unique()}
            ),
        ],
        key="joint-counted",
        title=Text("产出、税收、能耗记在谁名下", "Who counts output, tax and energy"),
        source=source,
        quality=joint.views.quality,
        notes=(
            Text(
                f"成本分摊按{NAMED[rule].zh}。口径只在地区之间移动数字，合计不变，也不改变任何人的收益。",
                f"What is paid is by the {NAMED[rule].en}. A convention moves figures between regions: their sum stays, and so does "
                "what anybody gains.",
            ),
        ),
    )


def _one(project: JointProject, terms: pd.DataFrame, rule: str) -> pd.DataFrame:
    members = list(dict.fromkeys([project.site, *project.costs.members]))
    own = project.payments[project.payments["rule"] == rule].set_index("member").reindex(members)
    at_site = np.array([name == project.site for name in members], dtype=np.float64)
    frames = []
    for figure, amount, unit in project.counted.itertuples(index=False, name=None):
        by, part = (
            (terms.loc[figure, "by"], float(terms.loc[figure, "share"])) if figure in terms.index else ("site", 0.0)
        )
        shares = part * _shares(str(by), own, at_site) + (1 - part) * at_site
        frames.append(
            pd.DataFrame(
                {
                    "project": project.code, "figure": figure, "region": members, "at_site": amount * at_site,
                    "counted": amount * shares, "change": amount * (shares - at_site), "unit": unit,
                }
            )
        )  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _shares(by: str, own: pd.DataFrame, at_site: Floats) -> Floats:
    """Shares of the part that is not counted at the site; at the site where there is nothing to share by."""
    if by == "site":
        return at_site
    uses = own["uses"].eq(True).to_numpy()
    weights = {"cost": own["pays"], "need": own["need"], "equal": pd.Series(1.0, index=own.index)}[by]
    w = np.where(uses, np.maximum(weights.fillna(0.0).to_numpy(dtype=np.float64), 0.0), 0.0)
    return np.asarray(w / w.sum()) if w.sum() > 0 else at_site
