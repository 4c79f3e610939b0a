"""Who may have electronic receipts."""

import datetime as dt

from chalicelib.core.organisation.model import Profile
from chalicelib.runtime.problem import Problem

AGREEMENT_NEEDED_UP_TO = dt.date(2017, 8, 13)
"""Cabinets created later come with the terms of the service in their contract."""


class NotEligible(Problem):
    """The supplementary agreement is not signed, and the cabinet is too old to do without."""

    status = 403
    slug = "e-receipts-agreement-unsigned"
    title = "Нужно подписать соглашение"
    detail = (
        "Подпишите в разделе «Документы» дополнительное соглашение об электронных чеках: оно "
        "нужно для личных кабинетов, созданных не позже 13 августа 2017 года."
    )


def is_eligible(profile: Profile, agreement_signed: bool) -> bool:
    """Whether a client may have additional services."""
    return agreement_signed or profile.cabinet_created_on > AGREEMENT_NEEDED_UP_TO


def require_eligible(profile: Profile, agreement_signed: bool) -> None:
    """Refuse a client who may not have additional services.

    Raises:
        NotEligible: as said.
    """
    if not is_eligible(profile, agreement_signed):
        raise NotEligible
