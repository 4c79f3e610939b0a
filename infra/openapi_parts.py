"""Parts of the OpenAPI document that are the same for all actions."""

from typing import Any

from chalicelib.runtime.action import KEY

Json = dict[str, Any]

INFO = {
    "title": "Сервис и Услуги",
    "version": "1.0.0",
    "description": """\
The back end of the menu «Сервис и Услуги» of a fiscal-data operator's client cabinet.

- JSON in UTF-8, snake_case. Money is whole kopecks (`…_kopecks`), times are RFC 3339 in UTC, \
dates are business days in Europe/Moscow. Identifiers are opaque.
- The token identifies the caller's organisation. An identifier of another organisation's thing \
answers 404.
- Lists come in pages. Pass `next` of a page to get the following one; `next` is null on the last.
- A call with an `Idempotency-Key` may be repeated with the same key and body: it is executed \
once, and each repeat gets the same answer.
- An error is answered as `application/problem+json` (RFC 9457). Tell errors apart by `type`: the \
slugs are stable and listed in `x-problems`. `title` and `detail` are in Russian, for the \
person at the screen.
- A request body has at most 4 MB. Larger files are sent by the form of `POST /uploads`.""",
}
SERVERS = [
    {"url": "/api", "description": "The host of this description"},
    {
        "url": "https://{host}/api",
        "description": "A deployment",
        "variables": {
            "host": {
                "default": "api.example.com",
                "description": "The host of the stack's output ApiUrl",
            }
        },
    },
]
SECURITY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A token of the OIDC issuer, with `client_id` (the caller's organisation) and "
    "`roles`: `client`, `landlord`, `operator`.",
}
PROBLEM: Json = {
    "description": "A problem document (RFC 9457). Some problems have further members.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "pattern": "^/problems/[a-z0-9-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {
            "type": "string",
            "description": "Text for the person at the screen, in Russian.",
        },
        "instance": {"type": "string", "format": "uri-reference"},
        "request_id": {
            "type": "string",
            "description": "The id of the request, which the log names; every answer has it in "
            "the header `X-Request-Id`.",
        },
        "errors": {
            "description": "The errors of a payload, one for each field.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "format": "json-pointer"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
REFUSALS = {
    400: (
        "Unreadable",
        "The request cannot be parsed, or its `Idempotency-Key` or `next` is invalid.",
    ),
    401: ("Unauthenticated", "The request has no valid token, or the password is wrong."),
    403: (
        "Forbidden",
        "The caller has none of the required roles, or must change the password first.",
    ),
    404: ("NotFound", "The thing does not exist, or belongs to another organisation."),
    406: (
        "NotAcceptable",
        "`Accept` names no available media type; for a file, `Accept` is required.",
    ),
    409: ("Conflict", "The current state does not allow the call, or has changed during the call."),
    413: ("TooLarge", "The request body is over 4 MB, or the answer would be too large."),
    415: ("UnsupportedMediaType", "The body is not `application/json`."),
    422: ("Invalid", "The payload is invalid; `errors` point at the fields."),
    429: ("TooManyRequests", "Too many requests. Repeat the request later."),
    503: ("Unavailable", "A service is temporarily unavailable; nothing was changed."),
}
KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Chosen by the caller, one for each operation; kept for 3 days.",
    "schema": {"type": "string", "pattern": f"^{KEY.pattern}$"},
}
