"""Who may take part, and what a licence admits."""

import datetime as dt
from collections.abc import Sequence

from chalicelib.core.billing.model import InvoiceLine, VatRate
from chalicelib.runtime.problem import NotFound, PayloadInvalid, Problem
from chalicelib.services.edo.model import Licence, LicenceCard, NewRegistration, Package


class AlreadyRegistered(Problem):
    """The organisation takes part already; ``participant_id`` is its identifier."""

    slug = "edo-already-registered"
    title = "Организация уже зарегистрирована"
    detail = "Организация уже зарегистрирована в ЭДО, её идентификатор: {participant_id}."


class NotRegistered(Problem):
    """The organisation does not take part yet."""

    slug = "edo-not-registered"
    title = "Организация не зарегистрирована в ЭДО"
    detail = "Сначала присоединитесь к ЭДО: зарегистрируйтесь с КЭП организации."


class RegistrationUnknown(NotFound):
    """There is no registration to show: the organisation does not take part yet."""

    slug = "edo-registration-unknown"
    title = NotRegistered.title
    detail = NotRegistered.detail


class CertificateRefused(Problem):
    """The certificate cannot be read, or its holder may not sign for the organisation.

    ``code`` is the stable reason (``chalicelib.kep.errors``), the detail what to do about it.
    """

    status = 422
    slug = "certificate-refused"
    title = "Сертификат не подходит"


class StatementUnknown(NotFound):
    """No such statement, or its day is over."""

    slug = "edo-statement-unknown"
    detail = "Заявление не найдено или устарело: оно действует сутки. Получите его заново."


class StatementOutdated(Problem):
    """The profile, the offer or the policy has changed since the statement was made."""

    slug = "edo-statement-outdated"
    title = "Заявление устарело"
    detail = "Данные профиля или условия изменились. Получите заявление заново и подпишите его."


class PackageUnknown(NotFound):
    """There is no such package on sale."""

    slug = "edo-package-unknown"
    detail = "Такого пакета нет."


class PurchaseUnknown(NotFound):
    """There is no such purchase."""

    slug = "edo-purchase-unknown"
    detail = "Такой покупки нет."


class LicenceRequired(Problem):
    """The document is in roaming, and no licence is active."""

    slug = "edo-licence-required"
    title = "Нужна лицензия"
    detail = (
        "Для работы с документами в роуминге нужна активная лицензия. Купите пакет в разделе "
        "«Лицензия» и повторите."
    )


class LicenceSpent(Problem):
    """The last document of the package went to another request meanwhile."""

    slug = "edo-licence-spent"
    title = "Пакет израсходован"
    detail = "Последний документ пакета только что израсходован другим запросом. Повторите."


def require_acceptances(said: NewRegistration) -> None:
    """Refuse a registration without both acceptances.

    Raises:
        PayloadInvalid: naming each that lacks.
    """
    wanted = {
        "accept_offer": "Примите условия договора-оферты.",
        "accept_personal_data": "Примите условия обработки персональных данных.",
    }
    faults = [
        {"pointer": f"/{name}", "detail": word}
        for name, word in wanted.items()
        if not getattr(said, name)
    ]
    if faults:
        raise PayloadInvalid(faults)


def invoice_lines(package: Package) -> list[InvoiceLine]:
    """Return what the invoice for a package says; licences bear the standard rate of VAT."""
    return [
        InvoiceLine(
            title=f"Лицензия «Платформа ЭДО». {package.title}",
            quantity=1,
            unit="шт.",
            price_kopecks=package.price_kopecks,
            vat_rate=VatRate.STANDARD,
        )
    ]


def licence_of(licence_id: str, package: Package, paid_on: dt.date) -> Licence:
    """Return the licence that a package gives once it is paid."""
    return Licence(
        licence_id=licence_id,
        package_id=package.package_id,
        title=package.title,
        documents=package.documents,
        documents_left=package.documents,
        valid_until=paid_on + dt.timedelta(days=package.days),
    )


def in_use(running: Sequence[Licence]) -> Licence | None:
    """Return the licence that the next document is charged to: of those with anything left, the
    one that ends first. ``running`` are in the order of their ends."""
    return next((one for one in running if one.documents_left > 0), None)


def require_licence(running: Sequence[Licence]) -> Licence:
    """Return the licence in use.

    Raises:
        LicenceRequired: none is active.
    """
    licence = in_use(running)
    if licence is None:
        raise LicenceRequired
    return licence


def licence_card(running: Sequence[Licence]) -> LicenceCard:
    """Return what the section «Лицензия» shows."""
    active = [one for one in running if one.documents_left > 0]
    if not active:
        return LicenceCard(state="none", colour="red")
    first, *following = active
    return LicenceCard(
        state="active",
        colour="orange",
        package=first.title,
        documents_left=first.documents_left,
        valid_until=first.valid_until,
        next_packages=tuple(following),
    )
