"""What we say of ourselves to a base of 1С that sets up an exchange, in 1С's own names."""

from chalicelib.services.integration_1c import sending
from chalicelib.services.integration_1c.exchange import soap
from chalicelib.services.integration_1c.exchange.soap import Xml
from chalicelib.services.integration_1c.message.enterprise_data import EXCHANGE_PLAN, VERSIONS

FORMAT = "http://v8.1c.ru/edi/edi_stnd/EnterpriseData"
PREFIX = "ОФ"
"""Numbers of our documents begin with it."""
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


def parameters(client_id: str, *, node_exists: bool) -> Xml:
    """Return the answer of ``GetIBParameters``."""
    return soap.structure(
        {
            "ПланОбменаСуществует": True,
            "ПрефиксИнформационнойБазы": PREFIX,
            "ПрефиксИнформационнойБазыПоУмолчанию": PREFIX,
            "НаименованиеИнформационнойБазы": NAME,
            "НаименованиеИнформационнойБазыПоУмолчанию": NAME,
            "НастройкиПараметровУчетаЗаданы": True,
            "КодЭтогоУзла": sending.own_code(client_id),
            "ВерсияКонфигурации": "1.0.0.1",
            "УзелСуществует": node_exists,
            "ВерсияФорматаНастроекОбменаДанными": "1.2",
            "ИспользоватьПрефиксыДляНастройкиОбмена": False,
            "ФорматОбмена": FORMAT,
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
