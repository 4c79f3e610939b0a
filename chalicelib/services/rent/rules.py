"""Who may grant which registers, and which days a grant covers."""

import datetime as dt
from collections.abc import Mapping, Sequence

from chalicelib.core.organisation.model import Binding, Profile, Register
from chalicelib.runtime.lifecycle import Lifecycle, StateNotAllowed
from chalicelib.runtime.problem import NotFound, Problem
from chalicelib.services.rent.model import (
    Consent,
    ConsentState,
    Grant,
    Granted,
    GrantState,
    Landlord,
    NewGrant,
    RentParty,
    Tenancy,
)
from chalicelib.services.rent.turnover_model import VisibleDays

MOST_GRANTED = 1_000
"""Registers that a tenant can grant to one landlord. Their grants are in one item."""

_DAY = dt.timedelta(days=1)
_SHOPS = "в разделе «Магазины» личного кабинета"


class LandlordUnknown(NotFound):
    """The landlord is not enrolled."""

    slug = "landlord-unknown"
    detail = "Такого арендодателя нет. Найдите его в списке по названию или ИНН."


class LandlordIsTenant(Problem):
    """The landlord is the tenant."""

    slug = "landlord-is-tenant"
    title = "Это ваша организация"
    detail = "Выберите другого арендодателя: своей организации доступ не предоставляют."


class LandlordChanged(Problem):
    """Another request has enrolled, renamed or struck off the landlord in the meantime."""


class ConsentSigned(Problem):
    """The current text is already signed."""

    slug = "rent-consent-signed"
    title = "Согласие уже подписано"
    detail = "Согласие уже подписано. Теперь выберите кассы и предоставьте к ним доступ."


class ConsentUnsigned(Problem):
    """The current text is not signed, so nothing can be granted."""

    slug = "rent-consent-unsigned"
    title = "Нужно подписать согласие"
    detail = (
        "Сначала ознакомьтесь с согласием на обработку фискальных данных для этого арендодателя и "
        "подпишите его КЭП."
    )


class ConsentOutdated(ConsentUnsigned):
    """A former text is signed, which permits no new grants."""

    slug = "rent-consent-outdated"
    title = "Согласие изменилось"
    detail = (
        "Вышла новая редакция согласия. Подпишите её КЭП, чтобы предоставить новый доступ; прежний "
        "доступ действует."
    )


class ConsentUnknown(NotFound):
    """No consent is in force that could be withdrawn."""

    slug = "rent-consent-unknown"
    detail = "Действующего согласия для этого арендодателя нет."


class TenancyChanged(Problem):
    """Another request has changed the tenancy in the meantime."""


class GrantUnknown(NotFound):
    """There is no such grant, or it belongs to another client, or it has ended."""

    slug = "grant-unknown"
    detail = "Такого доступа нет. Возможно, арендатор его отозвал."


class GrantNotActive(StateNotAllowed):
    """The grant has already ended."""

    slug = "grant-not-active"
    title = "Доступ уже прекращён"
    detail = "Этот доступ уже прекращён."


CONSENT = Lifecycle({ConsentState.SIGNED: {ConsentState.WITHDRAWN}})
GRANT = Lifecycle(
    {GrantState.ACTIVE: {GrantState.REVOKED, GrantState.CONSENT_WITHDRAWN}},
    refusal=GrantNotActive,
)


class RentShopUnknown(NotFound):
    """The tenant has no such shop."""

    slug = "rent-shop-unknown"
    detail = f"Такого магазина у вас нет. Создайте отдельный магазин {_SHOPS}."


class RegistersNotChosen(Problem):
    """The grant names no register."""

    status = 422
    slug = "rent-registers-not-chosen"
    title = "Кассы не выбраны"
    detail = (
        "Выберите хотя бы одну кассу магазина. Если касс в нём нет, сначала привяжите кассу к "
        f"магазину {_SHOPS}."
    )


class RegisterElsewhere(Problem):
    """The register does not belong to the shop, or not to the tenant."""

    slug = "rent-register-not-in-shop"
    title = "Касса не в этом магазине"
    detail = (
        "Касса {register_id} не привязана к выбранному магазину. Создайте отдельный магазин и "
        f"привяжите к нему кассу {_SHOPS}."
    )


class RegisterGranted(Problem):
    """The landlord sees that register of that shop already."""

    slug = "rent-register-granted"
    title = "Доступ уже предоставлен"
    detail = "К кассе {register_id} этому арендодателю доступ уже предоставлен."


class TooManyGranted(Problem):
    """The landlord sees as many registers of the tenant as can be kept."""

    slug = "rent-too-many-granted"
    title = "Слишком много касс"
    detail = f"Одному арендодателю можно предоставить доступ не больше чем к {MOST_GRANTED} кассам."


class StartInFuture(Problem):
    """The first visible day of a grant is in the future."""

    status = 422
    slug = "rent-start-in-future"
    title = "Проверьте дату"
    detail = "Начало не может быть позже сегодняшнего дня."


