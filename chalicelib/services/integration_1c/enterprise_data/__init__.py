"""EnterpriseData, the exchange format of 1C (versions 1.17 and 1.8).

Receipts become messages of retail reports, and messages of 1C are parsed. The package makes no
cloud calls and does not read the clock. Amounts are in kopecks, times are Moscow time.
"""
