"""The calls under /local do what the contract says."""

import base64
import json
from pathlib import Path
from typing import Any

import jwt
import pytest

from infra.local.demonstration import Demonstration
from infra.local.issuer import Issuer


class Tokens:
    def sign(
        self, content: bytes, persona: str, *, attached: bool = False, variant: str = "valid"
    ) -> bytes:
        return f"{persona}:{content.decode()}:{attached}".encode()

    def certificate(self, persona: str) -> bytes:
        return persona.encode()


@pytest.fixture
def demonstration(product: Any, tmp_path: Path) -> Demonstration:
    return Demonstration(
        product.cloud,
        Issuer(tmp_path, "http://127.0.0.1:8000/local"),
        token=Tokens(),
        documents_queue_url=product.outputs["DeadLettersUrl"],
    )


def call(demonstration: Demonstration, method: str, path: str, **body: Any) -> Any:
    reply = demonstration.answer(method, path, json.dumps(body).encode())
    assert reply.status in {200, 202}, reply.body.decode()
    return json.loads(reply.body)


def test_token(demonstration: Demonstration) -> None:
    token = call(demonstration, "POST", "/token", persona="operator")["token"]

    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["roles"] == ["operator"]


def test_sign_and_certificate(demonstration: Demonstration) -> None:
    content = base64.b64encode(b"text").decode()

    detached = call(demonstration, "POST", "/sign", persona="petrova", content=content)
    attached = call(
        demonstration, "POST", "/sign", persona="petrova", content=content, attached=True
    )

    assert base64.b64decode(detached["signature"]) == b"petrova:text:False"
    assert base64.b64decode(attached["signature"]) == b"petrova:text:True"
    certificate = call(demonstration, "GET", "/certificates/arenda")["certificate"]
    assert base64.b64decode(certificate) == b"arenda"


def test_fiscal_documents(demonstration: Demonstration, product: Any) -> None:
    call(demonstration, "POST", "/fiscal-documents", user="Ромашка")

    received = product.cloud.client("sqs").receive_message(
        QueueUrl=product.outputs["DeadLettersUrl"], MaxNumberOfMessages=10, WaitTimeSeconds=2
    )
    assert {"user": "Ромашка"} in [json.loads(message["Body"]) for message in received["Messages"]]


def test_queues_and_messages(demonstration: Demonstration) -> None:
    (queue,) = call(demonstration, "GET", "/queues")["items"]
    assert queue["queue"].startswith("little-Queue")
    assert isinstance(call(demonstration, "GET", "/messages")["items"], list)


def test_issuer_metadata(demonstration: Demonstration) -> None:
    assert call(demonstration, "GET", "/.well-known/openid-configuration")["jwks_uri"]
    assert len(call(demonstration, "GET", "/.well-known/jwks.json")["keys"]) == 2


def test_personas(demonstration: Demonstration) -> None:
    items = call(demonstration, "GET", "/personas")["items"]
    assert [item["persona"] for item in items] == ["romashka", "petrova", "arenda", "operator"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/token", b"{", 400),
        ("POST", "/token", b"[]", 400),
        ("POST", "/token", b"\xff", 400),
        ("POST", "/token", b'{"persona": 1}', 400),
        ("POST", "/token", b'{"persona": "nobody"}', 400),
        ("POST", "/sign", b'{"persona": "petrova", "content": "?"}', 400),
        ("POST", "/sign", b'{"persona": "petrova", "content": "", "attached": 1}', 400),
        ("GET", "/certificates/nobody", b"", 400),
        ("POST", "/fiscal-documents", b"1", 400),
        ("GET", "/token", b"", 404),
        ("GET", "/nothing", b"", 404),
    ],
)
def test_bad_calls_are_problems(
    demonstration: Demonstration, method: str, path: str, body: bytes, status: int
) -> None:
    reply = demonstration.answer(method, path, body)

    assert reply.status == status
    assert json.loads(reply.body)["status"] == status
    assert ("Content-Type", "application/problem+json") in reply.headers


def test_what_is_not_there_yet_answers_501(product: Any, tmp_path: Path) -> None:
    demonstration = Demonstration(product.cloud, Issuer(tmp_path, "http://127.0.0.1:8000/local"))

    for method, path, body in (
        ("POST", "/sign", b'{"persona": "petrova", "content": ""}'),
        ("GET", "/certificates/petrova", b""),
        ("POST", "/fiscal-documents", b"{}"),
    ):
        assert demonstration.answer(method, path, body).status == 501