def require_landlord(landlord: Landlord | None, client_id: str) -> Landlord:
    """Return the landlord to whom ``client_id`` may grant access.

    Raises:
        LandlordUnknown: the landlord is not enrolled.
        LandlordIsTenant: the landlord is ``client_id``.
    """
    if landlord is None or not landlord.enrolled:
        raise LandlordUnknown
    if landlord.landlord_id == client_id:
        raise LandlordIsTenant
    return landlord


def require_unsigned(tenancy: Tenancy | None, version: str) -> None:
    """Check that the consent of ``version`` is not in force yet.

    Raises:
        ConsentSigned: the consent signed last is of this version.
    """
    if tenancy and tenancy.version == version:
        raise ConsentSigned


def require_consent(tenancy: Tenancy | None, version: str) -> Tenancy:
    """Return a tenancy whose consent permits grants.

    Raises:
        ConsentUnsigned: no consent is signed.
        ConsentOutdated: the consent signed last is of another version than ``version``.
    """
    if tenancy is None or tenancy.version is None:
        raise ConsentUnsigned
    if tenancy.version != version:
        raise ConsentOutdated
    return tenancy


def require_registers(
    payload: NewGrant, registers: Sequence[Register | None], tenancy: Tenancy, today: dt.date
) -> None:
    """Check that the registers of a new grant can be granted.

    Raises:
        StartInFuture: the first visible day is after ``today``.
        RegistersNotChosen: the payload names no register.
        RegisterElsewhere: a register is unknown or belongs to another shop.
        RegisterGranted: the landlord already has access to a register of this shop.
        TooManyGranted: the landlord would have access to too many registers.
    """
    if payload.visible_from and payload.visible_from > today:
        raise StartInFuture
    if not payload.register_ids:
        raise RegistersNotChosen
    # By shop: a register that has moved to another shop can be granted again there.
    granted = {
        (grant.shop_id, register_id)
        for grant in tenancy.grants.values()
        for register_id in grant.register_ids
    }
    for register_id, register in zip(payload.register_ids, registers, strict=True):
        if register is None or register.shop_id != payload.shop_id:
            raise RegisterElsewhere(register_id=register_id)
        if (payload.shop_id, register_id) in granted:
            raise RegisterGranted(register_id=register_id)
    if len(granted) + len(payload.register_ids) > MOST_GRANTED:
        raise TooManyGranted


def party(organisation: Profile | Landlord) -> RentParty:
    """Return the fields of a tenant or a landlord that the other side may see."""
    return RentParty(name=organisation.name, inn=organisation.inn)


def signed(tenancy: Tenancy | None, consent: Consent) -> Tenancy:
    """Return the tenancy with a further consent in force."""
    before = tenancy or Tenancy(landlord_id=consent.landlord.landlord_id)
    return before.model_copy(
        update={
            "version": consent.version,
            "consents": (*before.consents, consent.consent_id),
        }
    )


def withdrawn(tenancy: Tenancy) -> Tenancy:
    """Return the tenancy without consents and grants."""
    return tenancy.model_copy(update={"version": None, "consents": (), "grants": {}})


def granted(tenancy: Tenancy, grant: Grant) -> Tenancy:
    """Return the tenancy with a further grant."""
    new = Granted(shop_id=grant.shop.shop_id, register_ids=grant.register_ids)
    return tenancy.model_copy(update={"grants": {**tenancy.grants, grant.grant_id: new}})


def revoked(tenancy: Tenancy | None, grant_id: str) -> Tenancy:
    """Return the tenancy without a grant.

    Raises:
        GrantNotActive: the tenancy has no such grant.
    """
    if tenancy is None or grant_id not in tenancy.grants:
        raise GrantNotActive(GrantState.REVOKED)
    left = {name: grant for name, grant in tenancy.grants.items() if name != grant_id}
    return tenancy.model_copy(update={"grants": left})


def with_current_state(grant: Grant, tenancies: Mapping[str, Tenancy | None]) -> Grant:
    """Return a grant with the state that the tenancy implies.

    The item of a grant is updated some time after the withdrawal of the consent.
    """
    tenancy = tenancies.get(grant.landlord.landlord_id)
    stands = tenancy is not None and grant.grant_id in tenancy.grants
    if grant.state is not GrantState.ACTIVE or stands:
        return grant
    return grant.model_copy(update={"state": GrantState.CONSENT_WITHDRAWN})


def visible_days(
    bindings: Sequence[Binding], shop_id: str, first: dt.date, last: dt.date
) -> list[VisibleDays]:
    """Return the days from ``first`` to ``last`` on which a register belongs to a shop.

    A day belongs to the shop of the register at the end of the day (at present, for today), so the
    day of a move belongs to the new shop only. ``bindings`` are all bindings, the oldest first.
    """
    at_end = {binding.day: binding.shop_id for binding in bindings}
    visible: list[VisibleDays] = []
    days = sorted(at_end)
    for day, following in zip(days, [*days[1:], None], strict=True):
        if at_end[day] != shop_id:
            continue
        begins = max(day, first)
        ends = min(following - _DAY, last) if following else last
        if begins > ends:
            continue
        if visible and visible[-1].last + _DAY == begins:  # bound to the same shop again
            begins = visible.pop().first
        visible.append(VisibleDays(first=begins, last=ends))
    return visible
