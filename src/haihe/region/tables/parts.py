"""Tables that say how the parts of a region share what is known of the whole."""

from haihe.messages import Text
from haihe.region.spec import TableSpec, code, evidence, note, number

DISTRICT_SHARES = TableSpec(
    "district_shares",
    Text("各区份额", "district shares"),
    Text(
        "各区占全市某行业总产出的份额；同一行业各区之和为1。全市核算按它拆到各区。",
        "A district's share of its city's output of a sector; the shares of a sector add up to 1. The city's accounts are "
        "split by them.",
    ),
    (
        code("region", "地区", "region", ("区", "District."), ref="regions.region", key=True),
        code("sector", "行业", "sector", ("行业", "Sector."), ref="sectors.sector", key=True),
        number(
            "share",
            "份额",
            "share",
            (
                "占全市该行业总产出；没有写明的区为0",
                "Of the city's output of the sector; 0 where a district has no row.",
            ),
            "share",
            minimum=0,
            maximum=1,
            required=True,
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("合作收益", "gains from coordination"),
)
