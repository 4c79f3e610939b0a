"""The answers that the gateway itself gives, and the settings of its methods."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.runtime import request_id
from chalicelib.runtime.problem import TooLarge
from infra.functions import Json

OUTBOX_PATTERN = {
    "eventName": ["INSERT"],
    "dynamodb": {"NewImage": {"queue": {"S": [{"exists": True}]}}},
}
"""The records of the outbox's stream that are messages to relay."""

_RETRY = "Повторите запрос через несколько секунд."

# (response type, status, slug, title, detail): what callers see where no function is reached.
# A path that is not there has no credentials to miss: API Gateway's name for it is historical.
_ANSWERS = [
    ("UNAUTHORIZED", 401, "unauthenticated", "Требуется вход", "Войдите в личный кабинет."),
    # The authorizer denies whom it does not know; what a known caller may do, the action decides.
    ("ACCESS_DENIED", 401, "unauthenticated", "Требуется вход", "Войдите в личный кабинет."),
    ("MISSING_AUTHENTICATION_TOKEN", 404, "not-found", "Не найдено", "Такого адреса нет."),
    ("RESOURCE_NOT_FOUND", 404, "not-found", "Не найдено", "Такого адреса нет."),
    ("REQUEST_TOO_LARGE", 413, TooLarge.slug, TooLarge.title, TooLarge.detail),
    ("THROTTLED", 429, "too-many-requests", "Слишком много запросов", _RETRY),
    ("QUOTA_EXCEEDED", 429, "too-many-requests", "Слишком много запросов", _RETRY),
    # Only while a deployment adds the keys: the gateway takes them from the authorizer.
    ("INVALID_API_KEY", 503, "unavailable", "Сервис временно недоступен", _RETRY),
    ("AUTHORIZER_FAILURE", 503, "unavailable", "Сервис временно недоступен", _RETRY),
    ("INTEGRATION_FAILURE", 503, "unavailable", "Сервис временно недоступен", _RETRY),
    ("INTEGRATION_TIMEOUT", 503, "unavailable", "Сервис временно недоступен", _RETRY),
    ("DEFAULT_4XX", 400, "unreadable", "Запрос не читается", "Проверьте запрос и повторите."),
    ("DEFAULT_5XX", 500, "unexpected", "Внутренняя ошибка", "Произошла ошибка на нашей стороне."),
]
_RETRIED = {429, 503}


def responses(api: str, headers: Mapping[str, str]) -> Json:
    """Return the gateway's own answers as problems of the contract, with CORS headers."""
    return {
        f"Api{''.join(part.capitalize() for part in kind.split('_'))}": {
            "Type": "AWS::ApiGateway::GatewayResponse",
            "Properties": {
                "RestApiId": {"Ref": api},
                "ResponseType": kind,
                "StatusCode": str(status),
                "ResponseParameters": _headers(status, headers),
                "ResponseTemplates": {"application/json": _document(status, slug, title, detail)},
            },
        }
        for kind, status, slug, title, detail in _ANSWERS
    }


def _headers(status: int, headers: Mapping[str, str]) -> dict[str, str]:
    sent = {
        **headers,
        "Content-Type": "application/problem+json",
        **({"Retry-After": "5"} if status in _RETRIED else {}),
        **({"WWW-Authenticate": "Bearer"} if status == 401 else {}),
    }
    constant = {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in sent.items()}
    return constant | {f"gatewayresponse.header.{request_id.HEADER}": "context.extendedRequestId"}


def _document(status: int, slug: str, title: str, detail: str) -> str:
    document: dict[str, Any] = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": "urn:uuid:$context.requestId",
        request_id.NAME: "$context.extendedRequestId",
    }
    return json.dumps(document, ensure_ascii=False)


def settings_path(path: str) -> str:
    """Return a route's path as the settings of a stage name it."""
    return "/" + path.replace("/", "~1")
