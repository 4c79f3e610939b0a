"""Versions of EnterpriseData that are supported, and the names that all messages share."""

from typing import Literal

FormatVersion = Literal["1.17", "1.8"]
VERSIONS: tuple[FormatVersion, ...] = ("1.17", "1.8")
"""Supported versions, preferred first."""
NAMESPACE = "http://v8.1c.ru/edi/edi_stnd/EnterpriseData/"
"""XML namespace of a message, without the version at its end."""
EXCHANGE_PLAN = "СинхронизацияДанныхЧерезУниверсальныйФормат"
"""Name of the exchange plan in 1C."""
