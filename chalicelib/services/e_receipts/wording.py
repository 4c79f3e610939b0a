"""How a receipt's codes and numbers are said in Russian (order ЕД-7-20/662@, tags in brackets)."""

import re
from decimal import Decimal

from chalicelib.services.e_receipts.receipt import Receipt

DOCUMENTS = {
    3: "Кассовый чек",
    4: "Бланк строгой отчётности",
    31: "Кассовый чек коррекции",
    41: "Бланк строгой отчётности коррекции",
}
OPERATIONS = {1: "Приход", 2: "Возврат прихода", 3: "Расход", 4: "Возврат расхода"}
"""Tag 1054."""
TAXATIONS = {
    1: "ОСН",
    2: "УСН доход",
    4: "УСН доход − расход",
    8: "ЕНВД",
    16: "ЕСХН",
    32: "Патент",
}
"""Tag 1055."""
VAT_RATES = {
    1: "НДС 20 %",
    2: "НДС 10 %",
    3: "НДС 20/120",
    4: "НДС 10/110",
    5: "НДС 0 %",
    6: "Без НДС",
    7: "НДС 5 %",
    8: "НДС 7 %",
    9: "НДС 5/105",
    10: "НДС 7/107",
    11: "НДС 22 %",
    12: "НДС 22/122",
}
"""Tag 1199."""
PAYMENT_KINDS = {
    1: "Предоплата 100 %",
    2: "Предоплата",
    3: "Аванс",
    4: "Полный расчёт",
    5: "Частичный расчёт и кредит",
    6: "Передача в кредит",
    7: "Оплата кредита",
}
"""Tag 1214."""
PRODUCT_KINDS = {
    1: "Товар",
    2: "Подакцизный товар",
    3: "Работа",
    4: "Услуга",
    5: "Ставка азартной игры",
    6: "Выигрыш азартной игры",
    7: "Лотерейный билет",
    8: "Выигрыш лотереи",
    9: "Предоставление РИД",
    10: "Платёж",
    11: "Агентское вознаграждение",
    12: "Выплата",
    13: "Иной предмет расчёта",
    14: "Имущественное право",
    30: "Подакцизный товар без кода маркировки",
    31: "Подакцизный маркированный товар",
    32: "Товар без кода маркировки",
    33: "Маркированный товар",
}
"""Tag 1212."""
MEASURES = {
    0: "шт.",
    10: "г",
    11: "кг",
    12: "т",
    20: "см",
    21: "дм",
    22: "м",
    30: "см²",
    31: "дм²",
    32: "м²",
    40: "мл",
    41: "л",
    42: "м³",
    50: "кВт·ч",
    51: "Гкал",
    70: "сут.",
    71: "ч",
    72: "мин",
    73: "с",
    80: "КБ",
    81: "МБ",
    82: "ГБ",
    83: "ТБ",
}
"""Tag 2108; of goods by count there is often none."""

_FORMS = [
    ("общество с ограниченной ответственностью", "ООО"),
    ("непубличное акционерное общество", "НАО"),
    ("публичное акционерное общество", "ПАО"),
    ("закрытое акционерное общество", "ЗАО"),
    ("открытое акционерное общество", "ОАО"),
    ("акционерное общество", "АО"),
    ("автономная некоммерческая организация", "АНО"),
    ("индивидуальный предприниматель", "ИП"),
]


def money(kopecks: int) -> str:
    """Return an amount as people write it: ``1 285,21``, with a space that does not break."""
    roubles, rest = divmod(abs(kopecks), 100)
    minus = "−" if kopecks < 0 else ""
    return f"{minus}{roubles:,}".replace(",", "\u00a0") + f",{rest:02}"


def quantity(value: Decimal) -> str:
    """Return a quantity without idle noughts, after a comma: ``0,384``."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def short_name(name: str) -> str:
    """Return an organisation's name with its legal form abbreviated, on one line."""
    text = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    for long, short in _FORMS:
        text = re.sub(rf"\b{long}\b", short, text, count=1, flags=re.IGNORECASE)
    return text


def bare_name(name: str) -> str:
    """Return a short name without its legal form, and without quotes where they hold all of it."""
    forms = "|".join(short for _, short in _FORMS)
    bare = re.sub(rf"^(?:{forms})\s+(?=\S)", "", name)
    quoted = re.fullmatch(r"[«\"„“]([^«»\"„“”]+)[»\"“”]", bare)
    return quoted[1] if quoted else bare


def check_code(receipt: Receipt) -> str:
    """Return what the check QR of a receipt says (order ЕД-7-20/662@, tag 1196)."""
    roubles, rest = divmod(receipt.total, 100)
    return (
        f"t={receipt.at:%Y%m%dT%H%M}&s={roubles}.{rest:02}&fn={receipt.fiscal_drive}"
        f"&i={receipt.document}&fp={receipt.sign}&n={receipt.operation}"
    )
