"""What the emulator's process runs: the emulator, mended where it would not do for this product.

Run as a script, by the interpreter of the emulator's own environment, with the arguments of
Hypercorn. Why each mend is there: docs/decisions/local-cloud.md.
"""

import asyncio.constants
import base64
import contextvars
import ctypes
import email
import email.policy
import hashlib
import json
import os
import runpy
import shutil
import signal
import sys
import tempfile
import threading
import types
import zipfile
from pathlib import Path
from typing import Any

parent = os.getppid()
if sys.platform == "linux":
    # It dies with its parent, cleanly, even when that is killed (PR_SET_PDEATHSIG).
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)

from hypercorn.__main__ import main  # type: ignore[import-not-found]  # noqa: E402
from ministack.core import iam_actions, lambda_runtime  # type: ignore[import-not-found]  # noqa: E402
from ministack.services import (  # type: ignore[import-not-found]  # noqa: E402
    apigateway_v1,
    lambda_svc,
    s3,
    ses_v2,
)
from ministack.services.cloudformation import provisioners  # type: ignore[import-not-found]  # noqa: E402

# Idle TLS connections, which the functions keep, would hold up its stop for 30 seconds.
asyncio.constants.SSL_SHUTDOWN_TIMEOUT = 0.2

read_mail = ses_v2._parse_raw_mime


def read_with_pictures(raw: Any) -> Any:
    """Of a raw mail text and HTML are kept: the pictures go into the HTML that shows them."""
    read = read_mail(raw)
    mail = email.message_from_bytes(base64.b64decode(raw), policy=email.policy.default)
    for part in mail.walk():
        if part["Content-ID"]:
            data = base64.b64encode(part.get_content()).decode()
            for body in read["BodyParts"]:
                body["Data"] = body["Data"].replace(
                    '"cid:' + part["Content-ID"].strip("<>") + '"',
                    f'"data:{part.get_content_type()};base64,{data}"',
                )
    return read


ses_v2._parse_raw_mime = read_with_pictures

fetch = lambda_svc._fetch_code_from_s3
fetched: dict[tuple[Any, ...], bytes] = {}


def fetch_once(*named: Any, **also: Any) -> bytes | None:
    """Artifacts are named by their content."""
    key = (*named, *sorted(also.items()))
    if key not in fetched and (code := fetch(*named, **also)) is not None:
        fetched[key] = code
    return fetched.get(key)


lambda_svc._fetch_code_from_s3 = fetch_once


def object_lock(declared: Any) -> bytes:
    """Return the object lock of a template as the body of PutObjectLockConfiguration."""
    rule = declared["Rule"]["DefaultRetention"]
    period = "".join(f"<{name}>{value}</{name}>" for name, value in rule.items())
    return (
        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>"
        f"<DefaultRetention>{period}</DefaultRetention></Rule></ObjectLockConfiguration>"
    ).encode()


provisioners._S3_BUCKET_CONFIGURATIONS += (
    ("ObjectLockConfiguration", object_lock, s3._put_object_lock_configuration, lambda _: None),
)

unpacking = threading.Lock()


class Code(zipfile.ZipFile):
    """An artifact that a function's folder gets links to, from a folder that all share."""

    def extractall(self, path: Any = None, *_: Any, **__: Any) -> None:
        copy = Path(str(self.filename))
        name = hashlib.sha256(copy.read_bytes()).hexdigest()
        shared = os.path.join(tempfile.gettempdir(), name)
        with unpacking:
            if not os.path.exists(shared):
                super().extractall(shared + ".part")
                os.rename(shared + ".part", shared)
        for entry in os.listdir(shared):
            os.symlink(os.path.join(shared, entry), os.path.join(path, entry))
        copy.unlink()


required_permission = iam_actions.extract_iam_action


def covering_permission(*request: Any, **named: Any) -> str | None:
    """Return the permission that a request needs; ``sqs:SendMessage`` covers a batch, as in AWS."""
    permission: str | None = required_permission(*request, **named)
    return "sqs:SendMessage" if permission == "sqs:SendMessageBatch" else permission


iam_actions.extract_iam_action = covering_permission

request_value = apigateway_v1._gateway_request_value
error_response = apigateway_v1._gateway_error_response


def request_value_with_id(source: str, request: Any) -> Any:
    """Gateway responses know the ``extendedRequestId``, which equals the id for a function here."""
    if source == "context.extendedRequestId":
        return request["request_id"]
    return request_value(source, request)


def error_response_with_id(error: Any, request: Any) -> tuple[int, dict[str, str], bytes]:
    """The templates of gateway responses know it too."""
    status, headers, body = error_response(error, request)
    return (
        status,
        headers,
        body.replace(b"$context.extendedRequestId", request["request_id"].encode()),
    )


# The gateway asks the authorizer by which API key to throttle; the emulator reads a header.
invoke_authorizer = apigateway_v1._invoke_authorizer_lambda
authorize = apigateway_v1._authorize_request_v1
usage_plan_body = provisioners._apigw_usage_plan_body
KEY = "usageIdentifierKey"
key_of_request: contextvars.ContextVar[str | None] = contextvars.ContextVar(KEY, default=None)


async def invoke_authorizer_for_key(*request: Any) -> Any:
    """The key travels in the context, which the emulator caches with the policy."""
    result = await invoke_authorizer(*request)
    policy = result.get("body") if result and not result.get("error") else None
    if isinstance(policy, str | bytes):
        policy = json.loads(policy)
    if isinstance(policy, dict) and KEY in policy:
        result = {**result, "body": {**policy, "context": {**policy["context"], KEY: policy[KEY]}}}
    return result


async def authorize_with_key(*request: Any) -> Any:
    """A function does not see the key."""
    error, context = await authorize(*request)
    key_of_request.set((context or {}).get(KEY))
    return error, context and {name: value for name, value in context.items() if name != KEY}


def usage_plan_body_of_methods(properties: Any) -> Any:
    """The limits of methods have the names of the API, not those of CloudFormation."""
    body = usage_plan_body(properties)
    for stage in body["apiStages"]:
        limits = stage["throttle"].items()
        stage["throttle"] = {path: provisioners._apigw_throttle(limit) for path, limit in limits}
    return body


apigateway_v1._invoke_authorizer_lambda = invoke_authorizer_for_key
apigateway_v1._authorize_request_v1 = authorize_with_key
apigateway_v1._api_key_from_request = lambda headers: key_of_request.get()
provisioners._apigw_usage_plan_body = usage_plan_body_of_methods
apigateway_v1._gateway_request_value = request_value_with_id
apigateway_v1._gateway_error_response = error_response_with_id

lambda_runtime.zipfile = types.SimpleNamespace(**{**vars(zipfile), "ZipFile": Code})

runpy.run_path(str(Path(__file__).with_name("limits.py")))

code = main()  # Hypercorn's, since the emulator's own also takes port 443
if os.getppid() != parent:  # the parent was killed, and does neither of these
    if not code and "STATE_DIR" in os.environ:
        Path(os.environ["STATE_DIR"]).with_name("running").unlink(missing_ok=True)
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
sys.exit(code)
