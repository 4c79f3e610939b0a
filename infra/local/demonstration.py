"""The calls under `/local`: what a person trying the product needs and no deployment has."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Protocol, get_args

from infra.demonstration_pki import Variant
from infra.local.cloud import Cloud
from infra.local.issuer import Issuer
from infra.local.personas import PERSONAS, Persona
from infra.local.reply import Reply, json_reply, problem


class Token(Protocol):
    """The signing tokens of the personas, as their owners would have them in a USB port."""

    def sign(
        self, content: bytes, persona: str, *, attached: bool = False, variant: Variant = "valid"
    ) -> bytes:
        """A CMS signature over the content by a certificate of the persona's, in DER."""

    def certificate(self, persona: str) -> bytes:
        """The persona's certificate, in DER."""


class _BadRequestError(Exception):
    """The call cannot be read; the text says why, for the person at the screen."""


class Demonstration:
    """Answers the calls under `/local`.

    Args:
        cloud: where messages are looked for and documents are put.
        issuer: makes the tokens.
        personas: who can use the product, by their keys.
        token: makes the signatures; without one those calls answer 501.
        documents_queue_url: the queue `fiscal-documents`; without one that call answers 501.
    """

    def __init__(
        self,
        cloud: Cloud,
        issuer: Issuer,
        *,
        personas: Mapping[str, Persona] = PERSONAS,
        token: Token | None = None,
        documents_queue_url: str | None = None,
    ) -> None:
        self._cloud = cloud
        self._issuer = issuer
        self._personas = personas
        self._token = token
        self._documents_queue_url = documents_queue_url
        self._sqs = cloud.client("sqs")

    def answer(self, method: str, path: str, body: bytes) -> Reply:
        """Answer a call, given its path below `/local`."""
        try:
            return self._answer(method, path.strip("/").split("/"), body)
        except _BadRequestError as error:
            return problem(400, "bad-request", "Bad request", str(error))

    def _answer(self, method: str, path: list[str], body: bytes) -> Reply:
        match method, path:
            case "POST", ["token"]:
                persona = self._persona(_text(_object(body), "persona"))
                return json_reply({"token": self._issuer.token(persona)})
            case "POST", ["sign"]:
                return self._sign(_object(body))
            case "GET", ["certificates", name]:
                return self._certificate(self._persona(name))
            case "GET", ["personas"]:
                return json_reply(
                    {"items": [_card(persona) for persona in self._personas.values()]}
                )
            case "GET", ["messages"]:
                return json_reply({"items": self._cloud.messages()})
            case "GET", ["queues"]:
                return json_reply({"items": self._cloud.queues()})
            case "POST", ["fiscal-documents"]:
                return self._put_document(_object(body))
            case "GET", [".well-known", "openid-configuration"]:
                return json_reply(self._issuer.configuration())
            case "GET", [".well-known", "jwks.json"]:
                return json_reply(self._issuer.jwks())
            case _:
                return problem(404, "not-found", "Not found", "Такого вызова здесь нет.")

    def _persona(self, name: str) -> Persona:
        if name not in self._personas:
            raise _BadRequestError(f"Нет такого лица; есть: {', '.join(self._personas)}.")
        return self._personas[name]

    def _sign(self, request: dict[str, Any]) -> Reply:
        persona = self._persona(_text(request, "persona"))
        attached = request.get("attached", False)
        if not isinstance(attached, bool):
            raise _BadRequestError("Поле «attached» должно быть true или false.")
        try:
            content = base64.b64decode(_text(request, "content"), validate=True)
        except binascii.Error:
            raise _BadRequestError("Поле «content» — не base64.") from None
        if self._token is None:
            return _not_yet("Подписывать здесь пока нечем.")
        variant = request.get("variant", "valid")
        if variant not in get_args(Variant):
            raise _BadRequestError(f"Поле «variant»: одно из {', '.join(get_args(Variant))}.")
        signature = self._token.sign(content, persona.key, attached=attached, variant=variant)
        return json_reply({"signature": base64.b64encode(signature).decode()})

    def _certificate(self, persona: Persona) -> Reply:
        if self._token is None:
            return _not_yet("Сертификатов здесь пока нет.")
        certificate = self._token.certificate(persona.key)
        return json_reply({"certificate": base64.b64encode(certificate).decode()})

    def _put_document(self, document: dict[str, Any]) -> Reply:
        if self._documents_queue_url is None:
            return _not_yet("Очереди фискальных документов здесь пока нет.")
        sent = self._sqs.send_message(
            QueueUrl=self._documents_queue_url,
            MessageBody=json.dumps(document, ensure_ascii=False),
        )
        return json_reply({"message_id": sent["MessageId"]}, 202)


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        raise _BadRequestError("Тело запроса — не JSON.") from None
    if not isinstance(value, dict):
        raise _BadRequestError("Тело запроса должно быть объектом JSON.")
    return value


def _text(request: dict[str, Any], field: str) -> str:
    value = request.get(field)
    if not isinstance(value, str):
        raise _BadRequestError(f"Нужно текстовое поле «{field}».")
    return value


def _card(persona: Persona) -> dict[str, Any]:
    return {"persona": persona.key, "title": persona.title, "roles": list(persona.roles)}


def _not_yet(detail: str) -> Reply:
    return problem(501, "not-implemented", "Not implemented", detail)
