"""The sale of licences: the effects of an invoice that is paid or expires."""

from chalicelib.core.billing.sale import Sale
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import require_profile
from chalicelib.runtime import clock
from chalicelib.runtime.history import Actor
from chalicelib.runtime.table import Write, fetch
from chalicelib.services.gosotchet import mail, store
from chalicelib.services.gosotchet.model import Licence, LicenceState
from chalicelib.services.gosotchet.rules import LICENCE, LicenceUnknown, last_day


def _paid(licence: Licence) -> list[Write]:
    owner = require_profile(fetch(organisation.profile(licence.client_id)))
    now = clock.now()
    active = LICENCE.move(
        licence,
        LicenceState.ACTIVE,
        Actor.BANK,
        at=now,
        valid_until=last_day(clock.business_day(now), licence.tariff.months),
    )
    return [store.move_licence(active), mail.licence_active(licence, owner.email)]


def _expired(licence: Licence) -> list[Write]:
    return [store.move_licence(LICENCE.move(licence, LicenceState.EXPIRED, Actor.TIME))]


SALE = Sale(
    queue=store.QUEUE,
    first=LicenceState.INVOICED,
    lifecycle=LICENCE,
    get=store.licence,
    unknown=LicenceUnknown,
    paid=_paid,
    expired=_expired,
)
