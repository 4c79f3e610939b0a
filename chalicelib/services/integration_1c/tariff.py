"""The tariff of a register as the cabinet shows it."""

import datetime as dt

from chalicelib.core.organisation.model import Register
from chalicelib.services.integration_1c import rules
from chalicelib.services.integration_1c.model import RegisterAccess, RegisterTariff
from chalicelib.services.integration_1c.settings import Integration1cSettings


def register_tariff(
    register: Register, access: RegisterAccess | None, today: dt.date, *, trial_used: bool
) -> RegisterTariff:
    """Return the tariff of a register on the day ``today``."""
    settings = Integration1cSettings.load()
    return RegisterTariff(
        register_id=register.register_id,
        model=register.model,
        shop_id=register.shop_id,
        state=rules.state(access, today),
        until=access.until if access else None,
        trial_available=not trial_used and not (access and access.until >= today),
        trial_days=settings.onec_trial_days,
        prices=settings.prices,
    )
