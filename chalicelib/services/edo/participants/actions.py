"""«Контрагенты ЭДО»: the search for participants."""

from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.page import Page
from chalicelib.runtime.table import every
from chalicelib.services.edo.participants import store
from chalicelib.services.edo.participants.model import CounterpartiesQuery, Counterparty
from chalicelib.services.edo.resources import EDO

_MOST_COUNTERPARTIES = 100


@action("GET /edo/counterparties", caller="client", reads=[EDO])
def find_counterparties(caller: Caller, query: CounterpartiesQuery) -> Page[Counterparty]:
    """Return the participants of a taxpayer, of this operator and of others."""
    participants = every(store.participants(query.inn), most=_MOST_COUNTERPARTIES)
    return Page(items=list(map(Counterparty.of, participants)), next=None)
