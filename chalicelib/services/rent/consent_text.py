"""The exact text of the consent to disclose turnover, in the current version.

The signature is over the UTF-8 bytes of the text. A changed text is a new version: new grants need
a signature over the new version, earlier grants stay in force.
"""

import dataclasses

from chalicelib.core.billing.model import Seller
from chalicelib.core.organisation.agreement_templates import requisites
from chalicelib.core.organisation.model import Profile


@dataclasses.dataclass(frozen=True)
class Wording:
    """A version of the consent."""

    title: str
    version: str
    template: str

    def text(self, tenant: Profile, landlord: Profile, operator: Seller) -> str:
        """Return the exact text with the requisites of the parties in it."""
        return self.template.format(
            title=self.title,
            version=self.version,
            tenant=requisites(tenant),
            landlord=requisites(landlord),
            operator=f"{operator.name}, ИНН {operator.inn}",
        )


CONSENT = Wording(
    title="Согласие пользователя на обработку и передачу фискальных данных",
    version="1",
    template="""\
{title}

Редакция {version}

Арендатор: {tenant}.

Арендодатель: {landlord}.

Оператор фискальных данных: {operator}.

1. Арендатор, пользователь контрольно-кассовой техники, разрешает Оператору обрабатывать \
фискальные данные Арендатора и передавать Арендодателю сведения об обороте по кассам, которые \
Арендатор выберет в личном кабинете в разделе «Сервис и Услуги» — «Аренда».

2. Передаются по каждой выбранной кассе и по всем вместе, за день или за месяц: число чеков, число \
возвратов, оборот (приход за вычетом возвратов прихода) и время последнего документа, а также \
наименование и ИНН Арендатора, наименование и адрес магазина, регистрационный номер кассы.

3. Не передаются: состав чеков, сведения о покупателях, данные касс, которые Арендатор не выбрал.

4. Сведения передаются за дни, начиная со дня, в который Арендатор выбрал кассу, или с более \
раннего дня, который он указал, и только за те дни, в которые касса привязана к выбранному магазину.

5. Правовое основание: часть 3 статьи 6 Федерального закона от 27.07.2006 № 149-ФЗ «Об информации, \
информационных технологиях и о защите информации»; Федеральный закон от 22.05.2003 № 54-ФЗ «О \
применении контрольно-кассовой техники при осуществлении расчётов в Российской Федерации».

6. Согласие действует со дня подписания до отзыва. Арендатор вправе в любое время отозвать \
согласие или прекратить доступ к отдельным кассам в личном кабинете; передача прекращается сразу. \
Арендатор видит в личном кабинете, кто и когда получал сведения.

7. Согласие подписано усиленной квалифицированной электронной подписью Арендатора и равнозначно \
документу на бумажном носителе, подписанному собственноручно (часть 1 статьи 6 Федерального закона \
от 06.04.2011 № 63-ФЗ «Об электронной подписи»).
""",
)
"""The version in force."""
