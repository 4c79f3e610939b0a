"""EnterpriseData, the format in which 1С exchanges data: receipts in, messages out, and back.

Pure: no cloud and no clock. Amounts are kopecks, times are Moscow's.
"""
