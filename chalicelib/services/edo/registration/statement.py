"""Texts of the registration: the statement, the offer and the personal-data policy.

The signature is made over the UTF-8 bytes of the statement. A change of the wording of the offer or
of the policy needs a new version.
"""

from chalicelib.core.organisation.model import OrganisationKind, Profile
from chalicelib.runtime.identifier import new_identifier
from chalicelib.services.edo.participants.model import PersonNames
from chalicelib.services.edo.registration.model import (
    JoiningStatement,
    LegalText,
    ParticipantCertificate,
    RegisteredOrganisation,
)

OFFER = LegalText(
    title="Договор-оферта на оказание услуг «Платформа ЭДО»",
    version="1",
    text="""\
1. Оператор предоставляет Клиенту доступ к сервису обмена электронными документами «Платформа ЭДО» \
и присваивает ему идентификатор участника обмена.

2. Получать и просматривать документы, а также подписывать документы, поступившие от участников \
«Платформы ЭДО», Клиент может без лицензии. Отправка документов в роуминг и подписание документов, \
поступивших из роуминга, требуют активной лицензии.

3. Лицензия активна, пока в оплаченном пакете есть документы и не истёк срок его действия. Каждый \
исходящий документ уменьшает остаток пакета на единицу. Пакеты используются в порядке окончания \
сроков их действия.

4. Документы подписываются усиленной квалифицированной электронной подписью. Оператор проверяет \
подпись при приёме документа и хранит документ, подпись и сведения о проверке.

5. Оферта считается принятой с момента регистрации Клиента в сервисе.
""",
)

PERSONAL_DATA_POLICY = LegalText(
    title="Условия хранения, обработки и передачи персональных данных",
    version="1",
    text="""\
1. Оператор обрабатывает фамилию, имя, отчество, должность, ИНН и сведения сертификата электронной \
подписи лица, подписывающего документы от имени Клиента.

2. Данные обрабатываются для регистрации Клиента как участника обмена, для обмена документами и \
подтверждения их подписания и передаются контрагентам Клиента и операторам, через которых идёт \
обмен.

3. Данные хранятся на территории Российской Федерации в течение срока хранения документов, в \
которых они использованы.
""",
)

_TEXT = """\
Заявление о присоединении к сервису «Платформа ЭДО»

Прошу зарегистрировать участником обмена электронными документами: {requisites}.

Адрес: {address}.
Код налогового органа: {tax_office_code}.

Документы подписывает: {person}.
Сертификат ключа проверки электронной подписи: {serial}, издатель: {issuer}.

Принимаю условия: «{offer}», редакция {offer_version}; «{policy}», редакция {policy_version}.
"""

_ADDRESS_NOTES = {
    OrganisationKind.LEGAL_ENTITY: (
        "Юридический адрес и код налогового органа по месту нахождения взяты из "
        "профиля. Если они неверны, измените их на вкладке «Профиль» и получите заявление заново."
    ),
    OrganisationKind.ENTREPRENEUR: (
        "Адрес регистрации и код налогового органа по месту регистрации взяты из "
        "профиля. Если они неверны, измените их на вкладке «Профиль» и получите заявление заново."
    ),
}


def organisation_of(profile: Profile) -> RegisteredOrganisation:
    """Return the fields of the profile that are registered."""
    fields = set(RegisteredOrganisation.model_fields)
    return RegisteredOrganisation(**profile.model_dump(include=fields))


def draw_up(
    profile: Profile, person: PersonNames, certificate: ParticipantCertificate
) -> JoiningStatement:
    """Return a new statement of the organisation, to be signed with the certificate."""
    organisation = organisation_of(profile)
    return JoiningStatement(
        statement_id=new_identifier(),
        certificate=certificate,
        person=person,
        organisation=organisation,
        address_note=_ADDRESS_NOTES[profile.kind],
        offer=OFFER,
        personal_data_policy=PERSONAL_DATA_POLICY,
        text=text(organisation, person, certificate),
    )


def text(
    organisation: RegisteredOrganisation, person: PersonNames, certificate: ParticipantCertificate
) -> str:
    """Return the exact text to sign."""
    kpp = f", КПП {organisation.kpp}" if organisation.kpp else ""
    ogrn = "ОГРН" if organisation.kpp else "ОГРНИП"
    names = (person.surname, person.given_name, person.patronymic)
    return _TEXT.format(
        requisites=f"{organisation.name}, ИНН {organisation.inn}{kpp}, {ogrn} {organisation.ogrn}",
        address=organisation.address,
        tax_office_code=organisation.tax_office_code,
        person=" ".join(filter(None, names)),
        serial=certificate.serial,
        issuer=certificate.issuer,
        offer=OFFER.title,
        offer_version=OFFER.version,
        policy=PERSONAL_DATA_POLICY.title,
        policy_version=PERSONAL_DATA_POLICY.version,
    )
