"""VAT rates of fiscal documents (order ЕД-7-20/662@, tag 1199)."""

CODES = {
    "nds18": 1,
    "nds10": 2,
    "nds18118": 3,
    "nds10110": 4,
    "nds0": 5,
    "ndsNo": 6,
    "nds5": 7,
    "nds7": 8,
    "nds5105": 9,
    "nds7107": 10,
    "nds22": 11,
    "nds22122": 12,
}
"""Code of tag 1199 by the JSON field that is named after the rate.

Receipts have these fields for the sums of each rate; items have them in ФФД 1.0. Since 2019 the 18
in a field name stands for 20 %.
"""
