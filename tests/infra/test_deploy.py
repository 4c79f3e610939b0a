"""A stage is deployed by a change set: whole, again with nothing to do, or not at all."""

import contextlib
import json
import os
import re
import subprocess
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.runtime.settings import PageSettings
from chalicelib.services.gosotchet.settings import ReportingSecret
from infra import artifact, secret_store
from infra.build import Build
from infra.cloudformation import Change, DeploymentError, Stack
from infra.deploy import deploy, main, upload
from infra.interpreter import PINNED
from infra.local.cloud import Cloud
from infra.plan import choose_parameters, require_data_stays, require_values
from infra.preconditions import lint, require_clean_tree, require_compiled
from infra.release import Canary, ShiftReturned
from infra.secret_store import SecretMissing
from infra.stacks import stack_name
from infra.stacks.data import STACK_POLICY

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
    """Return a cloud in which other tests may have deployed."""
    with prepared_cloud() as started:
        yield started


@pytest.fixture
def empty_cloud() -> Iterator[Cloud]:
    """Return a cloud in which nothing is deployed."""
    with prepared_cloud() as started:
        yield started


@contextlib.contextmanager
def prepared_cloud() -> Iterator[Cloud]:
    """Start a cloud with the bucket for artifacts and the secret of the stage test."""
    with Cloud(CLOUD_PYTHON) as started:
        s3 = started.client("s3")
        s3.create_bucket(
            Bucket="test-artifacts",
            CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name},
        )
        secret_store.put(started.client("secretsmanager"), "test", "cursor_key", SECRET)
        yield started


def secrets(cloud: Cloud) -> dict[str, str]:
    """The versions of the secrets of the stage test."""
    return secret_store.versions(cloud.client("secretsmanager"), "test", SETTINGS)


def run(cloud: Cloud, built: Build, **values: Any) -> tuple[dict[str, str], list[str]]:
    """Deploy, and return the outputs and the plan that was shown."""
    shown: list[str] = []

    def confirm(lines: list[str]) -> bool:
        shown.extend(lines)
        return True

    outputs = deploy(
        cloud.client,
        built,
        VALUES | secrets(cloud) | values,
        description="test",
        confirm=confirm,
        poll_seconds=0.02,
    )
    return outputs, shown


def little(folder: Path, **stacks_resources: Json) -> Build:
    """A build of small stacks: ``data``, sections, ``api``, each with these resources."""
    folder.mkdir(exist_ok=True)
    for part, resources in stacks_resources.items():
        declared = {"Stage": {"Type": "String"}, "ArtifactKey": {"Type": "String"}}
        declared["ArtifactBucket"] = {"Type": "String"}
        template = {"Parameters": declared, "Resources": resources}
        (folder / f"{part}.json").write_text(json.dumps(template))
    (folder / "order.json").write_text(json.dumps(list(stacks_resources)))
    return Build(folder, folder / "order.json")


def deploy_little(cloud: Cloud, build: Build, stage: str, **how: Any) -> dict[str, str]:
    values = {"Stage": stage, "ArtifactBucket": "test-artifacts"}
    return deploy(cloud.client, build, values, description="test", poll_seconds=0.02, **how)


def queue(name: str) -> Json:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}


TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {}}
BROKEN = {
    "Type": "AWS::Lambda::EventInvokeConfig",
    "Properties": {"FunctionName": "nobody", "Qualifier": "$LATEST"},
}


def test_deploys_changes_and_leaves_alone(
    empty_cloud: Cloud,
    built: Build,
    templates: dict[str, Json],
    capsys: pytest.CaptureFixture[str],
) -> None:
    cloud = empty_cloud
    outputs, shown = run(cloud, built)
    assert outputs["RestApiId"] in outputs["ApiUrl"]
    assert outputs["PaymentsDeadLetterQueueUrl"]
    assert [line for line in shown if not line.startswith(" ")] == [
        f"test-service-menu-{part} (new)" for part in templates
    ]
    planned = [line.split()[1] for line in shown if line.startswith(" ")]
    assert sorted(planned) == sorted(
        name for template in templates.values() for name in template["Resources"]
    )
    assert "  Add     OutboxTable  AWS::DynamoDB::Table" in shown
    assert variables(cloud)["INVOICE_DAYS"] == "5"

    again, shown = run(cloud, built)
    assert again == outputs
    assert shown == []
    assert "Nothing has changed." in capsys.readouterr().out

    _, shown = run(cloud, built, InvoiceDays="7")
    assert "test-service-menu-moderation" not in shown, "no function there reads the days"
    assert "test-service-menu-fiscal-drives" in shown
    assert all(line.startswith(("  Modify", "test-")) for line in shown)
    assert variables(cloud)["INVOICE_DAYS"] == "7"


