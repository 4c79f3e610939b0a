"""Bytes that travel as base64 in JSON."""

import base64
import binascii
from typing import Annotated, Any

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


class _Base64:
    """Reads base64 (RFC 4648, section 4) strictly, but ignores line breaks."""

    def __init__(self, most: int, example: str) -> None:
        self._most = most
        self._example = example

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._decode,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda content: base64.b64encode(content).decode(), when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(
        self, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        most = -(-self._most // 3) * 4
        return {
            "type": "string",
            "contentEncoding": "base64",
            "maxLength": most,
            "examples": [self._example],
        }

    def _decode(self, value: Any) -> bytes:
        if not isinstance(value, str):
            raise PydanticCustomError("base64", "Нужна строка в base64.")
        try:
            content = base64.b64decode("".join(value.split()), validate=True)
        except (binascii.Error, ValueError):
            raise PydanticCustomError("base64", "Нужна строка в base64.") from None
        if not content:
            raise PydanticCustomError("base64", "Файл пуст.")
        if len(content) > self._most:
            raise PydanticCustomError(
                "base64", "Не больше {most} КБ.", {"most": self._most // 1024}
            )
        return content


def base64_bytes(most: int, example: str = "MIIB") -> Any:
    """Return the pydantic type of bytes that are base64 in JSON.

    Args:
        most: The largest size, in decoded bytes.
        example: Shown in the description of the API; by default the beginning of a DER structure.
    """
    return Annotated[bytes, _Base64(most, example)]
