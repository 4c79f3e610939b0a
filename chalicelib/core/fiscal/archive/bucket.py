"""Bucket FiscalArchive, apart from what reads it: functions that declare it start without that."""

from chalicelib.runtime.resource import Bucket

FISCAL_ARCHIVE = Bucket("FiscalArchive")
