"""A release shifts calls to new versions, returns when an alarm rings, and can be rolled back."""

import io
import json
import os
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra import rollback
from infra.cloudformation import DeploymentError
from infra.local.cloud import Cloud
from infra.release import AT_ONCE, KEPT, Canary, Releases, ShiftReturned

Json = dict[str, Any]

CLOUD_PYTHON = Path(os.environ.get("CLOUD_PYTHON", ".venv-cloud/bin/python"))
BUCKET = "release-artifacts"
QUICK = Canary(seconds=0.2, poll_seconds=0.02)


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud(CLOUD_PYTHON) as started:
        s3 = started.client("s3")
        s3.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name}
        )
        started.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument="{}")
        yield started


class Stage:
    """A stage with functions that answer with what their code says, and one alarm."""

    def __init__(self, cloud: Cloud, name: str, *functions: str) -> None:
        self.cloud = cloud
        self.names = [f"{name}-{function}" for function in functions]
        self.alarm = f"{name}-alarm"
        self.told: list[str] = []
        self.releases = Releases(cloud.client, name, BUCKET, self.told.append)
        self._lambda = cloud.client("lambda")
        for function in self.names:
            self._lambda.create_function(
                FunctionName=function,
                Runtime="python3.11",
                Handler="code.handler",
                Role="arn:aws:iam::000000000000:role/any",
                Code={"ZipFile": code("first")},
            )
            self._lambda.create_alias(FunctionName=function, Name="live", FunctionVersion="$LATEST")
        cloud.client("cloudwatch").put_metric_alarm(
            AlarmName=self.alarm,
            Namespace="test",
            MetricName="test",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            Statistic="Sum",
        )
        self.ring("OK")

    def ring(self, state: str = "ALARM") -> None:
        self.cloud.client("cloudwatch").set_alarm_state(
            AlarmName=self.alarm, StateValue=state, StateReason="test"
        )

    def change(self, text: str, *functions: str) -> None:
        for function in functions or self.names:
            self._lambda.update_function_code(FunctionName=function, ZipFile=code(text))

    def release(self, canary: Canary = AT_ONCE, description: str = "test") -> None:
        versions = self.releases.publish(self.names, description)
        self.releases.shift(versions, [self.alarm], canary)
        self.releases.record(versions, description)

    def answers(self) -> list[str]:
        """What the live version of each function answers."""
        answers = [self._lambda.invoke(FunctionName=name, Qualifier="live") for name in self.names]
        return [json.loads(answer["Payload"].read()) for answer in answers]

    def live(self) -> list[tuple[str, Json]]:
        """The version and the routing of each alias."""
        aliases = [self._lambda.get_alias(FunctionName=name, Name="live") for name in self.names]
        return [(alias["FunctionVersion"], alias.get("RoutingConfig", {})) for alias in aliases]

    def versions(self, function: str) -> list[str]:
        listed = self._lambda.list_versions_by_function(FunctionName=function)["Versions"]
        return [version["Version"] for version in listed if version["Version"] != "$LATEST"]


