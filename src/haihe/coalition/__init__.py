"""What coordination is worth, and how the gain is split so that no member has reason to leave.

`game` holds the values of all coalitions. On it stand the splits: `shapley` (exact) and `sampling` (many members), the
`core` and the least core, the `nucleolus`, the Owen point of a linear `production_game`, rules for `claims` and
`joint_costs`, and the `simple_rules` that are used today.
"""
