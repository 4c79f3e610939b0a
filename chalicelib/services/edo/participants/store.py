"""The directory of participants in the table Edo.

Two items for each participant. ``participant#<identifier>``: ``participant`` makes the identifier
unique. ``inn#<ИНН>`` lists the participants of a taxpayer: ours as ``participant#own#<КПП>``, which
makes an organisation unique, those of other operators as ``participant#roaming#<identifier>``.
"""

from chalicelib.runtime.problem import Unavailable
from chalicelib.runtime.table import Get, Item, Otherwise, Query, Write, to_item
from chalicelib.services.edo.participants.model import Participant
from chalicelib.services.edo.resources import EDO


def participant(participant_id: str) -> Get[Participant]:
    """Describe the read of a participant by its identifier."""
    return EDO.get(f"participant#{participant_id}", "participant", Participant.model_validate)


def participants(inn: str) -> Query[Participant]:
    """Describe the list of a taxpayer's participants, ours first."""
    return EDO.list(f"inn#{inn}", "participant#", Participant.model_validate)


def put_own(new: Participant, otherwise: Otherwise) -> list[Write]:
    """Add our participant; ``otherwise`` is raised if its organisation is in the directory.

    Raises:
        Unavailable: another participant took the same identifier at the same moment.
    """
    by_inn = _item_by_inn(new, f"own#{new.kpp or ''}")
    return [
        EDO.put(by_inn, new=True, otherwise=otherwise),
        EDO.put(_item_by_id(new), new=True, otherwise=Unavailable()),
    ]


def put_foreign(current: Participant) -> list[Write]:
    """Add or replace a participant of another operator."""
    by_inn = _item_by_inn(current, f"roaming#{current.participant_id}")
    return [EDO.put(_item_by_id(current)), EDO.put(by_inn)]


def _item_by_id(participant: Participant) -> Item:
    key = {"client_id": f"participant#{participant.participant_id}", "sk": "participant"}
    return key | to_item(participant)


def _item_by_inn(participant: Participant, name: str) -> Item:
    key = {"client_id": f"inn#{participant.inn}", "sk": f"participant#{name}"}
    return to_item(participant) | key
