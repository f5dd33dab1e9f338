"""What a region says about itself as a whole: names, years, money, licence."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from haihe.messages import Text
from haihe.region.cells import is_text
from haihe.region.issues import Issue
from haihe.region.units import compatible, known

FORMAT = 1
"""Version of the layout of tables; a file of a newer version is refused."""

META_NAME = "haihe"
"""Name of the sheet and stem of the file (``haihe.toml``) that hold the fields."""

FIELDS: dict[str, Text] = {
    "name": Text("短名，用于文件名与网址", "short name, for files and addresses"),
    "title_zh": Text("中文标题", "title in Chinese"),
    "title_en": Text("英文标题（留空即用中文标题）", "title in English (the Chinese one where empty)"),
    "base_year": Text("基准年（年份）", "base year (a year)"),
    "price_year": Text("价格年份（年份）", "year of the prices (a year)"),
    "money_unit": Text("金额单位，如 万元、亿元", "unit of money, such as 万元 or 亿元"),
    "licence": Text("许可", "licence"),
    "description_zh": Text("中文说明", "description in Chinese"),
    "description_en": Text("英文说明", "description in English"),
    "format": Text(f"格式版本（{FORMAT}）", f"format version ({FORMAT})"),
}
"""Every field and what it holds."""


class Meta(BaseModel):
    """The fields of ``haihe.toml``.

    ``money_unit`` is the unit in which results show money; tables declare their own units row by row.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title_zh: str
    title_en: str = ""
    base_year: int
    price_year: int
    money_unit: str
    licence: str = ""
    description_zh: str = ""
    description_en: str = ""
    format: int = FORMAT

    @property
    def title(self) -> Text:
        """Title in both languages."""
        return Text(self.title_zh, self.title_en)

    @model_validator(mode="before")
    @classmethod
    def _title(cls, fields: Any) -> Any:
        """The Chinese title stands for an absent English one."""
        if isinstance(fields, dict) and fields.get("title_en") in (None, ""):
            return fields | {"title_en": fields.get("title_zh", "")}
        return fields

    @field_validator("name", "title_zh")
    @classmethod
    def _said(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("empty")
        return value

    @field_validator("*")
    @classmethod
    def _lines(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if not is_text(value):
            raise ValueError("control characters")
        return value.replace("\r\n", "\n").replace("\r", "\n")

    @field_validator("base_year", "price_year")
    @classmethod
    def _calendar(cls, value: int) -> int:
        if not 1900 <= value <= 2100:
            raise ValueError("not a year")
        return value

    @field_validator("money_unit")
    @classmethod
    def _money(cls, value: str) -> str:
        if not known(value) or not compatible(value, "yuan"):
            raise ValueError("not a unit of money")
        return value

    @field_validator("format")
    @classmethod
    def _version(cls, value: int) -> int:
        if not 1 <= value <= FORMAT:
            raise ValueError("unknown format version")
        return value


def read_meta(fields: dict[str, Any]) -> tuple[Meta | None, list[Issue]]:
    """Make the meta of raw fields, with an issue for every field that is missing, wrong or unknown."""
    try:
        return Meta(**fields), []
    except ValidationError as error:
        issues = []
        for problem in error.errors():
            field = str(problem["loc"][0])
            if problem["type"] == "missing":
                issues.append(Issue("E-META-01", META_NAME, column=field, values={"about": FIELDS[field]}))
            elif problem["type"] == "extra_forbidden":
                values = {"value": field, "known": ", ".join(FIELDS)}
                issues.append(Issue("E-META-03", META_NAME, column=field, values=values))
            else:
                wrong = {"value": str(problem["input"]), "about": FIELDS[field]}
                issues.append(Issue("E-META-02", META_NAME, column=field, values=wrong))
        return None, issues


def to_toml(meta: Meta) -> str:
    """Write the fields as TOML, in their declared order."""
    return "".join(f"{name} = {_toml(value)}\n" for name, value in meta.model_dump().items())


def _toml(value: str | int) -> str:
    # A JSON string is a TOML basic string, but for the one control character that JSON leaves bare.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
