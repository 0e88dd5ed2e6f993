"""The evidence of published figures: what each is made of, and packs of it that are checked without this program.

Reading and judging only: the figures, their contributions and formulas are published by the models of ``sql/evidence``.
"""
