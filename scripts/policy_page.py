"""Write the page from the policy texts to the software: docs/explanation/policy.md and policy.zh.md.

Clauses, mechanisms and what serves them stand in ``scripts/policy/clauses.toml``; the words for the clauses are ours.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from haihe.messages import LANGUAGES, Lang, Text

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "explanation"
IMAGES = ROOT / "docs" / "images"
FILES: dict[Lang, str] = {"en": "policy.md", "zh": "policy.zh.md"}
CLAUSES = ROOT / "scripts" / "policy" / "clauses.toml"
TITLE = Text("从政策到软件", "From the policy texts to the software")
INTRO = Text(
    "天津市人大常委会 2022 年关于制造业的决定（A1–A14）与 2024 年的文件（B1–B8）要求什么，由 haihe 的哪一部分承担。条文用我们自己的话"
    "概括，不代替原文。每条给出办法背后的机制、工作区的页面、命令和函数；不能承担的照实写明。本页由 `scripts/policy_page.py` 生成；"
    "测试逐条运行其中的命令。",
    "What the decision of Tianjin's legislature on manufacturing of 2022 (A1–A14) and the text of 2024 (B1–B8) ask for, and which part of "
    "haihe serves it. The clauses are said in our own words and do not replace the texts. Each names the mechanism, the page of the workspace, "
    "the command and the function; what is not served is said. This page is written by `scripts/policy_page.py`, and a test runs its commands.",
)
SERVED = {
    "full": Text("已承担", "served"),
    "part": Text("部分承担", "served in part"),
    "no": Text("未承担", "not served"),
}
COUNT = Text(
    "{all} 条中：已承担 {full} 条，部分承担 {part} 条（缺什么写在条目内），未承担 {no} 条。",
    "Of {all} clauses {full} are served, {part} in part (what is missing stands with them), {no} not at all.",
)
HEADS = {
    "mechanism": Text("机制", "Mechanism"),
    "pages": Text("页面", "Page"),
    "commands": Text("命令", "Command"),
    "functions": Text("函数", "Function"),
    "gap": Text("缺什么", "What is missing"),
}
PAGE = Text("工作区 `{path}`", "`{path}` in the workspace")
FIGURE = Text("示例地区的结果", "From the example region")


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
    figure: str = ""
    gap: Text | None = None

    @classmethod
    def of(cls, said: dict[str, Any]) -> "Clause":
        """Read one from the file."""
        gap = Text(said["gap_zh"], said["gap_en"]) if "gap_zh" in said else None
        mechanism = Text(said["mechanism_zh"], said["mechanism_en"])
        lists = (tuple(said.get(name, ())) for name in ("pages", "commands", "functions"))
        return cls(
            said["id"], Text(said["zh"], said["en"]), mechanism, said["served"], *lists, said.get("figure", ""), gap
        )


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


def written(lang: Lang, found: dict[str, str]) -> str:
    """Write the page in a language.

    Parameters
    ----------
    lang : str
    found : dict
        Paths by name, see `paths`.
    """
    every = clauses()
    counts = {state: sum(clause.served == state for clause in every) for state in SERVED}
    lines = [f"# {TITLE(lang)}", "", INTRO(lang), "", COUNT.format(all=len(every), **counts)(lang), ""]
    for clause in every:
        lines += [
            f"## {clause.id} · {clause.words(lang)}",
            "",
            f"**{SERVED[clause.served](lang)}.** {clause.mechanism(lang)}",
            "",
        ]
        if clause.pages:
            pages = ", ".join(PAGE.format(path=found[name])(lang) for name in clause.pages)
            lines.append(f"- {HEADS['pages'](lang)}: {pages}")
        lines += [f"- {HEADS['commands'](lang)}: `{command}`" for command in clause.commands]
        if clause.functions:
            lines.append(f"- {HEADS['functions'](lang)}: {', '.join(f'`{name}`' for name in clause.functions)}")
        if clause.gap is not None:
            lines.append(f"- {HEADS['gap'](lang)}: {clause.gap(lang)}")
        lines.append("")
        if clause.figure and (IMAGES / f"{clause.figure}-{lang}.png").is_file():
            lines += [f"![{FIGURE(lang)}](../images/{clause.figure}-{lang}.png)", ""]
    return "\n".join(lines)


def main() -> None:
    from haihe.workspace.start import setup

    setup(ROOT / "out" / "none")
    found = paths()
    for lang in LANGUAGES:
        (FOLDER / FILES[lang]).write_text(written(lang, found), encoding="utf-8")


if __name__ == "__main__":
    main()
