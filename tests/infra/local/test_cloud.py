"""The local cloud runs the template as AWS would, and keeps what was put into it."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from infra.local.cloud import Cloud, CloudError
from infra.local.stack import DeploymentError


def eventually(look: Callable[[], Any], seconds: float = 15.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return value


def test_what_the_authorizer_says_reaches_the_function(product: Any) -> None:
    event = product.call("GET", "/things/x?q=1&q=2", caller="client-7").json()

    assert event["requestContext"]["authorizer"]["client_id"] == "client-7"
    assert event["multiValueQueryStringParameters"] == {"q": ["1", "2"]}


@pytest.mark.parametrize(("caller", "status"), [("nobody", 401), ("crash", 500)])
def test_a_refused_call_answers_with_the_gateways_problem(
    product: Any, caller: str, status: int
) -> None:
    answer = product.call("GET", "/things/x", caller=caller)

    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"]


def test_a_function_may_do_no_more_than_its_role(product: Any) -> None:
    assert product.call("GET", "/things/forbidden").status == 502
    log = product.cloud.function_logs("little-api")
    assert any("not authorized to perform: dynamodb:DeleteItem" in line for line in log)


def test_a_file_comes_back_byte_for_byte(product: Any) -> None:
    answer = product.call("GET", "/things/file", headers={"Accept": "application/pdf"})

    assert answer.data == bytes(range(256))


def test_a_locked_version_is_not_deleted(product: Any) -> None:
    s3 = product.cloud.client("s3")
    (bucket,) = (b["Name"] for b in s3.list_buckets()["Buckets"] if "bucket" in b["Name"].lower())
    version = s3.put_object(Bucket=bucket, Key="evidence", Body=b"signed")["VersionId"]

    s3.delete_object(Bucket=bucket, Key="evidence")
    with pytest.raises(ClientError, match="object lock"):
        s3.delete_object(Bucket=bucket, Key="evidence", VersionId=version)

    kept = s3.get_object(Bucket=bucket, Key="evidence", VersionId=version)
    assert kept["Body"].read() == b"signed"
    assert kept["ObjectLockMode"] == "GOVERNANCE"


def test_nothing_of_this_process_reaches_a_function(
    cloud_python: Path, deploy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("SOME_SECRET", "secret")
    with Cloud(cloud_python) as cloud:
        environment = deploy(cloud).call("GET", "/things/environment").json()

    assert not {"AWS_PROFILE", "SOME_SECRET", "VIRTUAL_ENV", "PYTHONPATH"} & environment.keys()
    assert environment["AWS_ENDPOINT_URL"] == cloud.endpoint
    assert environment["AWS_ACCESS_KEY_ID"].startswith("ASIA")


def test_a_record_passes_the_filter_the_stream_and_the_queue(product: Any) -> None:
    product.call("PUT", "/things/ignored?kind=other")
    product.call("PUT", "/things/wanted")

    def consumed() -> list[str]:
        lines = product.cloud.function_logs("little-consumer")
        return [line for line in lines if line.startswith("consumed")]

    eventually(lambda: any("wanted" in line for line in consumed()))
    assert not any("ignored" in line for line in consumed())


def test_what_cannot_be_processed_reaches_the_dead_letter_queue(product: Any) -> None:
    product.call("PUT", "/things/poison")

    (queue,) = eventually(lambda: [q for q in product.cloud.queues() if q["dead"]])
    assert queue["dead_letter_queue"].startswith("little-DeadLetters")
    assert (queue["waiting"], queue["in_flight"]) == (0, 0)


def test_messages_are_shown_newest_first(product: Any) -> None:
    product.call("GET", "/things/mail")
    time.sleep(1.1)  # the time of an SMS is known to the second
    product.call("GET", "/things/mail")

    messages = product.cloud.messages()
    assert [message["channel"] for message in messages].count("sms") == 2
    assert messages[0]["sent_at"] > messages[-1]["sent_at"]
    assert {message["sent_at"] for message in messages} == {
        message["sent_at"] for message in messages if message["sent_at"] > "2020"
    }
    mail = next(message for message in messages if message["channel"] == "email")
    assert mail["to"] == "romashka@example.ru"
    assert mail["subject"] == "Заказ оплачен"
    assert mail["text"] == "Спасибо!"


def test_deploying_again_changes_nothing_and_a_new_zip_changes_the_code(
    cloud_python: Path, template: Path, pack: Any, deploy: Any
) -> None:
    with Cloud(cloud_python) as cloud:
        product = deploy(cloud)
        product.call("PUT", "/things/kept")
        assert deploy(cloud).outputs == product.outputs
        assert product.call("GET", "/things/x").json()["resource"] == "/things/{what}"

        new = pack('\n\ndef api(event, context):\n    return {"statusCode": 418, "body": ""}\n')
        outputs = cloud.deploy(template, artifact=new, stack_name="little")

        assert outputs == product.outputs
        assert product.call("GET", "/things/x").status == 418
        assert cloud.client("dynamodb").scan(TableName=outputs["TableName"])["Count"] == 1


def test_a_failed_deployment_names_the_resource_and_can_be_mended(
    cloud_python: Path, template: Path, pack: Any
) -> None:
    broken = yaml.safe_load(template.read_text(encoding="utf-8"))
    broken["Resources"]["Alarm"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {"Metrics": [{"Id": "sum", "Expression": "a + b"}]},
    }
    artifact = pack()
    with Cloud(cloud_python) as cloud:
        with pytest.raises(DeploymentError, match=r"Alarm: .*metric math"):
            cloud.deploy(broken, artifact=artifact, stack_name="little")
        assert cloud.outputs("little") is None

        outputs = cloud.deploy(template, artifact=artifact, stack_name="little")

        with pytest.raises(DeploymentError, match=r"Alarm: .*metric math"):
            cloud.deploy(broken, artifact=artifact, stack_name="little")
        assert cloud.deploy(template, artifact=artifact, stack_name="little") == outputs


def test_a_restart_keeps_everything_and_passes_no_record_over(
    cloud_python: Path, deploy: Any, tmp_path: Path
) -> None:
    def relayed(cloud: Cloud) -> int:
        lines = cloud.function_logs("little-consumer")
        return sum(line.startswith("consumed") for line in lines)

    for times in (1, 2, 3):
        with Cloud(cloud_python, state=tmp_path / "state") as cloud:
            product = deploy(cloud)
            product.call("PUT", f"/things/number-{times}")
            product.call("GET", "/things/object")
            product.call("GET", "/things/mail")
            eventually(lambda cloud=cloud, times=times: relayed(cloud) == times)

            table, bucket = product.outputs["TableName"], product.outputs["BucketName"]
            assert cloud.client("dynamodb").scan(TableName=table)["Count"] == times
            versions = cloud.client("s3").list_object_versions(Bucket=bucket)["Versions"]
            assert len(versions) == times
            assert len(cloud.messages()) == 2 * times
        assert not (tmp_path / "state" / "running").exists()


def test_state_is_dropped_when_the_last_stop_was_not_clean(
    cloud_python: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    with Cloud(cloud_python, state=state) as cloud:
        cloud.client("sqs").create_queue(QueueName="first")
    (state / "seeded").touch()
    with Cloud(cloud_python, state=state) as cloud:
        assert [queue["queue"] for queue in cloud.queues()] == ["first"]
        assert cloud.process_id is not None
        os.kill(cloud.process_id, signal.SIGKILL)

    with Cloud(cloud_python, state=state) as cloud:
        assert cloud.queues() == []
        assert not (state / "seeded").exists()


def test_a_state_serves_one_cloud_at_a_time(cloud_python: Path, tmp_path: Path) -> None:
    with (
        Cloud(cloud_python, state=tmp_path / "state"),
        pytest.raises(CloudError, match="in use"),
        Cloud(cloud_python, state=tmp_path / "state"),
    ):
        pass


def test_a_taken_port_is_told(cloud_python: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with (
            pytest.raises(CloudError, match="in use"),
            Cloud(cloud_python, port=taken.getsockname()[1]),
        ):
            pass


def test_a_cloud_that_does_not_start_says_why(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho no module named anything >&2\nexit 3\n")
    python.chmod(0o755)

    with pytest.raises(CloudError, match=r"code 3:\nno module named anything"), Cloud(python):
        pass


def test_functions_share_one_unpacked_artifact(
    cloud_python: Path, deploy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Cloud(cloud_python) as cloud:
        assert json.loads(deploy(cloud).call("GET", "/things/x").data)
        handlers = [*tmp_path.rglob("ministack-lambda-*/code/handlers.py")]
        assert len(handlers) >= 2, "of the action and of its authorizer"
        assert len({handler.resolve() for handler in handlers}) == 1
        assert [*tmp_path.rglob("code.zip")] == []


def test_nothing_is_left_behind(
    cloud_python: Path, deploy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Cloud(cloud_python) as cloud:
        assert json.loads(deploy(cloud).call("GET", "/things/x").data)
        process = cloud.process_id
        assert list(tmp_path.iterdir())

    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_what_an_earlier_version_kept_in_one_stack_is_set_aside(
    cloud_python: Path, template: Path, pack: Any, tmp_path: Path
) -> None:
    state = tmp_path / "cloud"
    with Cloud(cloud_python, state=state) as cloud:
        cloud.deploy(template, artifact=pack(), stack_name="service-menu")
    (state / "seeded").touch()
    with Cloud(cloud_python, state=state) as cloud:
        assert cloud.set_aside_to == tmp_path / "cloud-former-1"
        assert cloud.outputs("service-menu") is None
        assert not (state / "seeded").exists()
        cloud.deploy(template, artifact=pack(), stack_name="local-service-menu-data")
    assert (tmp_path / "cloud-former-1" / "seeded").exists()
    assert (tmp_path / "cloud-former-1" / "services").is_dir()
    with Cloud(cloud_python, state=state) as cloud:
        assert cloud.set_aside_to is None
        assert cloud.outputs("local-service-menu-data") is not None