def test_the_data_stack_is_protected(cloud: Cloud, built: Build) -> None:
    run(cloud, built)
    cloudformation, name = cloud.client("cloudformation"), "test-service-menu-data"
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert stack["EnableTerminationProtection"] is True
    policy = cloudformation.get_stack_policy(StackName=name)["StackPolicyBody"]
    assert json.loads(policy) == STACK_POLICY
    with pytest.raises(ClientError, match="TerminationProtection"):
        cloudformation.delete_stack(StackName=name)


def test_a_rotated_secret_is_a_change_of_the_functions_that_declare_it(
    cloud: Cloud, built: Build
) -> None:
    run(cloud, built)
    assert variables(cloud, "test-read-fiscal-drives")["CURSOR_KEY"] == SECRET
    secret_store.put(cloud.client("secretsmanager"), "test", "cursor_key", SECRET[::-1])
    _, shown = run(cloud, built)
    assert "  Modify  ReadFiscalDrivesFunction  AWS::Lambda::Function" in shown
    assert not any("OrderFiscalDrivesFunction" in line for line in shown)
    assert variables(cloud, "test-read-fiscal-drives")["CURSOR_KEY"] == SECRET[::-1]


def test_a_missing_secret_is_refused_with_the_command_that_makes_it(cloud: Cloud) -> None:
    with pytest.raises(SecretMissing, match="create-secret --name other/service-menu/cursor-key"):
        secret_store.versions(cloud.client("secretsmanager"), "other", SETTINGS)


def test_an_optional_secret_reaches_its_function_once_it_is_stored(
    cloud: Cloud, built: Build
) -> None:
    run(cloud, built)
    assert "REPORTING_TOKEN" not in variables(cloud, "test-provision-account")
    secret_store.put(cloud.client("secretsmanager"), "test", "reporting_token", "bearer")
    run(cloud, built)
    assert variables(cloud, "test-provision-account")["REPORTING_TOKEN"] == "bearer"


def variables(cloud: Cloud, function: str = "test-order-fiscal-drives") -> Json:
    configuration = cloud.client("lambda").get_function_configuration(FunctionName=function)
    environment: Json = configuration["Environment"]["Variables"]
    return environment


def stacks_of(cloud: Cloud, stage: str) -> list[str]:
    """The parts of a stage whose stacks have resources."""
    return [
        part
        for part in ("data", "billing", "api")
        if Stack(cloud.client("cloudformation"), stack_name(stage, part)).describe()
    ]


def test_a_refused_parameter_says_why_and_changes_nothing(cloud: Cloud, built: Build) -> None:
    with pytest.raises(DeploymentError, match="no template has a parameter Stge"):
        run(cloud, built, Stage="refused", Stge="x")
    lacking = {name: value for name, value in VALUES.items() if name not in {"Seller", "PublicUrl"}}
    with pytest.raises(DeploymentError, match="no value for CursorKeyVersion, PublicUrl, Seller"):
        deploy(cloud.client, built, lacking | {"Stage": "refused"}, description="test")
    with pytest.raises(DeploymentError, match="Stage"):
        run(cloud, built, Stage="NOT A STAGE")
    with pytest.raises(DeploymentError, match="Architecture must be one of arm64, x86_64"):
        run(cloud, built, Stage="refused", Architecture="sparc")
    assert stacks_of(cloud, "refused") == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"DomainName": "api.example.ru"}, "go together"),
        ({"CertificateArn": "arn"}, "go together"),
        (
            {"DomainName": "api.example.ru", "CertificateArn": "arn"},
            "PublicUrl must be https://api.example.ru",
        ),
    ],
)
def test_a_domain_needs_a_certificate_and_is_the_public_address(
    templates: dict[str, Json], values: Json, reason: str
) -> None:
    versions = {"CursorKeyVersion": "0" * 32, "ArtifactKey": "key"}
    require_values(templates.values(), VALUES | versions)
    with pytest.raises(DeploymentError, match=reason):
        require_values(templates.values(), VALUES | versions | values)
    whole = {"DomainName": "a.example.ru", "CertificateArn": "arn"}
    whole["PublicUrl"] = "https://a.example.ru"
    require_values(templates.values(), VALUES | versions | whole)


