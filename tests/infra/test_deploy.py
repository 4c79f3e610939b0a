"""A stage is deployed by a change set: whole, again with nothing to do, or not at all."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.runtime.settings import PageSettings
from chalicelib.services.gosotchet.settings import ReportingSecret
from infra import artifact, secret_store
from infra.build import Build
from infra.deploy import (
    DeploymentError,
    Stack,
    choose_parameters,
    deploy,
    lint,
    main,
    require_clean_tree,
    upload,
)
from infra.local.cloud import Cloud
from infra.secret_store import SecretMissing

Json = dict[str, Any]

CLOUD_PYTHON = Path(os.environ.get("CLOUD_PYTHON", ".venv-cloud/bin/python"))
SECRET = "0123456789abcdef0123456789abcdef"
SETTINGS = [PageSettings, ReportingSecret]
VALUES = {
    "Stage": "test",
    "ArtifactBucket": "test-artifacts",
    "Architecture": artifact.architecture(),
    "OidcIssuer": "https://issuer.example",
    "OidcAudience": "cabinet",
    "OidcJwksUrl": "https://issuer.example/jwks.json",
    "Seller": {"name": "ООО «Пример»", "inn": "9677000065"},
    "SenderDomain": "example.ru",
    "EdoOperatorCode": "2TS",
    "SenderAddress": "noreply@example.ru",
    "PublicUrl": "https://cheki.example.ru",
}
LITTLE = {
    "Parameters": {
        "Stage": {"Type": "String"},
        "Seller": {"Type": "String"},
        "Days": {"Type": "Number", "Default": 5},
    }
}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud(CLOUD_PYTHON) as started:
        s3 = started.client("s3")
        s3.create_bucket(
            Bucket="test-artifacts",
            CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name},
        )
        secret_store.put(started.client("secretsmanager"), "test", "cursor_key", SECRET)
        yield started


@pytest.fixture
def stack(cloud: Cloud) -> Stack:
    return Stack(cloud.client("cloudformation"), "test-service-menu", poll_seconds=0.05)


def secrets(cloud: Cloud) -> dict[str, str]:
    """The versions of the secrets of the stage test."""
    return secret_store.versions(cloud.client("secretsmanager"), "test", SETTINGS)


def run(
    cloud: Cloud, stack: Stack, built: Build, **values: Any
) -> tuple[dict[str, str], list[str]]:
    """Deploy, and return the outputs and the changes that were shown."""
    shown: list[str] = []

    def confirm(lines: list[str]) -> bool:
        shown.extend(lines)
        return True

    outputs = deploy(
        stack,
        cloud.client("s3"),
        template=built.template,
        artifact=built.artifact,
        values=VALUES | secrets(cloud) | values,
        description="test",
        confirm=confirm,
    )
    return outputs, shown


def test_deploys_changes_and_leaves_alone(
    cloud: Cloud, stack: Stack, built: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs, shown = run(cloud, stack, built)
    assert outputs["RestApiId"] in outputs["ApiUrl"]
    assert outputs["PaymentsDeadLetterQueueUrl"]
    production = json.loads(built.template.read_text(encoding="utf-8"))
    conditional = {name for name, one in production["Resources"].items() if "Condition" in one}
    assert {line.split()[1] for line in shown} | conditional == set(production["Resources"])
    assert any(line.split() == ["Add", "OutboxTable", "AWS::DynamoDB::Table"] for line in shown)
    assert variables(cloud)["INVOICE_DAYS"] == "5"

    again, shown = run(cloud, stack, built)
    assert again == outputs
    assert shown == []
    assert "Nothing has changed." in capsys.readouterr().out

    _, shown = run(cloud, stack, built, InvoiceDays="7")
    assert shown
    assert all(line.startswith("Modify") for line in shown)
    assert variables(cloud)["INVOICE_DAYS"] == "7"


def test_a_rotated_secret_is_a_change_of_the_functions_that_declare_it(
    cloud: Cloud, stack: Stack, built: Build
) -> None:
    run(cloud, stack, built)
    assert variables(cloud, "test-read-fiscal-drives")["CURSOR_KEY"] == SECRET
    secret_store.put(cloud.client("secretsmanager"), "test", "cursor_key", SECRET[::-1])
    _, shown = run(cloud, stack, built)
    assert "Modify  ReadFiscalDrivesFunction  AWS::Lambda::Function" in shown
    assert not any("OrderFiscalDrivesFunction" in line for line in shown)
    assert variables(cloud, "test-read-fiscal-drives")["CURSOR_KEY"] == SECRET[::-1]


def test_a_missing_secret_is_refused_with_the_command_that_makes_it(cloud: Cloud) -> None:
    with pytest.raises(SecretMissing, match="create-secret --name other/service-menu/cursor-key"):
        secret_store.versions(cloud.client("secretsmanager"), "other", SETTINGS)


def test_an_optional_secret_reaches_its_function_once_it_is_stored(
    cloud: Cloud, stack: Stack, built: Build
) -> None:
    run(cloud, stack, built)
    assert "REPORTING_TOKEN" not in variables(cloud, "test-provision-account")
    secret_store.put(cloud.client("secretsmanager"), "test", "reporting_token", "bearer")
    run(cloud, stack, built)
    assert variables(cloud, "test-provision-account")["REPORTING_TOKEN"] == "bearer"


def variables(cloud: Cloud, function: str = "test-order-fiscal-drives") -> Json:
    configuration = cloud.client("lambda").get_function_configuration(FunctionName=function)
    environment: Json = configuration["Environment"]["Variables"]
    return environment


def test_a_refused_parameter_says_why_and_changes_nothing(cloud: Cloud, built: Build) -> None:
    stack = Stack(cloud.client("cloudformation"), "refused-service-menu", poll_seconds=0.05)
    with pytest.raises(DeploymentError, match="Stage"):
        run(cloud, stack, built, Stage="NOT A STAGE")
    with pytest.raises(DeploymentError, match="Architecture"):
        run(cloud, stack, built, Architecture="sparc")
    assert stack.describe() is None


def test_what_is_not_confirmed_is_not_done(cloud: Cloud, built: Build) -> None:
    stack = Stack(cloud.client("cloudformation"), "doubted-service-menu", poll_seconds=0.05)
    with pytest.raises(DeploymentError, match="not confirmed"):
        deploy(
            stack,
            cloud.client("s3"),
            template=built.template,
            artifact=built.artifact,
            values=VALUES | secrets(cloud) | {"Stage": "doubted"},
            description="test",
            confirm=lambda lines: not lines,
        )
    assert stack.describe() is None


def test_a_failure_names_the_resource_and_the_reason(cloud: Cloud, tmp_path: Path) -> None:
    template = tmp_path / "template.json"
    config = {
        "Type": "AWS::Lambda::EventInvokeConfig",
        "Properties": {"FunctionName": "nobody", "Qualifier": "$LATEST"},
    }
    template.write_text(
        json.dumps(
            {
                "Parameters": {
                    "ArtifactBucket": {"Type": "String"},
                    "ArtifactKey": {"Type": "String"},
                },
                "Resources": {"Broken": config},
            }
        )
    )
    stack = Stack(cloud.client("cloudformation"), "broken", poll_seconds=0.05)
    with pytest.raises(
        DeploymentError, match=r"(?s)stack broken: ROLLBACK_COMPLETE.*Broken: .*nobody"
    ):
        deploy(
            stack,
            cloud.client("s3"),
            template=template,
            artifact=template,
            values={"ArtifactBucket": "test-artifacts"},
            description="test",
        )
    with pytest.raises(DeploymentError, match="never created whole"):
        stack.plan("https://unused", [], "test")


def test_uploads_once_and_says_where_it_cannot(cloud: Cloud, tmp_path: Path) -> None:
    s3 = cloud.client("s3")
    file = tmp_path / "a.zip"
    file.write_bytes(b"content")
    key = upload(s3, "test-artifacts", file)
    assert key == upload(s3, "test-artifacts", file)
    assert s3.get_object(Bucket="test-artifacts", Key=key)["Body"].read() == b"content"
    with pytest.raises(DeploymentError, match="no-such-bucket"):
        upload(s3, "no-such-bucket", file)


def test_a_value_that_is_no_text_goes_as_json() -> None:
    assert choose_parameters(LITTLE, {"Stage": "test", "Seller": {"name": "ООО"}}) == [
        {"ParameterKey": "Stage", "ParameterValue": "test"},
        {"ParameterKey": "Seller", "ParameterValue": '{"name": "ООО"}'},
    ]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"Stage": "test", "Seller": "{}", "Stge": "x"}, "no parameter Stge"),
        ({"Days": "5"}, "no value for Stage, Seller"),
    ],
)
def test_parameters_that_cannot_be_right_are_refused(values: Json, problem: str) -> None:
    with pytest.raises(DeploymentError, match=problem):
        choose_parameters(LITTLE, values)


def test_only_what_is_committed_is_deployed(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        subprocess.run(
            ["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True
        )

    git("init")
    (tmp_path / "a").write_text("1")
    with pytest.raises(DeploymentError, match="not committed"):
        require_clean_tree(tmp_path)
    git("add", ".")
    git("commit", "-m", "one")
    assert len(require_clean_tree(tmp_path)) == 40
    (tmp_path / "a").write_text("2")
    with pytest.raises(DeploymentError, match=r"not committed.*\n.*M a|not committed"):
        require_clean_tree(tmp_path)


def test_a_folder_without_history_is_not_deployed(tmp_path: Path) -> None:
    with pytest.raises(DeploymentError, match="not a git repository"):
        require_clean_tree(tmp_path)


def test_lint_says_what_is_wrong(tmp_path: Path) -> None:
    template = tmp_path / "template.json"
    template.write_text('{"Resources": {"A": {"Type": "AWS::SQS::Queue", "Properties": {"X": 1}}}}')
    assert "E3002" in lint(template)


def test_says_what_is_missing_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    def no_cloud(service: str) -> Any:
        raise AssertionError("nothing may be asked of the cloud")

    assert main(["nowhere"], no_cloud) == 1
    assert "Not deployed: " in capsys.readouterr().err
