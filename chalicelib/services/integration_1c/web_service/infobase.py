"""The parameters of this application's side of an exchange, under the names that 1C uses."""

from chalicelib.services.integration_1c.enterprise_data.version import (
    EXCHANGE_PLAN,
    NAMESPACE,
    VERSIONS,
)
from chalicelib.services.integration_1c.exchange.rules import own_code
from chalicelib.services.integration_1c.web_service import soap
from chalicelib.services.integration_1c.web_service.soap import XmlContent

PREFIX = "ОФ"
"""The prefix of document numbers."""
NAME = "Личный кабинет ОФД"

_SENT = (
    "Документ.ОтчетОРозничныхПродажах",
    "Документ.ПКОРозничнаяВыручка",
    "Справочник.ЕдиницыИзмерения",
    "Справочник.Номенклатура",
    "Справочник.Организации",
    "Справочник.Склады",
)
_RECEIVED = ("Справочник.Номенклатура", "Справочник.ШтрихкодыНоменклатуры")


def parameters(client_id: str, *, node_exists: bool) -> XmlContent:
    """Return the answer of ``GetIBParameters``; ``node_exists`` is whether the node is set up."""
    return soap.structure(
        {
            "ПланОбменаСуществует": True,
            "ПрефиксИнформационнойБазы": PREFIX,
            "ПрефиксИнформационнойБазыПоУмолчанию": PREFIX,
            "НаименованиеИнформационнойБазы": NAME,
            "НаименованиеИнформационнойБазыПоУмолчанию": NAME,
            "НастройкиПараметровУчетаЗаданы": True,
            "КодЭтогоУзла": own_code(client_id),
            "ВерсияКонфигурации": "1.0.0.1",
            "УзелСуществует": node_exists,
            "ВерсияФорматаНастроекОбменаДанными": "1.2",
            "ИспользоватьПрефиксыДляНастройкиОбмена": False,
            "ФорматОбмена": NAMESPACE.removesuffix("/"),
            "ИмяПланаОбмена": EXCHANGE_PLAN,
            "ВерсииФорматаОбмена": soap.strings(VERSIONS),
            "ПоддерживаемыеОбъектыФормата": soap.table(
                {
                    "Версия": "string",
                    "Объект": "string",
                    "Отправка": "boolean",
                    "Получение": "boolean",
                },
                [
                    (version, name, name in _SENT, name in _RECEIVED)
                    for version in VERSIONS
                    for name in sorted({*_SENT, *_RECEIVED})
                ],
            ),
            "НастройкаСинхронизацииДанныхЗавершена": node_exists,
            "ПолученоСообщениеДляСопоставленияДанных": False,
            "ПоддерживаетсяСопоставлениеДанных": False,
        }
    )