def test_what_is_not_confirmed_is_not_done(cloud: Cloud, tmp_path: Path) -> None:
    first = little(tmp_path, data={"Kept": queue("kept")}, billing={"A": TOPIC}, api={"B": TOPIC})
    with pytest.raises(DeploymentError, match="not confirmed"):
        deploy_little(cloud, first, "doubted", confirm=lambda _: False)
    assert stacks_of(cloud, "doubted") == []
    deploy_little(cloud, first, "doubted")
    more = little(
        tmp_path, data={"Kept": queue("kept")}, billing={"A": TOPIC, "C": TOPIC}, api={"B": TOPIC}
    )
    with pytest.raises(DeploymentError, match="not confirmed"):
        deploy_little(cloud, more, "doubted", confirm=lambda _: False)
    name = stack_name("doubted", "billing")
    listed = cloud.client("cloudformation").list_change_sets(StackName=name)["Summaries"]
    assert not any(change_set["ExecutionStatus"] == "AVAILABLE" for change_set in listed)


@pytest.mark.parametrize("rest", [{}, {"Other": queue("other")}])
def test_what_would_lose_data_is_refused_whatever_is_confirmed(
    cloud: Cloud, tmp_path: Path, rest: Json
) -> None:
    stage = "keep1" if rest else "keep0"
    kept = {"Kept": queue(f"{stage}-kept"), "Topic": TOPIC}
    deploy_little(cloud, little(tmp_path, data=kept, billing={"A": TOPIC}, api={"B": TOPIC}), stage)
    without = little(
        tmp_path, data={"Topic": TOPIC, **rest}, billing={"A": TOPIC}, api={"B": TOPIC}
    )
    with pytest.raises(DeploymentError, match=r"would lose data(.|\n)*Remove  Kept"):
        deploy_little(cloud, without, stage)
    assert cloud.client("sqs").get_queue_url(QueueName=f"{stage}-kept")


def test_a_replacement_of_what_keeps_data_is_refused() -> None:
    lost = Change("Modify", "OutboxTable", "AWS::DynamoDB::Table", "True")
    with pytest.raises(DeploymentError, match="OutboxTable  AWS::DynamoDB::Table REPLACED"):
        require_data_stays([Change("Modify", "A", "AWS::SNS::Topic", "True"), lost])
    require_data_stays([Change("Modify", "OutboxTable", "AWS::DynamoDB::Table", "Conditional")])


def test_a_failure_half_way_names_its_cause_and_the_next_run_goes_on(
    cloud: Cloud, tmp_path: Path
) -> None:
    data: Json = {"Kept": queue("half-kept")}
    broken = little(
        tmp_path, data=data, billing={"Broken": BROKEN}, rent={"A": TOPIC}, api={"B": TOPIC}
    )
    with pytest.raises(DeploymentError) as failure:
        deploy_little(cloud, broken, "half")
    assert re.search(
        r"stack half-service-menu-billing: ROLLBACK_COMPLETE\nBroken: .*nobody"
        r"(.|\n)*done, and left as deployed: data, rent\nnot done: billing, api;",
        str(failure.value),
    )
    assert stacks_of(cloud, "half") == ["data"]
    shown: list[str] = []
    mended = little(tmp_path, data=data, billing={"C": TOPIC}, rent={"A": TOPIC}, api={"B": TOPIC})
    deploy_little(cloud, mended, "half", confirm=lambda lines: shown.extend(lines) or True)
    assert shown == [
        "half-service-menu-billing (new)",
        "  Add     C  AWS::SNS::Topic",
        "half-service-menu-api (new)",
        "  Add     B  AWS::SNS::Topic",
    ]
    assert stacks_of(cloud, "half") == ["data", "billing", "api"]


