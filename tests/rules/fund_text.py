"""A small rule file for tests: the shapes that real funds have, with made-up dates and documents."""

HEAD = """\
# a comment that must survive
scheme: fund
title: {zh: 示例资金, en: Sample fund}
fund: F01
rounding: {to: 分, way: half_up}
fair_competition: {reviewed: yes, document: 示例审查意见}
fields:
  investment: {type: money, unit: 万元, min: 0, max: 1000 亿元, label: {zh: 总投资, en: total investment}}
  equipment: {type: money, unit: 万元, min: 0, max: 1000 亿元, label: {zh: 设备投资, en: equipment}}
  cost: {type: money, unit: 万元, min: 0, max: 1000 亿元, label: {zh: 项目投资, en: project cost}}
  sales: {type: money, unit: 亿元, min: 0, max: 10 万亿元, label: {zh: 销售收入, en: sales}}
  saving: {type: quantity, unit: tce, decimals: 2, min: 0, max: 1000000, label: {zh: 年节能量, en: yearly saving}}
  rd_share: {type: quantity, unit: "%", decimals: 2, min: 0, max: 100, label: {zh: 研发强度, en: R&D share}}
  staff: {type: count, min: 0, max: 1000000, label: {zh: 从业人员, en: staff}}
  honest: {type: flag, label: {zh: 未列入失信名单, en: not on the dishonesty list}}
  level:
    type: choice
    label: {zh: 级别, en: level}
    choices: {national: {zh: 国家级, en: national}, city: {zh: 市级, en: city}}
  town: {type: text, label: {zh: 街镇, en: town}}
  filed_on: {type: date, min: 2000-01-01, max: 2100-12-31, label: {zh: 备案日期, en: filed on}}
"""

ARTICLES = """\
articles:
  upgrade:
    title: {zh: 技术改造, en: technical upgrade}
    versions:
    - valid_from: 2023-04-11
      valid_to: 2024-12-26
      source: {document: 示例〔2023〕4号, article: 第五条, quality: illustrative}
      checked_on: 2026-11-01
      parameters:
        threshold: {value: 1000 万元, label: {zh: 投资门槛, en: investment threshold}}
      conditions:
      - id: size
        when: investment >= threshold   # exactly at the threshold is enough
        text: {zh: 总投资不低于1000万元, en: total investment of 10 mn yuan at least}
      - {id: honest, when: honest, text: {zh: 未列入严重失信名单, en: not seriously dishonest}}
      support:
        base: equipment
        rate: 10 %
        caps: [{id: cap, amount: 5000 万元}]
      split: {city: 1, district: 1, remainder: district}
      instalments:
      - {id: first, share: 60 %}
      - {id: tail, share: 40 %}
    - valid_from: 2024-12-27
      source: {document: 示例〔2024〕9号, article: 第六条, quality: illustrative}
      conditions:
      - {id: size, when: investment >= amount('2000 万元'), text: {zh: 总投资不低于2000万元, en: 20 mn yuan at least}}
      - {id: honest, when: honest, text: {zh: 未列入严重失信名单, en: not seriously dishonest}}
      support:
        base: equipment
        rate: 8 %
        caps: [{id: cap, amount: 4000 万元}]
      split: {city: 1, district: 1, remainder: district}
  saving:
    title: {zh: 节能改造, en: energy saving}
    versions:
    - valid_from: 2020-01-01
      source: {document: 示例〔2019〕1号, quality: illustrative}
      conditions:
      - {id: size, when: cost >= amount('100 万元'), text: {zh: 项目投资不低于100万元, en: cost of 1 mn yuan at least}}
      - {id: tce, when: saving >= amount('100 tce'), text: {zh: 年节能量不低于100吨标准煤, en: 100 tce a year at least}}
      support:
        base: saving
        rate: 400 元/tce
        caps:
        - {id: cap, amount: 400 万元}
        - {id: cost, rate: 30 %, of: cost, text: {zh: 项目投资的30%, en: 30 % of cost}}
  pilot:
    title: {zh: 数字化试点, en: digital pilot}
    versions:
    - valid_from: 2024-08-01
      source: {document: 示例, quality: illustrative}
      support:
        cases:
        - {id: national, when: level == 'national', base: cost, rate: 30 %, caps: [{id: cap, amount: 500 万元}]}
        - {id: city, when: level == 'city', base: cost, rate: 20 %, caps: [{id: cap, amount: 300 万元}]}
      split: {city: 2, district: 1}
  chips:
    title: {zh: 芯片设计, en: chip design}
    versions:
    - valid_from: 2023-04-11
      source: {document: 示例, quality: illustrative}
      conditions:
      - {id: sales, when: sales >= amount('1 亿元'), text: {zh: 销售收入首次过亿元, en: sales of 100 mn yuan}}
      support:
        steps: {by: sales, table: [{from: 1 亿元, amount: 300 万元}, {from: 10 亿元, amount: 500 万元}]}
  slices:
    title: {zh: 分段奖励, en: award by slices}
    versions:
    - valid_from: 2023-04-11
      source: {document: 示例, quality: illustrative}
      support:
        steps: {by: cost, way: slices, table: [{from: 0 元, rate: 5 %}, {from: 1000 万元, rate: 3 %}, {from: 1 亿元, rate: 1 %}]}
        floor: {id: least, amount: 1 万元}
  score:
    title: {zh: 亩均评价, en: score}
    kind: score
    gives: "1"
    decimals: 2
    versions:
    - valid_from: 2023-04-11
      source: {document: 示例, quality: illustrative}
      support:
        terms:
        - {base: sales, rate: "30", per: 2 亿元, caps: [{id: twice, amount: "60"}]}
        - {base: rd_share, rate: "10", per: 3.02 %, instead: "10"}
"""

STACKING = """\
stacking:
- {id: one, kind: exclusive, articles: [upgrade, pilot], within: application, text: {zh: 择高不重复, en: the higher one only}}
- {id: total, kind: ceiling, within: [enterprise, year], cap: 5500 万元}
"""

SAMPLE = HEAD + ARTICLES
STACKED = SAMPLE + STACKING
