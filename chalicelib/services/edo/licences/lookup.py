"""Reads of licences that several rooms share."""

from chalicelib.runtime import clock
from chalicelib.runtime.table import every
from chalicelib.services.edo.licences import store
from chalicelib.services.edo.licences.model import EdoLicence


def load_running_licences(client_id: str) -> list[EdoLicence]:
    """Return a client's licences whose terms have not ended today, by the last day."""
    return every(store.running_licences(client_id, clock.today()), most=store.MOST_LICENCES)