def answering(name: str, text: str) -> Json:
    """The resources of a function that answers with a text, and of its alias."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trust["Principal"] = {"Service": "lambda.amazonaws.com"}  # type: ignore[assignment]
    upper = name.upper()
    return {
        f"{upper}Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}
            },
        },
        upper: {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": {"Fn::Sub": f"${{Stage}}-{name}"},
                "Runtime": "python3.11",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": [f"{upper}Role", "Arn"]},
                "Code": {"ZipFile": f"def handler(event, context):\n    return {text!r}\n"},
            },
        },
        f"{upper}Live": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "FunctionName": {"Ref": upper},
                "FunctionVersion": "$LATEST",
                "Name": "live",
            },
        },
        f"{upper}Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": {"Fn::Sub": f"${{Stage}}-{name}-alarm"},
                "Namespace": "AWS/Lambda",
                "MetricName": "Errors",
                "Statistic": "Sum",
                "Period": 300,
                "EvaluationPeriods": 1,
                "Threshold": 1,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "TreatMissingData": "notBreaching",
            },
        },
    }


@pytest.mark.parametrize("step", ["a", "b"], ids=["sections", "api"])
def test_an_alarm_brings_this_step_and_those_before_back(
    cloud: Cloud, tmp_path: Path, step: str
) -> None:
    functions, stage = cloud.client("lambda"), f"shift{step}"
    rung = f"{stage}-{step}"

    def build(text: str) -> Build:
        data = {"Kept": queue(f"{stage}-kept")}
        return little(tmp_path, data=data, billing=answering("a", text), api=answering("b", text))

    def answers() -> list[str]:
        return [
            json.loads(functions.invoke(FunctionName=name, Qualifier="live")["Payload"].read())
            for name in (f"{stage}-a", f"{stage}-b")
        ]

    def set_alarm(state: str) -> None:
        cloud.client("cloudwatch").set_alarm_state(
            AlarmName=f"{rung}-alarm", StateValue=state, StateReason="test"
        )

    def ring() -> None:
        """Ring once the function gets a tenth of the calls."""
        while not functions.get_alias(FunctionName=rung, Name="live").get("RoutingConfig"):
            time.sleep(0.01)
        set_alarm("ALARM")

    deploy_little(cloud, build("first"), stage)
    assert answers() == ["first", "first"]
    ringing = threading.Thread(target=ring)
    ringing.start()
    with pytest.raises(ShiftReturned, match=f"{rung}-alarm rang"):
        deploy_little(cloud, build("second"), stage, canary=Canary(3, poll_seconds=0.02))
    ringing.join()
    assert answers() == ["first", "first"]
    name = stack_name(stage, "api")
    planned = cloud.client("cloudformation").list_change_sets(StackName=name)["Summaries"]
    assert not any(change_set["ExecutionStatus"] == "AVAILABLE" for change_set in planned)

    set_alarm("OK")
    deploy_little(cloud, build("second"), stage, canary=Canary(0.1, poll_seconds=0.02))
    assert answers() == ["second", "second"], "what no stack has to change any more is released"


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
    assert choose_parameters(LITTLE, {"Stage": "test", "Seller": {"name": "ООО"}, "Else": 1}) == [
        {"ParameterKey": "Stage", "ParameterValue": "test"},
        {"ParameterKey": "Seller", "ParameterValue": '{"name": "ООО"}'},
    ]
    assert choose_parameters(LITTLE, {"Stage": "test"}) is None


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


@pytest.mark.parametrize(
    ("python", "bytecode", "sentence"),
    [
        (PINNED, None, f"sources alone.* Install Python {PINNED}"),
        ("3.11", "cpython-311", f"is for Python 3.11, Lambda runs {PINNED}"),
    ],
)
def test_what_is_not_compiled_for_the_runtime_is_not_deployed(
    tmp_path: Path, python: str, bytecode: str | None, sentence: str
) -> None:
    target = tmp_path / "artifact.zip"
    with zipfile.ZipFile(target, "w") as archive:
        manifest = {"architecture": "arm64", "python": python, "bytecode": bytecode}
        archive.writestr(artifact.MANIFEST, json.dumps(manifest))
    with pytest.raises(DeploymentError, match=sentence):
        require_compiled(target)


def test_lint_says_what_is_wrong(tmp_path: Path) -> None:
    template = tmp_path / "template.json"
    template.write_text('{"Resources": {"A": {"Type": "AWS::SQS::Queue", "Properties": {"X": 1}}}}')
    assert "E3002" in lint(template)


def test_says_what_is_missing_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    def no_cloud(service: str) -> Any:
        raise AssertionError("nothing may be asked of the cloud")

    assert main(["nowhere"], no_cloud) == 1
    assert "Not deployed: " in capsys.readouterr().err
