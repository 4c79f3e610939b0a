"""Rates of VAT as fiscal documents name them (order ЕД-7-20/662@, tag 1199)."""

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
"""Of a field that names a rate the code of tag 1199; the 18 in a name stands for 20 since 2019.

A receipt has these fields for its sums by rate, in ФФД 1.0 an item for its own.
"""