def code(text: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("code.py", f"def handler(event, context):\n    return {text!r}\n")
    return archive.getvalue()


def test_a_new_function_is_live_at_once(cloud: Cloud) -> None:
    stage = Stage(cloud, "new", "a", "b")
    stage.release(Canary(seconds=1000))
    assert stage.live() == [("1", {}), ("1", {})]
    assert stage.answers() == ["first", "first"]


def test_what_is_not_released_is_not_called(cloud: Cloud) -> None:
    stage = Stage(cloud, "apart", "a")
    stage.release()
    stage.change("second")
    assert stage.answers() == ["first"]
    stage.release()
    assert stage.answers() == ["second"]


def test_a_tenth_of_the_calls_goes_first(cloud: Cloud) -> None:
    stage = Stage(cloud, "tenth", "a", "b")
    stage.release()
    stage.change("second", "tenth-b")
    shifted = threading.Event()
    during: list[Any] = []

    class Watching(Releases):
        def _ringing(self, alarms: Any) -> Iterator[str]:
            during.append(stage.live())
            shifted.set()
            return super()._ringing(alarms)

    stage.releases = Watching(cloud.client, "tenth", BUCKET, stage.told.append)
    stage.release(QUICK)
    tenth = {"AdditionalVersionWeights": {"2": 0.1}}
    assert shifted.is_set()
    assert during[0] == [("1", {}), ("1", {})], "what rings already is known before"
    assert len(during) > 1
    assert all(state == [("1", {}), ("1", tenth)] for state in during[1:]), "a has not changed"
    assert stage.live() == [("1", {}), ("2", {})]
    assert "A tenth of the calls goes to new versions of 1 functions" in stage.told[1]


def test_an_alarm_brings_the_former_versions_back(cloud: Cloud) -> None:
    stage = Stage(cloud, "rung", "a", "b")
    stage.release()
    stage.change("second")

    class Ringing(Releases):
        def _ringing(self, alarms: Any) -> Iterator[str]:
            if stage.live()[1][1]:  # the last alias is shifted
                yield from super()._ringing(alarms)
                stage.ring()

    stage.releases = Ringing(cloud.client, "rung", BUCKET, stage.told.append)
    with pytest.raises(ShiftReturned, match="rung-alarm rang while a tenth of the calls"):
        stage.release(Canary(seconds=30, poll_seconds=0.02))
    assert stage.live() == [("1", {}), ("1", {})]
    assert stage.answers() == ["first", "first"]

    stage.ring("OK")
    stage.releases = Releases(cloud.client, "rung", BUCKET, stage.told.append)
    stage.release(QUICK)
    assert stage.answers() == ["second", "second"], "the same release, again"


def test_an_alarm_that_rings_already_does_not_keep_its_cure_back(cloud: Cloud) -> None:
    stage = Stage(cloud, "ill", "a")
    stage.release()
    stage.ring()
    stage.change("cured")
    stage.release(QUICK)
    assert stage.answers() == ["cured"]
    assert "Ringing already, so not watched: ill-alarm." in stage.told


def test_an_alarm_of_another_stage_does_not_count(cloud: Cloud) -> None:
    stage, other = Stage(cloud, "here", "a"), Stage(cloud, "here2", "a")
    stage.release()
    stage.change("second")
    other.ring()
    stage.release(QUICK)
    assert stage.answers() == ["second"]
    assert not any("Ringing" in line for line in stage.told)


def test_an_interrupted_shift_returns(cloud: Cloud) -> None:
    stage = Stage(cloud, "cut", "a", "b")
    stage.release()
    stage.change("second")

    class Interrupted(Releases):
        def _watch(self, *_: Any) -> None:
            assert [routing for _, routing in stage.live()] != [{}, {}]
            raise KeyboardInterrupt

    stage.releases = Interrupted(cloud.client, "cut", BUCKET, stage.told.append)
    with pytest.raises(KeyboardInterrupt):
        stage.release(QUICK)
    assert stage.live() == [("1", {}), ("1", {})]


def test_rolls_back_release_by_release_until_none_is_recorded(
    cloud: Cloud, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    stage = Stage(cloud, "back", "a", "b")
    stage.release(description="commit one")
    stage.change("second", "back-b")
    stage.release(description="commit two")
    stage.change("third")
    stage.release(description="commit three")
    file = tmp_path / "back.json"
    file.write_text(json.dumps({"ArtifactBucket": BUCKET}))
    command = ["back", "--parameters", str(file)]

    assert rollback.main(command, cloud.client) == 0
    assert "commit two" in capsys.readouterr().out
    assert stage.answers() == ["first", "second"]
    assert rollback.main(command, cloud.client) == 0
    assert stage.answers() == ["first", "first"]
    assert rollback.main(command, cloud.client) == 1
    assert "Not rolled back: no release of back before" in capsys.readouterr().err
    assert stage.answers() == ["first", "first"]

    stage.release(description="commit three")
    assert stage.answers() == ["third", "third"]
    stage.releases.roll_back()
    assert stage.answers() == ["first", "first"]


def test_a_release_that_was_cut_off_is_rolled_back_to_the_last_whole_one(cloud: Cloud) -> None:
    stage = Stage(cloud, "half", "a", "b")
    stage.release(description="commit one")
    stage.change("second")
    versions = stage.releases.publish(stage.names, "commit two")
    stage.releases.shift({"half-a": versions["half-a"]}, [], AT_ONCE)
    assert stage.answers() == ["second", "first"]
    assert stage.releases.roll_back()["description"] == "commit one"
    assert stage.answers() == ["first", "first"]


@pytest.mark.parametrize("end", ["rollback", "release"])
def test_a_shift_whose_machine_was_lost_is_ended(cloud: Cloud, end: str) -> None:
    stage = Stage(cloud, f"lost{end}", "a", "b")
    stage.release(description="commit one")
    stage.change("second")
    versions = stage.releases.publish(stage.names, "commit two")
    for name in stage.names:
        cloud.client("lambda").update_alias(
            FunctionName=name,
            Name="live",
            RoutingConfig={"AdditionalVersionWeights": {versions[name]: 0.1}},
        )
    if end == "rollback":
        assert stage.releases.roll_back()["description"] == "commit one"
        assert stage.live() == [("1", {}), ("1", {})]
    else:
        stage.release(QUICK)
        assert stage.live() == [("2", {}), ("2", {})]


def test_a_rollback_leaves_a_function_that_is_gone(cloud: Cloud) -> None:
    stage = Stage(cloud, "gone", "a", "b")
    stage.release()
    stage.change("second")
    stage.release()
    cloud.client("lambda").delete_function(FunctionName="gone-b")
    stage.releases.roll_back()
    stage.names.remove("gone-b")
    assert stage.answers() == ["first"]
    assert stage.told[-1].startswith("gone-b is gone")


def test_versions_of_no_kept_release_are_deleted(cloud: Cloud) -> None:
    stage = Stage(cloud, "many", "a", "b")
    for number in range(KEPT + 2):
        stage.change(f"release {number}", "many-a")
        stage.release()
    assert stage.versions("many-a") == [str(number) for number in range(3, KEPT + 3)]
    assert stage.versions("many-b") == ["1"]
    stage.release()
    assert len(stage.versions("many-a")) == KEPT, "nothing has changed, so nothing is recorded"


def test_a_release_by_somebody_else_meanwhile_is_noticed(cloud: Cloud) -> None:
    stage = Stage(cloud, "both", "a")
    stage.release()
    stage.change("second")

    class Overtaken(Releases):
        def _watch(self, *_: Any) -> None:
            self._move("both-a", Description="somebody else")

    stage.releases = Overtaken(cloud.client, "both", BUCKET, stage.told.append)
    with pytest.raises(Exception, match="PreconditionFailed"):
        stage.release(QUICK)
    assert stage.live() == [("1", {})]


def test_without_a_record_there_is_nothing_to_roll_back_to(cloud: Cloud) -> None:
    with pytest.raises(DeploymentError, match="no release of nowhere"):
        Releases(cloud.client, "nowhere", BUCKET).roll_back()
