"""The running product, attacked by its own description and by what no client would send.

Last of the end-to-end tests, since it leaves behind whatever it was let do.
"""

import re
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.schemas import APIOperation

from chalicelib.runtime import limits
from chalicelib.runtime.declaration import Action
from infra import declarations
from infra.local.api import Answer, Api
from infra.local.personas import PERSONAS
from infra.local.product import Product
from tests.support.issuer import BAD

ACTIONS = {action.name: action for action in declarations.actions()}
BEARERS = {"client": "romashka", "landlord": "arenda", "operator": "operator"}
EXAMPLES = {GenerationMode.POSITIVE: 2, GenerationMode.NEGATIVE: 3}
"""Requests to each call, so that all of it takes less than a minute."""


@pytest.fixture
def tokens(running: Product) -> dict[str, str]:
    return {role: running.issuer.token(PERSONAS[key]) for role, key in BEARERS.items()}


@pytest.fixture
def api(running: Product) -> Api:
    """A caller without a token."""
    return running.api


def check_problem(answer: Answer) -> None:
    assert 400 <= answer.status < 500, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json["status"] == answer.status
    assert re.search("[а-яё]", answer.json["detail"])
    assert b"Traceback" not in answer.body
    assert b".py" not in answer.body


def operations(product: Product) -> Iterator[APIOperation]:
    described = product.api.get("/openapi.json").json
    for result in schemathesis.openapi.from_dict(described).get_all_operations():
        yield result.ok()


def test_answers_hold_to_their_description(running: Product, tokens: dict[str, str]) -> None:
    load_all_checks()
    checks = schemathesis.checks.CHECKS.get_by_names(
        [
            *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
            *("response_schema_conformance", "response_headers_conformance"),
        ]
    )
    described_names, failures = set(), []
    for operation in operations(running):
        declared = ACTIONS[operation.definition.raw["operationId"]]
        described_names.add(declared.name)
        roles = sorted(declared.callers)
        headers = {"Authorization": f"Bearer {tokens[roles[0]]}"} if roles else {}
        for mode, number in EXAMPLES.items():
            try:
                _try(operation, mode, number, running.api.url, headers, checks)
            except Unsatisfiable:
                assert mode is GenerationMode.NEGATIVE  # where nothing is said, nothing is wrong
            except BaseExceptionGroup as group:
                failures.append(group)
    if failures:
        raise BaseExceptionGroup("answers", failures)
    assert described_names == set(ACTIONS)


def _try(
    operation: APIOperation,
    mode: GenerationMode,
    number: int,
    url: str,
    headers: dict[str, str],
    checks: list[Any],
) -> None:
    @hypothesis.settings(
        max_examples=number,
        phases=[Phase.generate],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(operation.as_strategy(generation_mode=mode))
    def request(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=url, headers=headers, checks=checks)

    request()


def test_only_its_callers_reach_a_call(api: Api, running: Product, tokens: dict[str, str]) -> None:
    """A sample of the matrix of tests/audit, through the gateway that production gets."""
    doubtful = {
        "forged": running.issuer.token(PERSONAS["romashka"])[:-8] + "AAAAAAAA",
        "expired": running.issuer.token(PERSONAS["romashka"], exp=1),
        "other issuer": running.issuer.token(PERSONAS["romashka"], iss="https://evil.example"),
        "other audience": running.issuer.token(PERSONAS["romashka"], aud="another"),
        "nothing signed": BAD["nothing signed"](),
        "the public key as a secret": BAD["the public key as a secret"](),
        "garbage": "garbage",
    }
    guarded = [action for action in ACTIONS.values() if action.callers]
    for declared in guarded:
        unknown = _call(api, declared)
        check_problem(unknown)
        assert unknown.status == 401
        for role, token in tokens.items():
            if not declared.callers & set(PERSONAS[BEARERS[role]].roles):
                forbidden = _call(api.as_bearer(token), declared)
                check_problem(forbidden)
                assert forbidden.status == 403, role
                break
    for declared in guarded[::9]:
        for why, token in doubtful.items():
            refused = _call(api.as_bearer(token), declared)
            check_problem(refused)
            assert refused.status == 401, why


def _call(api: Api, declared: Action) -> Answer:
    path = re.sub(r"{\w+}", "x-1", declared.path)
    return api.call(declared.method, path, None if declared.is_read else {}, key="sample")


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "HEAD", "CONNECT", "FOO"])
def test_methods_that_are_not_there(api: Api, tokens: dict[str, str], method: str) -> None:
    answer = api.as_bearer(tokens["client"]).call(method, "/organisation")
    assert 400 <= answer.status < 502
    if method == "PATCH":
        check_problem(answer)


