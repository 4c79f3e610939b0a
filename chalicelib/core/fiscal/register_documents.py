"""Turnover of one register by date.

Documents are stored by fiscal drive, not by client. The client's turnover items prove which
numbers of which drives are the client's; :mod:`chalicelib.core.fiscal.documents` reads these.
"""

import datetime as dt

from chalicelib.core.fiscal import store
from chalicelib.core.fiscal.turnover import Turnover
from chalicelib.runtime.table import every

MOST_DAYS = 400
"""Most turnover items per call: a year of days, and days on which the fiscal drive changed."""


def read_turnover(
    client_id: str, register_id: str, from_day: dt.date, to_day: dt.date
) -> list[Turnover]:
    """Return the register's turnover from ``from_day`` to ``to_day`` inclusive.

    The items are in order of day and fiscal drive; at most :data:`MOST_DAYS` are returned.
    """
    return every(store.turnover(client_id, register_id, from_day, to_day), most=MOST_DAYS)
