"""Texts of the agreements that clients sign in the cabinet.

A client signs the UTF-8 bytes of the text. Every change of a text is a new version.
"""

import dataclasses
from enum import StrEnum

from chalicelib.core.organisation.model import (
    Agreement,
    AgreementCard,
    AgreementState,
    OrganisationKind,
    Profile,
)
from chalicelib.core.organisation.rules import AgreementUnknown


class AgreementKind(StrEnum):
    """Kinds of agreement."""

    E_RECEIPTS = "e-receipts"


@dataclasses.dataclass(frozen=True)
class AgreementTemplate:
    """Current text of one kind of agreement."""

    kind: AgreementKind
    title: str
    version: str
    template: str

    def card(self) -> AgreementCard:
        """Return the agreement, unsigned, without its text."""
        return AgreementCard(
            kind=self.kind.value,
            title=self.title,
            version=self.version,
            state=AgreementState.UNSIGNED,
        )

    def agreement(self, profile: Profile) -> Agreement:
        """Return the agreement with an organisation, unsigned."""
        return Agreement(**self.card().model_dump(), text=self.text(profile))

    def text(self, profile: Profile) -> str:
        """Return the text to be signed, with the organisation's requisites."""
        return self.template.format(
            title=self.title, version=self.version, requisites=requisites(profile)
        )


def requisites(profile: Profile) -> str:
    """Return the name and requisites of an organisation as agreements state them."""
    if profile.kind is OrganisationKind.LEGAL_ENTITY:
        return (
            f"{profile.name}, ИНН {profile.inn}, КПП {profile.kpp}, ОГРН {profile.ogrn}, "
            f"адрес: {profile.address}"
        )
    return (
        f"{profile.name}, ИНН {profile.inn}, ОГРНИП {profile.ogrn}, "
        f"адрес регистрации: {profile.address}"
    )


_E_RECEIPTS = AgreementTemplate(
    kind=AgreementKind.E_RECEIPTS,
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
)
TEMPLATES = {template.kind: template for template in (_E_RECEIPTS,)}


def template_of(kind: str) -> AgreementTemplate:
    """Return the template of a kind of agreement.

    Raises:
        AgreementUnknown: there is no such kind.
    """
    try:
        return TEMPLATES[AgreementKind(kind)]
    except ValueError:
        raise AgreementUnknown from None
