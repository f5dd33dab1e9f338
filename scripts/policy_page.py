"""Write the page from the policy texts to the software: docs/explanation/policy.md and policy.zh.md.

Clauses, mechanisms and what serves them stand in ``scripts/policy/clauses.toml``; the words for the clauses are ours.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from haihe.messages import LANGUAGES, Lang, Text
from shots import WORDS

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "explanation"
FILES: dict[Lang, str] = {"en": "policy.md", "zh": "policy.zh.md"}
CLAUSES = ROOT / "scripts" / "policy" / "clauses.toml"
TITLE = Text("从政策到软件", "From the policy texts to the software")
INTRO = Text(
    "天津市人大常委会 2022 年关于制造业的决定（A1–A14）与 2024 年的文件（B1–B8）要求什么，由 haihe 的哪一部分承担。条文用我们自己的话"
    "概括，不代替原文。每条给出办法背后的机制、工作区的页面（链接到其用法）、命令、函数，以及示例地区的图；缺什么照实写明。图中项目、资金和"
    "人员为虚构，均有标注。本页由 `scripts/policy_page.py` 生成；测试逐条运行其中的命令。",
    "What the decision of Tianjin's legislature on manufacturing of 2022 (A1–A14) and the text of 2024 (B1–B8) ask for, and which part of "
    "haihe serves it. The clauses are said in our own words and do not replace the texts. Each names the mechanism, the page of the workspace "
    "(linked to how it is used), the command and the function, with a picture from the example; what is missing is said. Projects, money and "
    "people on the pictures are made up, and marked so. This page is written by `scripts/policy_page.py`, and a test runs its commands.",
)
SERVED = {
    "full": Text("已承担", "served"),
    "part": Text("部分承担", "served in part"),
    "no": Text("未承担", "not served"),
}
COUNT = Text(
    "{all} 条中：已承担 {full} 条，部分承担 {part} 条{parts}，未承担 {no} 条{nos}。已承担是指可由软件承担的都有，不是说政策目标已经实现。",
    "Of {all} clauses {full} are served, {part} in part{parts}, {no} not at all{nos}. Served means that what software can do is there, not "
    "that the aim of the clause is reached.",
)
LISTED = Text("（{ids}）", " ({ids})")
HEADS = {
    "pages": Text("页面", "Page"),
    "commands": Text("命令", "Command"),
    "functions": Text("函数", "Function"),
    "gap": Text("缺什么", "What is missing"),
}
PAGE = Text("工作区 `{path}`", "`{path}` in the workspace")
STOP, COLON, LIST = Text("。", "."), Text("：", ": "), Text("、", ", ")
GROUPS = ("accounts", "audit", "exchange", "user", "geo", "db", "rules", "unit")
"""Commands that have commands of their own."""
GUIDES = {
    "data:requests": "collect",
    "data:datasets": "upload",
    "scenarios": "scenarios-workspace",
    "rounds:awards": "award-money",
    "rounds:entries": "award-money",
    "rounds": "fund-round",
    "meetings": "problems",
}
"""The how-to of a page of the workspace, or of its room; otherwise it has the room's own name."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: in our words, how it is served and by what."""

    id: str
    words: Text
    mechanism: Text
    served: Literal["full", "part", "no"]
    pages: tuple[str, ...]
    commands: tuple[str, ...]
    functions: tuple[str, ...]
    figures: tuple[str, ...]
    gap: Text | None = None

    @classmethod
    def of(cls, said: dict[str, Any]) -> "Clause":
        """Read one from the file."""
        gap = Text(said["gap_zh"], said["gap_en"]) if "gap_zh" in said else None
        mechanism = Text(said["mechanism_zh"], said["mechanism_en"])
        lists = (tuple(said.get(name, ())) for name in ("pages", "commands", "functions", "figures"))
        return cls(said["id"], Text(said["zh"], said["en"]), mechanism, said["served"], *lists, gap)


def clauses() -> list[Clause]:
    """Read all clauses."""
    return [Clause.of(said) for said in tomllib.loads(CLAUSES.read_text(encoding="utf-8"))["clause"]]


def paths() -> dict[str, str]:
    """Give the path of every page of the workspace without a code in it, by name."""
    from django.urls import get_resolver, reverse
    from django.urls.exceptions import NoReverseMatch

    found = {}
    for space, (_, resolver) in get_resolver().namespace_dict.items():
        for name in resolver.reverse_dict:
            if isinstance(name, str):
                try:
                    found[f"{space}:{name}"] = reverse(f"{space}:{name}")
                except NoReverseMatch:
                    continue  # it needs the code of a thing
    return found


def _guide(name: str, lang: Lang) -> str:
    """Give the how-to of a page of the workspace, as a link leads there."""
    room = name.partition(":")[0]
    guide = GUIDES.get(name) or GUIDES.get(room) or room
    return f"../howto/{guide}.md" if lang == "en" else f"../howto/{guide}.zh.md"


def _command(command: str) -> str:
    """Give a command with a link to its place on the page of the command line."""
    words = command.split()
    depth = 3 if words[1] in GROUPS else 2
    return f"[`{command}`](../reference/cli.md#{'-'.join(words[:depth])})"


def _counted(every: list[Clause]) -> Text:
    """Say how many clauses are served, in part and not at all, and which those are."""
    ids = {state: [clause.id for clause in every if clause.served == state] for state in SERVED}
    named = {state: LISTED.format(ids=Text("、".join(of), ", ".join(of))) if of else "" for state, of in ids.items()}
    return COUNT.format(
        all=len(every), **{state: len(of) for state, of in ids.items()}, parts=named["part"], nos=named["no"]
    )


def written(lang: Lang, found: dict[str, str]) -> str:
    """Write the page in a language.

    Parameters
    ----------
    lang : str
    found : dict
        Paths by name, see `paths`.
    """
    every = clauses()
    lines = [f"# {TITLE(lang)}", "", INTRO(lang), "", _counted(every)(lang), ""]
    for clause in every:
        lines += [
            f"## {clause.id} · {clause.words(lang)}",
            "",
            f"**{SERVED[clause.served](lang)}{STOP(lang)}** {clause.mechanism(lang)}",
            "",
        ]
        between = LIST(lang)
        pages = between.join(f"[{PAGE.format(path=found[name])(lang)}]({_guide(name, lang)})" for name in clause.pages)
        functions = between.join(f"[`{name}`](../reference/python.md)" for name in clause.functions)
        said = [("pages", pages), *(("commands", _command(each)) for each in clause.commands), ("functions", functions)]
        if clause.gap is not None:
            said.append(("gap", clause.gap(lang)))
        lines += [f"- {HEADS[head](lang)}{COLON(lang)}{words}" for head, words in said if words]
        lines.append("")
        for name in clause.figures:
            lines += [f"![{WORDS[name](lang)}](../images/{name}-{lang}.png)", ""]
    return "\n".join(lines)


def main() -> None:
    from haihe.workspace.start import setup

    setup(ROOT / "out" / "none")
    found = paths()
    for lang in LANGUAGES:
        (FOLDER / FILES[lang]).write_text(written(lang, found), encoding="utf-8")


if __name__ == "__main__":
    main()
