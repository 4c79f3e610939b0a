"""Agreements that a client signs in the cabinet: their kinds and exact texts.

A text is signed as its UTF-8 bytes. A change of wording is a new version.
"""

import dataclasses
from enum import StrEnum

from chalicelib.core.organisation.model import OrganisationKind, Profile
from chalicelib.core.organisation.rules import AgreementUnknown


class AgreementKind(StrEnum):
    """What may be agreed to."""

    E_RECEIPTS = "e-receipts"


@dataclasses.dataclass(frozen=True)
class AgreementTemplate:
    """The wording in force of one kind of agreement."""

    title: str
    version: str
    template: str

    def text(self, profile: Profile) -> str:
        """Return the exact text with the requisites of the organisation in it."""
        return self.template.format(
            title=self.title, version=self.version, requisites=requisites(profile)
        )


def requisites(profile: Profile) -> str:
    """Return the party as agreements name it."""
    if profile.kind is OrganisationKind.LEGAL_ENTITY:
        return (
            f"{profile.name}, ИНН {profile.inn}, КПП {profile.kpp}, ОГРН {profile.ogrn}, "
            f"адрес: {profile.address}"
        )
    return (
        f"{profile.name}, ИНН {profile.inn}, ОГРНИП {profile.ogrn}, "
        f"адрес регистрации: {profile.address}"
    )


TEMPLATES = {
    AgreementKind.E_RECEIPTS: AgreementTemplate(
        title="Дополнительное соглашение об электронных чеках",
        version="1",
        template="""\
{title}

Редакция {version}

Клиент: {requisites}.

1. Оператор фискальных данных направляет покупателям Клиента кассовые чеки и бланки строгой \
отчётности в электронной форме на абонентский номер или адрес электронной почты, которые \
покупатель предоставил Клиенту до момента расчёта.

2. Клиент вправе в личном кабинете включать и отключать отправку чеков на абонентские номера и на \
адреса электронной почты. Изменение действует для следующего чека.

3. Клиент вправе подать заявку на дополнительные услуги «Брендированное сообщение» и «Логотип в \
чеке». Услуга действует после одобрения заявки Оператором.

4. Стоимость отправки определяется тарифами Оператора, действующими в день отправки. Сообщение на \
абонентский номер тарифицируется по числу его частей.

5. Клиент подтверждает, что имущественные права на наименование и логотип, которые он передаёт для \
размещения в чеках, принадлежат ему или используются им на законном основании.

6. Соглашение подписывается усиленной квалифицированной электронной подписью Клиента, действует со \
дня подписания и является неотъемлемой частью договора на обработку фискальных данных.
""",
    ),
}


def template_of(kind: str) -> AgreementTemplate:
    """Return the wording in force.

    Raises:
        AgreementUnknown: there is no such kind.
    """
    try:
        return TEMPLATES[AgreementKind(kind)]
    except ValueError:
        raise AgreementUnknown from None
