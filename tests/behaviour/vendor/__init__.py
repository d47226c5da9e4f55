"""What the vendors' own data say of the inputs that stacks give: patterns, lengths, limits, lists of values.

One file per cloud reads that vendor's data; `schema.py` is what they have in common; `make vendor-rules`
prints how much of each cloud is covered, and which types are not.
"""
