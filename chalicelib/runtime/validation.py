"""Turns validation errors of pydantic into the problem answer of the API, in Russian."""

import re
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core.core_schema import ErrorType

from chalicelib.runtime.problem import PayloadInvalid

_SENTENCES: Mapping[str, str] = {
    "missing": "Обязательное поле.",
    "extra_forbidden": "Неизвестное поле.",
    "string_type": "Нужна строка.",
    "string_too_short": "Нужно не меньше {min_length} симв.",
    "string_too_long": "Нужно не больше {max_length} симв.",
    "string_pattern_mismatch": "Неверный формат.",
    "string_unicode": "Строка содержит недопустимые символы.",
    "int_type": "Нужно целое число.",
    "int_parsing": "Нужно целое число.",
    "int_parsing_size": "Слишком большое число.",
    "int_from_float": "Нужно целое число.",
    "bool_type": "Нужно true или false.",
    "bool_parsing": "Нужно true или false.",
    "greater_than": "Значение должно быть больше {gt}.",
    "greater_than_equal": "Значение должно быть не меньше {ge}.",
    "less_than": "Значение должно быть меньше {lt}.",
    "less_than_equal": "Значение должно быть не больше {le}.",
    "enum": "Допустимые значения: {expected}.",
    "literal_error": "Допустимые значения: {expected}.",
    "union_tag_invalid": "Допустимые значения: {expected_tags}.",
    "union_tag_not_found": "Не указан вид.",
    "list_type": "Нужен список.",
    "dict_type": "Нужен объект.",
    "model_type": "Нужен объект.",
    "model_attributes_type": "Нужен объект.",
    "too_short": "Слишком мало элементов, нужно от {min_length}.",
    "too_long": "Слишком много элементов, можно до {max_length}.",
    "date_type": "Нужна дата в виде ГГГГ-ММ-ДД.",
    "date_parsing": "Нужна дата в виде ГГГГ-ММ-ДД.",
    "date_from_datetime_parsing": "Нужна дата в виде ГГГГ-ММ-ДД.",
    "date_from_datetime_inexact": "Нужна дата в виде ГГГГ-ММ-ДД.",
    "uuid_type": "Нужен идентификатор UUID.",
    "uuid_parsing": "Нужен идентификатор UUID.",
    "bytes_invalid_encoding": "Нужны данные в base64.",
    "bytes_too_long": "Нужно не больше {max_length} байт.",
    "bytes_too_short": "Нужно не меньше {min_length} байт.",
}


_PYDANTICS_OWN = frozenset(get_args(ErrorType))
_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""The representation of an enumeration member in pydantic's messages."""
_MOST_FAULTS = 50
_LONGEST_NAME = 100


def problem(error: ValidationError, *where: str) -> PayloadInvalid:
    """Return the problem for an invalid payload, with an entry and a JSON pointer for each error.

    The pointers follow RFC 6901 and begin with ``where``. The names of unknown fields are the
    sender's, so a long name is cut and at most 50 errors are listed.
    """
    faults = error.errors(include_url=False, include_input=False)
    return PayloadInvalid(
        [
            {"pointer": _pointer((*where, *fault["loc"])), "detail": _sentence(fault)}
            for fault in faults[:_MOST_FAULTS]
        ]
    )


def _pointer(location: tuple[int | str, ...]) -> str:
    names = (str(part)[:_LONGEST_NAME] for part in location)
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)


def _sentence(fault: Mapping[str, Any]) -> str:
    template = _SENTENCES.get(fault["type"])
    if template:
        sentence = _MEMBER.sub(r"\1", template.format_map(fault.get("ctx", {})))
        return sentence.replace("' or '", "' или '")
    # Our own types raise errors in Russian. Pydantic's messages are in English and may quote the
    # input, so they are not shown.
    if fault["type"] in ("value_error", "assertion_error"):
        message = str(fault["ctx"]["error"])
    else:
        message = "" if fault["type"] in _PYDANTICS_OWN else str(fault["msg"])
    return "Неверное значение." if message.isascii() else message