@pytest.mark.parametrize(
    "path",
    [
        *("/nowhere", "/ORGANISATION", "/organisation/../payments", "/organisation;a=b"),
        *("/%2e%2e/local/queues", "/..%2f..", "/organisation/%252e%252e/invoices", "/%00", "/%ff"),
        *("/invoices/..%2f..%2forganisation", "/invoices/%c0%ae%c0%ae", "/" + "a" * 4_000),
    ],
)
def test_paths_that_are_not_there(api: Api, tokens: dict[str, str], path: str) -> None:
    answer = api.as_bearer(tokens["client"]).call("GET", path)
    assert 400 <= answer.status < 500, answer.body
    assert b"Traceback" not in answer.body


def test_bodies_over_the_limit(api: Api, tokens: dict[str, str]) -> None:
    client = api.as_bearer(tokens["client"])
    fits = b'{"name": "a"' + b" " * (limits.BODY - 13) + b"}"
    assert client.call("POST", "/organisation/shops", fits, key="fits").status == 422
    for much in (fits + b" ", fits + b" " * 1024 * 1024 * 3):
        answer = client.call("POST", "/organisation/shops", much, key="much")
        check_problem(answer)
        assert answer.status == 413


@pytest.mark.parametrize(
    "raw",
    [
        b"{" * 100_000,
        b'{"name": "\\ud800", "address": "a"}',
        b'{"name": "a", "name": "b", "address": "c"}',
        b'{"name": "a\\u0000b", "address": "c"}',
        b'{"name": "a\\r\\nBcc: evil@example.ru", "address": "c"}',
        b'{"name": ' + b"9" * 5_000 + b', "address": "c"}',
        b"\xff\xfe\x00",
        b"",
    ],
    ids=["deep", "half a character", "twice", "null", "lines", "large number", "no text", "empty"],
)
def test_bodies_that_no_client_sends(api: Api, tokens: dict[str, str], raw: bytes) -> None:
    check_problem(
        api.as_bearer(tokens["client"]).call("POST", "/organisation/shops", raw, key="raw")
    )


def test_headers_that_no_client_sends(running: Product, tokens: dict[str, str]) -> None:
    """Said to the socket, since a client refuses to."""
    host = f"Host: 127.0.0.1:{running.origin.port}"
    for lines in (
        [host, f"Authorization: Bearer {tokens['client']}", "Authorization: Bearer operator"],
        [host, "Authorization: Bearer " + "a" * 20_000],
        [host, f"Authorization: Bearer {tokens['client']}\x0b"],
        [host, "X-Forwarded-For: 127.0.0.1", "client_id: client-petrova", "roles: operator"],
        ["Host: evil.example", f"Authorization: Bearer {tokens['client']}"],
    ):
        status = _say(running.origin.port, ["GET /api/payments HTTP/1.1", *lines])
        assert 400 <= status < 500, lines[1][:40]


def _say(port: int, lines: list[str]) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as spoken:
        spoken.sendall(("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode("latin-1"))
        answered = spoken.makefile("rb").readline()
    return int(answered.split()[1])
