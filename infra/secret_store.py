"""The secrets of a stage, which are kept in the cloud's secret store (AWS Secrets Manager)."""

from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.runtime.settings import Settings
from infra import parameters


class SecretMissing(Exception):
    """A secret without a default is not in the store; the text says how to create it."""


def versions(client: Any, stage: str, settings: Iterable[type[Settings]]) -> dict[str, str]:
    """Return the parameters that name the current version of each secret of ``settings``.

    An optional secret that is not in the store is left out.

    Args:
        client: a boto3 client of Secrets Manager.
        stage: whose secrets.
        settings: the classes whose secrets are meant.

    Raises:
        SecretMissing: a secret without a default is not in the store.
    """
    chosen, missing = {}, []
    for field, schema in parameters.fields(settings).items():
        if not parameters.is_secret(schema):
            continue
        name = f"{stage}/{parameters.secret_id(field)}"
        version = _current_version(client, name)
        if version:
            chosen[parameters.version_parameter(field)] = version
        elif parameters.is_required(schema):
            missing.append(name)
    if missing:
        raise SecretMissing("\n".join(map(_advice, missing)))
    return chosen


def put(client: Any, stage: str, field: str, value: str) -> None:
    """Store the secret of a field, unless the store has it with this value."""
    name = f"{stage}/{parameters.secret_id(field)}"
    if _current_version(client, name) is None:
        client.create_secret(Name=name, SecretString=value)
    elif client.get_secret_value(SecretId=name)["SecretString"] != value:
        client.put_secret_value(SecretId=name, SecretString=value)


def _current_version(client: Any, name: str) -> str | None:
    try:
        stages = client.describe_secret(SecretId=name).get("VersionIdsToStages", {})
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return next((version for version, marks in stages.items() if "AWSCURRENT" in marks), None)


def _advice(name: str) -> str:
    return (
        f"the secret {name} is not in the secret store; make it:\n"
        f"  aws secretsmanager create-secret --name {name}"
        ' --secret-string "$(openssl rand -hex 32)"'
    )
