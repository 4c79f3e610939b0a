"""Checks of the forms by which a client registers a licence or amends a registration."""

from collections.abc import Mapping, Sequence

from chalicelib.core.organisation.model import Profile
from chalicelib.services.gosotchet.authority import MOST_AUTHORITIES, Authority, FieldError, Fns
from chalicelib.services.gosotchet.certificate_model import CertificateCard
from chalicelib.services.gosotchet.tariff import Tariff

FormErrors = list[dict[str, str]]
"""Errors of a form: ``pointer`` to the field, ``detail`` in Russian, sometimes ``code``."""

_CERTIFICATE: Mapping[str, str] = {
    "too-large": "Файл слишком велик для сертификата. Выгрузите открытый сертификат (.cer).",
    "weak-algorithm": "Нужен сертификат с ключом по ГОСТ Р 34.10-2012.",
    "untrusted": "Сертификат выдан удостоверяющим центром, которому мы не доверяем. Приложите "
    "сертификат аккредитованного удостоверяющего центра.",
    "not-accredited": "Удостоверяющий центр, выдавший сертификат, не аккредитован Минцифры.",
    "policy": "Это не квалифицированный сертификат. Приложите сертификат КЭП.",
    "key-usage": "Сертификат не предназначен для подписания документов.",
    "not-yet-valid": "Срок действия сертификата ещё не начался.",
    "expired": "Срок действия сертификата или его удостоверяющего центра истёк.",
    "revoked": "Сертификат или сертификат его удостоверяющего центра отозван.",
    "revocation-unknown": "Сейчас невозможно проверить, не отозван ли сертификат. Повторите позже.",
    "power-of-attorney-required": "Сертификат выдан физическому лицу. Приложите сертификат "
    "руководителя организации или индивидуального предпринимателя.",
    "another-organisation": "Сертификат принадлежит другой организации.",
}
_UNREADABLE = "Файл не читается как сертификат. Приложите открытый сертификат (.cer) в DER или PEM."


def certificate_refusal(code: str) -> str:
    """Return the description in Russian of a certificate's error.

    ``code`` is an error code of ``chalicelib.kep.errors``.
    """
    return _CERTIFICATE.get(code, _UNREADABLE)


def authority_errors(
    authorities: Sequence[Authority],
    tariff: Tariff,
    owner: Profile,
    registered: Sequence[Authority] = (),
) -> FormErrors:
    """Return all errors of the authorities of a form.

    Args:
        authorities: The authorities of the form.
        tariff: The tariff of the licence, which limits the authorities.
        owner: The organisation that registers.
        registered: Authorities registered before. They count towards the limits of the tariff, and
            an authority of the form that equals one of them is a duplicate.
    """
    errors: FormErrors = []
    titles = {authority.title for authority in registered}
    tax_offices = [authority for authority in registered if isinstance(authority, Fns)]
    codes = {office.code for office in tax_offices}
    kpps = {office.kpp for office in tax_offices} - {owner.kpp}
    for position, authority in enumerate(authorities):
        details = list(authority.errors_for(owner.kind))
        if authority.title in titles:
            details.append(("", f"{authority.title}: уже добавлено, уберите повтор."))
        titles.add(authority.title)
        if authority.kind not in tariff.authorities:
            detail = f"Тариф «{tariff.title}» не допускает отчёты в {authority.kind.label}."
            details.append(("kind", detail))
        elif isinstance(authority, Fns) and not details:
            details += _limit_errors(authority, tariff, owner, codes, kpps)
        errors += [
            {"pointer": f"/authorities/{position}" + (f"/{name}" if name else ""), "detail": detail}
            for name, detail in details
        ]
    if len(authorities) + len(registered) > MOST_AUTHORITIES:
        detail = f"В регистрации может быть не больше {MOST_AUTHORITIES} органов."
        errors.append({"pointer": "/authorities", "detail": detail})
    return errors


def certificate_errors(new: CertificateCard | None, registered: CertificateCard) -> FormErrors:
    """Return the errors of a certificate that is to replace the registered one."""
    if new is None or new.sha256 != registered.sha256:
        return []
    return [{"pointer": "/certificate", "detail": "Этот сертификат уже зарегистрирован."}]


def _limit_errors(
    office: Fns, tariff: Tariff, owner: Profile, codes: set[str], kpps: set[str | None]
) -> list[FieldError]:
    """Return the limits of the tariff that a tax office exceeds.

    Adds the office to ``codes`` and ``kpps``, the values counted so far, where a limit allows it.
    """
    errors = []
    limits = (
        ("code", office.code, codes, tariff.tax_offices, "инспекций ФНС"),
        ("kpp", office.kpp, kpps, tariff.additional_kpp, "дополнительных КПП"),
    )
    for name, value, counted, limit, noun in limits:
        if value in (None, owner.kpp) or value in counted:
            continue
        if len(counted) < limit:
            counted.add(value)
        else:
            detail = f"{office.title}: тариф «{tariff.title}» допускает {noun} не больше {limit}."
            errors.append((name, detail))
    return errors
