"""Reads of one registration, by its client or by the operator."""

from chalicelib.runtime.caller import Caller
from chalicelib.runtime.table import fetch, first
from chalicelib.services.gosotchet import store
from chalicelib.services.gosotchet.model import Registration
from chalicelib.services.gosotchet.rules import RegistrationUnknown


def read_own(caller: Caller, registration_id: str) -> Registration:
    """Return a registration of the caller.

    Raises:
        RegistrationUnknown: the caller has no such registration.
    """
    registration = fetch(store.registration(caller.client_id, registration_id))
    if registration is None:
        raise RegistrationUnknown
    return registration


def read_any(registration_id: str) -> Registration:
    """Return a registration of any client, for the operator.

    Raises:
        RegistrationUnknown: there is no such registration.
    """
    registration = first(store.registration_of_all(registration_id))
    if registration is None:
        raise RegistrationUnknown
    return registration
