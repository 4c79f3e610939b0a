"""Requisites of Russian organisations and people as pydantic types.

Each type is a ``str`` or ``int`` with a rule that normalises a value, or refuses the value with a
message in Russian for the user::

    class Payer(BaseModel):
        inn: Inn
        kpp: Kpp | None = None

Outside a model, ``check(Inn, value)`` does the same.
"""

import binascii
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

MAX_KOPECKS = 10**13
"""The largest amount in kopecks: a hundred billion roubles, far below 2**53."""


@dataclass(frozen=True, slots=True, eq=False)
class Requisite:
    """The rule of a type, the metadata of its ``Annotated``.

    ``normalise`` returns the normalised form of a value, or raises ``PydanticCustomError``, a
    ``ValueError``, with a message in Russian. ``schema`` is the JSON Schema of the type.
    """

    normalise: Callable[[Any], Any]
    schema: dict[str, Any]

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.normalise)

    def __get_pydantic_json_schema__(
        self, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return dict(self.schema)


def check(kind: Any, value: object) -> Any:
    """Return ``value`` in the normalised form of ``kind``, a type of this module.

    Raises:
        ValueError: the value does not fit; the message is in Russian.
    """
    return next(mark for mark in get_args(kind) if isinstance(mark, Requisite)).normalise(value)


def _refuse(message: str) -> PydanticCustomError:
    # One code for all errors: callers need only the message and the location.
    return PydanticCustomError("requisite", "{message}", {"message": message})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _refuse("Ожидается строка")
    return value.strip()


def _number(
    name: str,
    pattern: str,
    shape: str,
    fits: Callable[[str], bool] = lambda _: True,
    *,
    example: str,
    separators: str = "",
) -> Requisite:
    """Return the rule of a code that matches ``pattern``, described as ``shape``, and ``fits``."""
    compiled = re.compile(pattern)
    dropped = str.maketrans("", "", separators)

    def normalise(value: object) -> str:
        text = _text(value).translate(dropped)
        if not compiled.fullmatch(text):
            raise _refuse(f"{name}: {shape}")
        if not fits(text):
            raise _refuse(f"{name}: контрольное число не сходится, проверьте цифры")
        return text

    schema = {"type": "string", "title": name, "pattern": f"^(?:{pattern})$", "examples": [example]}
    return Requisite(normalise, schema)


def _weighted(digits: str, *weights: int) -> int:
    return sum(int(d) * w for d, w in zip(digits, weights, strict=False))


def _inn_fits(inn: str) -> bool:
    """Check the digits of an ИНН (order ЕД-7-14/559@ of 2020). All zeros are not an ИНН."""
    if not inn.strip("0"):
        return False
    if len(inn) == 10:
        return _weighted(inn, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10 == int(inn[9])
    return _weighted(inn, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10 == int(inn[10]) and _weighted(
        inn, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8
    ) % 11 % 10 == int(inn[11])


def _ogrn_fits(ogrn: str) -> bool:
    """Check the last digit of an ОГРН (13 digits, modulo 11) or an ОГРНИП (15, modulo 13)."""
    modulus = 11 if len(ogrn) == 13 else 13
    return int(ogrn[:-1]) % modulus % 10 == int(ogrn[-1])


def _snils_fits(snils: str) -> bool:
    """Check the last two digits of a СНИЛС. Numbers up to 001-001-998 have no check number."""
    number = int(snils[:9])
    if number <= 1_001_998:
        return number > 0
    return _weighted(snils, *range(9, 0, -1)) % 101 % 100 == int(snils[9:])


def _okpo_fits(okpo: str) -> bool:
    """Check the last digit of an ОКПО of 8 or 10 digits; no rule is published for 14 digits."""
    if not okpo.strip("0"):
        return False
    if len(okpo) == 14:
        return True
    remainder = _weighted(okpo[:-1], *range(1, 10)) % 11
    if remainder == 10:
        remainder = _weighted(okpo[:-1], *range(3, 12)) % 11 % 10
    return remainder == int(okpo[-1])


def _some(code: str) -> bool:
    return bool(code.strip("0"))


def _key_fits(digits: str) -> bool:
    return _weighted(digits, *(7, 1, 3) * 8) % 10 == 0


def account_fits(account: str, bic: str) -> bool:
    """Return whether the check digit of an account of 20 digits agrees with the БИК of the bank.

    Rule: Bank of Russia, 08.09.1997 № 515. An account in a cash centre of the Bank of Russia (a БИК
    that ends in 000, 001 or 002) is checked like a correspondent account.
    """
    if bic[-3:] in {"000", "001", "002"}:
        return correspondent_account_fits(account, bic)
    return _key_fits(bic[-3:] + account)


def correspondent_account_fits(account: str, bic: str) -> bool:
    """Return whether the check digit of a correspondent account agrees with the БИК of the bank."""
    return _key_fits("0" + bic[4:6] + account)


def check_accounts(bic: str, account: str, correspondent_account: str) -> None:
    """Check the accounts of a model with bank details.

    Raises:
        ValueError: an account does not agree with the БИК; the message is in Russian.
    """
    if not account_fits(account, bic):
        raise _refuse("Расчётный счёт не подходит к БИК, проверьте оба номера")
    if not correspondent_account_fits(correspondent_account, bic):
        raise _refuse("Корреспондентский счёт не подходит к БИК, проверьте оба номера")


def register_number_fits(register_number: str, inn: str, serial: str) -> bool:
    """Return whether a РНМ was issued for this ИНН and this serial number.

    The last six digits are the CRC-16/CCITT-FALSE of the first ten digits, the ИНН padded to 12 and
    the serial number padded to 20 digits with zeros. A mismatch is a reason to warn, not to refuse,
    since the data of a register can change after the РНМ was issued.
    """
    source = register_number[:10] + inn.rjust(12, "0") + serial.rjust(20, "0")
    return f"{binascii.crc_hqx(source.encode(), 0xFFFF):06}" == register_number[10:]


def single_line(max_length: int) -> Requisite:
    """Return the rule of text on one line: trimmed, in Unicode NFC, without invisible characters.

    Control and format characters (bidirectional overrides, zero widths), line separators,
    surrogates and unassigned code points are refused: they can disguise the text on a screen.
    """

    def normalise(value: object) -> str:
        # Soft hyphens and byte order marks come with copied text, so they are dropped, not refused.
        text = unicodedata.normalize("NFC", _text(value).strip("\ufeff").replace("\u00ad", ""))
        if not text:
            raise _refuse("Поле не может быть пустым")
        if len(text) > max_length:
            raise _refuse(f"Не больше {max_length} знаков")
        if not text.isprintable() and any(unicodedata.category(c) in _INVISIBLE for c in text):
            raise _refuse("Недопустимые знаки: перевод строки или невидимые символы")
        return text

    return Requisite(normalise, {"type": "string", "minLength": 1, "maxLength": max_length})


_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _phone(value: object) -> str:
    """Return a telephone number in E.164. A number without a country code is Russian."""
    import phonenumbers  # imported late: the import takes a third of a cold start

    text = _text(value)
    try:
        number = phonenumbers.parse(text, "RU") if len(text) <= 40 else None
    except phonenumbers.NumberParseException:
        number = None
    if number is None or number.extension or not phonenumbers.is_valid_number(number):
        raise _refuse("Телефон: нужен номер вида +7 916 123-45-67")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(value: object) -> str:
    """Return an e-mail address in ASCII: a domain with national letters becomes punycode."""
    import email_validator

    try:
        parsed = email_validator.validate_email(
            _text(value), allow_smtputf8=False, check_deliverability=False
        )
    except email_validator.EmailNotValidError:
        raise _refuse("Электронная почта: нужен адрес вида name@example.ru") from None
    return parsed.ascii_email or parsed.normalized


def _kopecks(value: object) -> int:
    # isinstance would admit bool.
    if type(value) is not int:
        raise _refuse("Сумма: нужно целое число копеек")
    if not 0 <= value <= MAX_KOPECKS:
        raise _refuse(f"Сумма: от 0 до {MAX_KOPECKS} копеек")
    return value


Inn = Annotated[
    str,
    _number("ИНН", "[0-9]{10}|[0-9]{12}", "10 или 12 цифр", _inn_fits, example="7707083893"),
]
"""ИНН of an organisation (10 digits) or of a person or entrepreneur (12 digits)."""
InnLegal = Annotated[
    str, _number("ИНН организации", "[0-9]{10}", "10 цифр", _inn_fits, example="7707083893")
]
InnPerson = Annotated[
    str,
    _number("ИНН физического лица", "[0-9]{12}", "12 цифр", _inn_fits, example="500100732259"),
]
Kpp = Annotated[
    str,
    _number("КПП", "[0-9]{4}[0-9A-Z]{2}[0-9]{3}", "9 знаков, как 770701001", example="770701001"),
]
Ogrn = Annotated[
    str, _number("ОГРН", "[1-9][0-9]{12}", "13 цифр", _ogrn_fits, example="1027700132195")
]
Ogrnip = Annotated[
    str, _number("ОГРНИП", "[1-9][0-9]{14}", "15 цифр", _ogrn_fits, example="304500116000157")
]
Snils = Annotated[
    str,
    _number("СНИЛС", "[0-9]{11}", "11 цифр", _snils_fits, example="11223344595", separators=" -"),
]
"""СНИЛС as 11 digits. Hyphens and spaces of the printed form are dropped."""
Bic = Annotated[str, _number("БИК", "0[0-9]{8}", "9 цифр, первая — ноль", example="044525225")]
Account = Annotated[
    str, _number("Номер счёта", "[0-9]{20}", "20 цифр", _some, example="40702810900000000042")
]
"""A bank account of 20 digits; ``account_fits`` checks the account against a БИК."""
RegisterNumber = Annotated[str, _number("РНМ", "[0-9]{16}", "16 цифр", example="0000000001009506")]
"""The РНМ of a cash register, 16 digits; ``register_number_fits`` checks the last six."""
FiscalDriveNumber = Annotated[
    str, _number("Номер ФН", "[0-9]{16}", "16 цифр", example="7380440700123456")
]
TaxOfficeCode = Annotated[
    str, _number("Код налогового органа", "[0-9]{4}", "4 цифры", example="7707")
]
Okpo = Annotated[
    str,
    _number(
        "ОКПО",
        "[0-9]{8}|[0-9]{10}|[0-9]{14}",
        "8, 10 или 14 цифр",
        _okpo_fits,
        example="00032537",
    ),
]
"""ОКПО of an organisation (8 digits), an entrepreneur (10) or a branch (14)."""
Phone = Annotated[
    str,
    Requisite(
        _phone,
        {"type": "string", "title": "Телефон", "maxLength": 40, "examples": ["+79161234567"]},
    ),
]
"""A telephone number in E.164 (``+79161234567``). Brackets and a leading 8 are accepted."""
Email = Annotated[
    str,
    Requisite(
        _email,
        {"type": "string", "format": "email", "maxLength": 254, "examples": ["name@example.ru"]},
    ),
]
PersonName = Annotated[str, single_line(120)]
"""A surname, a given name, a patronymic, or a full name."""
Line = Annotated[str, single_line(250)]
"""Free text on one line: a title, an address, a comment."""
Kopecks = Annotated[
    int,
    Requisite(
        _kopecks,
        {"type": "integer", "minimum": 0, "maximum": MAX_KOPECKS, "examples": [12_200_00]},
    ),
]
"""An amount in kopecks, at least 0. Strings and floats are refused."""
