"""The production templates are safe and complete, whatever the code declares."""

import functools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from chalicelib.runtime.declaration import Action
from chalicelib.runtime.resource import Queue, Resource
from chalicelib.runtime.settings import Settings
from chalicelib.runtime.throttling import BUCKETS, api_key
from infra import declarations, functions, names, parameters
from infra.build import Build
from infra.functions import FED_BY_OTHERS, RELAYED, Function
from infra.gateway import OUTBOX_PATTERN
from infra.preconditions import lint
from infra.stacks import data
from tests.support import cloud

Json = dict[str, Any]

SERVICES = {"dynamodb", "sqs", "s3", "ses", "sns", "logs"}
# The grants on every resource: the condition of one binds it, not its resource.
MAILING = {
    "Effect": "Allow",
    "Action": ["ses:SendEmail", "ses:SendRawEmail"],
    "Resource": ["*"],
    "Condition": {"StringEqualsIfExists": {"ses:FromAddress": {"Ref": "SenderAddress"}}},
}
# A telephone is no resource: everything but topics is what is meant.
TEXTING = {
    "Effect": "Allow",
    "Action": ["sns:Publish"],
    "NotResource": [{"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}],
}
READING = {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "s3:GetObject"}
LONGEST_STAGE = "s" * 12
NAME = re.compile(r"\$\{Stage\}-[a-z0-9]+(?:-[a-z0-9]+)*(?:-\$\{AWS::AccountId\})?")
GATEWAY_SECONDS = 29
API = re.escape("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}")


def of_type(template: Json, kind: str) -> dict[str, Json]:
    """The resources of a type, by logical id."""
    return {
        name: resource
        for name, resource in template["Resources"].items()
        if resource["Type"] == f"AWS::{kind}"
    }


def properties(template: Json, kind: str) -> dict[str, Json]:
    return {
        name: resource.get("Properties", {}) for name, resource in of_type(template, kind).items()
    }


def statements(template: Json) -> Iterator[tuple[str, Json]]:
    for name, role in roles_of(template).items():
        assert "ManagedPolicyArns" not in role, name
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement


def methods(template: Json) -> dict[tuple[str, str], Json]:
    """The methods of the API, by path and verb."""
    paths = template["Resources"]["Api"]["Properties"]["Body"]["paths"]
    return {
        (path, verb): operation
        for path, all_of in paths.items()
        for verb, operation in all_of.items()
    }


def function_of(method: Json) -> str:
    (function,) = referenced(method["x-amazon-apigateway-integration"]["uri"])
    return function


def function_behind(alias: Json) -> str:
    """The function whose alias ``live`` a resource refers to."""
    return str(alias["Ref"]).removesuffix("Live") + "Function"


def roles_of(template: Json) -> dict[str, Json]:
    """Return the roles of functions: all but the gateway's."""
    return {k: v for k, v in properties(template, "IAM::Role").items() if k != "GatewayRole"}


@functools.cache
def logical_ids() -> dict[str, str]:
    """Return the logical id of each resource that has a name, by that name."""
    declared = data.template(data.resources())["Resources"]
    named = {names.name(logical_id): logical_id for logical_id in declared}
    for function in all_functions():
        named[names.function_name(function.kebab)] = f"{function.logical_id}Function"
    return named


def referenced(value: Any) -> set[str]:
    """The logical ids that a value refers to, pseudo parameters aside."""
    match value:
        case {"Ref": str(name)}:
            # The stream of a table, which the stack of the relay has as a parameter.
            name = name.removesuffix("StreamArn")
            return {name} - {name for name in [name] if name.startswith("AWS::")}
        case {"Fn::GetAtt": [str(name), _]}:
            return {name}
        case {"Fn::Sub": str(text)}:
            named = {logical_ids()[name] for name in NAME.findall(text)}
            return named | set(re.findall(r"\$\{(\w+)\}", NAME.sub("", text)))
        case dict():
            return set().union(*map(referenced, value.values()))
        case list():
            return set().union(*map(referenced, value))
        case _:
            return set()


def all_functions() -> list[Function]:
    return functions.all_functions(cloud.queue_names())


@pytest.fixture(scope="session")
def actions() -> list[Action]:
    return declarations.actions()


def test_cfn_lint_is_content(built: Build) -> None:
    assert lint(*built.templates.values()) == ""


def test_every_action_is_served_by_its_function(production: Json, actions: list[Action]) -> None:
    described = methods(production)
    served: dict[str, list[Action]] = {}
    for action in actions:
        function = function_of(described.pop((action.path, action.method.lower())))
        served.setdefault(function, []).append(action)
    for function, serving in served.items():
        assert len(serving) == 1 or all(action.shares_function for action in serving), function
        assert len({action.section for action in serving}) == 1, function
        variables = production["Resources"][function]["Properties"]["Environment"]["Variables"]
        assert variables["SECTION"] == serving[0].section
    assert {verb for _, verb in described} == {"options"}


def test_every_function_has_its_companions(production: Json) -> None:
    roles, logs = roles_of(production), properties(production, "Logs::LogGroup")
    alarms = [
        definition
        for definition in properties(production, "CloudWatch::Alarm").values()
        if definition["Namespace"] == "AWS/Lambda" and definition["MetricName"] == "Errors"
    ]
    used = []
    for name, function in properties(production, "Lambda::Function").items():
        called = function["FunctionName"]["Fn::Sub"]
        assert len(called.replace("${Stage}", LONGEST_STAGE)) <= 64
        role = function["Role"]["Fn::GetAtt"][0]
        assert role in roles
        used.append(role)
        (log,) = (
            log
            for log in logs.values()
            if log["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/{called}"}
        )
        assert 1 <= log["RetentionInDays"] <= 365
        (alarm,) = (
            alarm
            for alarm in alarms
            if alarm["Dimensions"] == [{"Name": "FunctionName", "Value": function["FunctionName"]}]
        )
        assert alarm["Threshold"] == 1
        assert function["Timeout"] <= 900
        assert 128 <= function["MemorySize"] <= 3008, "a new account has no more"
        assert production["Resources"][name].get("DependsOn"), name
    assert sorted(used) == sorted(roles), "a role serves one function"


def test_every_alarm_tells_somebody(production: Json) -> None:
    for name, alarm in properties(production, "CloudWatch::Alarm").items():
        assert referenced(alarm["AlarmActions"]) == {"AlarmTopic"}, name
        assert alarm["AlarmName"] == {"Fn::Sub": names.name(name)}
        assert alarm["AlarmDescription"], name
    watched = [
        definition["Namespace"]
        for definition in properties(production, "CloudWatch::Alarm").values()
    ]
    assert all(namespace in watched for namespace in ("AWS/Lambda", "AWS/SQS", "AWS/ApiGateway"))


def test_slow_answers_tell_somebody(production: Json) -> None:
    alarm = properties(production, "CloudWatch::Alarm")["ApiLatencyAlarm"]
    assert (alarm["MetricName"], alarm["ExtendedStatistic"]) == ("Latency", "p99")
    assert "Statistic" not in alarm
    assert alarm["Threshold"] < GATEWAY_SECONDS * 1000
    # An alarm of few calls at night would be that of one cold start.
    assert alarm["EvaluateLowSampleCountPercentile"] == "ignore"
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 900


def test_metrics_of_schedules_are_watched_where_they_are_reported(production: Json) -> None:
    alarms = properties(production, "CloudWatch::Alarm")
    for schedule in declarations.schedules():
        for metric in schedule.alarms:
            alarm = alarms[f"{metric}Alarm"]
            assert alarm["Namespace"] == {"Fn::Sub": "ServiceMenu/${Stage}"}
            assert alarm["MetricName"] == metric
            assert alarm["Dimensions"] == [{"Name": "service", "Value": schedule.section}]
            # A period without a report would end the alarm.
            assert schedule.rate in {"rate(1 hour)"} | {f"rate({n} minutes)" for n in range(2, 60)}
            assert alarm["Period"] == 3600
            assert alarm["Threshold"] == schedule.alarms[metric]
    assert alarms["OverdueApplicationsAlarm"]["Threshold"] == 1
    assert alarms["OldestUnprovisionedSecondsAlarm"]["Threshold"] == 20 * 3600


def test_uploads_are_kept_for_a_day(production: Json) -> None:
    (rule,) = properties(production, "S3::Bucket")["UploadsBucket"]["LifecycleConfiguration"][
        "Rules"
    ]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 1)


def test_messages_of_an_exchange_are_kept_for_a_week(production: Json) -> None:
    bucket = properties(production, "S3::Bucket")["ExchangesBucket"]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 7)


def test_buckets_are_encrypted(production: Json) -> None:
    for name, bucket in properties(production, "S3::Bucket").items():
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256", name
        versioned = bucket.get("VersioningConfiguration") == {"Status": "Enabled"}
        passing = {"UploadsBucket", "EdoBucket", "ExchangesBucket"}
        assert versioned == (name not in passing), name


def test_evidence_is_locked(production: Json) -> None:
    bucket = properties(production, "S3::Bucket")["EvidenceBucket"]
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"
    rule = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert rule == {"Mode": "GOVERNANCE", "Days": {"Ref": "RetentionDays"}}
    assert production["Parameters"]["RetentionDays"]["Default"] == 1827
    assert "LifecycleConfiguration" not in bucket


def test_no_function_may_delete_an_object_or_lift_a_lock(production: Json) -> None:
    granted = {action for _, statement in statements(production) for action in statement["Action"]}
    assert {action for action in granted if action.startswith("s3:")} == {
        "s3:GetObject",
        "s3:PutObject",
    }


def test_only_the_gateway_and_schedules_may_invoke_functions(production: Json) -> None:
    role = properties(production, "IAM::Role")["GatewayRole"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "apigateway.amazonaws.com"}
    (statement,) = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["lambda:InvokeFunction"]
    invoked = referenced(statement["Resource"])
    assert invoked == {
        "AuthorizerFunction",
        *(function_of(method) for method in methods(production).values()),
    }
    for name, permission in properties(production, "Lambda::Permission").items():
        assert permission["Principal"] == "events.amazonaws.com", name
        assert permission["Action"] == "lambda:InvokeFunction"
        rule = permission["SourceArn"]["Fn::GetAtt"][0]
        (target,) = properties(production, "Events::Rule")[rule]["Targets"]
        assert target["Arn"] == permission["FunctionName"]
        assert function_behind(target["Arn"]) in of_type(production, "Lambda::Function")


def test_all_callers_call_what_is_live(production: Json) -> None:
    functions, aliases = (
        of_type(production, "Lambda::Function"),
        of_type(production, "Lambda::Alias"),
    )
    assert {function_behind({"Ref": name}) for name in aliases} == set(functions)
    for name, alias in aliases.items():
        # A release moves the alias. Were the template to change it, the stack would move it too.
        assert alias["Properties"] == {
            "FunctionName": {"Ref": function_behind({"Ref": name})},
            "FunctionVersion": "$LATEST",
            "Name": "live",
        }
    for mapping in properties(production, "Lambda::EventSourceMapping").values():
        assert mapping["FunctionName"]["Ref"] in aliases
    for permission in properties(production, "Lambda::Permission").values():
        assert permission["FunctionName"]["Ref"] in aliases
    (granted,) = production["Resources"]["GatewayRole"]["Properties"]["Policies"]
    for statement in granted["PolicyDocument"]["Statement"]:
        assert all(arn["Fn::Sub"].endswith(":live") for arn in statement["Resource"])
    for method in methods(production).values():
        assert ":live/invocations" in json.dumps(method["x-amazon-apigateway-integration"]["uri"])
    schemes = production["Resources"]["Api"]["Properties"]["Body"]["securityDefinitions"]
    guard = schemes["authorizer"]["x-amazon-apigateway-authorizer"]
    assert ":live/invocations" in json.dumps(guard)


def test_every_call_is_made_in_the_gateway_s_role(production: Json) -> None:
    role = {"Fn::GetAtt": ["GatewayRole", "Arn"]}
    for route, method in methods(production).items():
        assert method["x-amazon-apigateway-integration"]["credentials"] == role, route
    body = production["Resources"]["Api"]["Properties"]["Body"]
    guard = body["securityDefinitions"]["authorizer"]["x-amazon-apigateway-authorizer"]
    assert guard["authorizerCredentials"] == role


def test_all_but_the_calls_for_anyone_stand_behind_the_authorizer(
    production: Json, actions: list[Action]
) -> None:
    described = methods(production)
    schemes = production["Resources"]["Api"]["Properties"]["Body"]["securityDefinitions"]
    assert set(schemes) == {"api_key", "authorizer"}
    guard = schemes["authorizer"]["x-amazon-apigateway-authorizer"]
    assert referenced(guard["authorizerUri"]) == {"AuthorizerFunction"}
    for action in actions:
        wanted = [{"api_key": []}, {"authorizer": []}] if action.callers else []
        security = described[action.path, action.method.lower()].get("security", [])
        assert security == wanted, action.name


def test_answers_preflight_on_every_path(production: Json) -> None:
    described = methods(production)
    for path in {path for path, _ in described}:
        options = described[path, "options"]
        assert function_of(options) == "PreflightFunction"
        assert "security" not in options
        declared = {parameter["name"] for parameter in options.get("parameters", [])}
        assert declared == set(re.findall(r"{(\w+)}", path))


def test_api_functions_end_before_the_gateway_gives_up(production: Json) -> None:
    functions = properties(production, "Lambda::Function")
    behind = {function_of(method) for method in methods(production).values()}
    for name in behind | {"AuthorizerFunction"}:
        assert functions[name]["Timeout"] <= GATEWAY_SECONDS, name


def test_limits_of_calls_are_set_where_they_are_declared(
    production: Json, actions: list[Action]
) -> None:
    settings = {
        (setting["ResourcePath"], setting["HttpMethod"]): setting["ThrottlingRateLimit"]
        for setting in production["Resources"]["ApiStage"]["Properties"]["MethodSettings"]
    }
    stage = settings.pop(("/*", "*"))
    limited = {
        ("/" + action.path.replace("/", "~1"), action.method): action.rate_limit
        for action in actions
        if action.rate_limit is not None
    }
    assert settings == limited
    assert all(limit < stage for limit in limited.values())
    # What anybody may ask for by numbers must not be tried out in bulk.
    assert ("/~1r~1{fiscal_drive}~1{document}~1{fiscal_sign}", "GET") in limited


def test_clients_are_throttled_apart(production: Json) -> None:
    """A call behind the authorizer needs a key of the plan, which the authorizer gives."""
    (api,) = properties(production, "ApiGateway::RestApi").values()
    assert api["ApiKeySourceType"] == "AUTHORIZER"
    (plan,) = properties(production, "ApiGateway::UsagePlan").values()
    assert plan["ApiStages"][0]["Stage"] == {"Ref": "ApiStage"}
    (stage,) = properties(production, "ApiGateway::Stage").values()
    everyone = stage["MethodSettings"][0]["ThrottlingRateLimit"]
    assert plan["Throttle"]["RateLimit"] * 10 <= everyone
    keys = of_type(production, "ApiGateway::ApiKey")
    values = {key["Properties"]["Value"]["Fn::Sub"] for key in keys.values()}
    assert values == {api_key("${Api}", bucket) for bucket in range(BUCKETS)}
    joined = properties(production, "ApiGateway::UsagePlanKey").values()
    assert {member["KeyId"]["Ref"] for member in joined} == set(keys)


def test_what_computes_much_is_limited_for_each_client(
    production: Json, actions: list[Action]
) -> None:
    (plan,) = properties(production, "ApiGateway::UsagePlan").values()
    limits = plan["ApiStages"][0]["Throttle"]
    assert {limit["RateLimit"] for limit in limits.values()} == {10}
    expensive = [action for action in actions if action.callers and action.memory > 512]
    assert set(limits) == {f"{action.path}/{action.method}" for action in expensive}
    assert "/edo/documents/{document_id}/signature/POST" in limits


def test_roles_name_what_they_may_do_and_to_what(production: Json) -> None:
    buckets = of_type(production, "S3::Bucket")
    for role, statement in statements(production):
        assert statement["Effect"] == "Allow", role
        assert statement["Action"], role
        for action in statement["Action"]:
            service, _, verb = action.partition(":")
            assert service in SERVICES, f"{role}: {action}"
            assert verb.isalpha(), f"{role}: {action}"
        if statement in (MAILING, TEXTING):
            continue
        for resource in statement["Resource"]:
            assert isinstance(resource, dict), f"{role}: {resource}"
            assert referenced(resource), f"{role}: {resource}"
            text = json.dumps(resource)
            # Indexes of a table, streams of a log, objects of a bucket.
            part = r"(/index/|-[a-z0-9-]+:" + (
                r"|\}/" if referenced(resource) <= set(buckets) else ""
            )
            ends = re.search(part + r')\*"', text)
            assert text.count("*") == (1 if ends else 0), f"{role}: {resource}"


def test_queues_that_others_fill_are_filled_by_no_function(production: Json) -> None:
    senders: dict[str, set[str]] = {}
    for role, statement in statements(production):
        if "sqs:SendMessage" in statement["Action"]:
            for queue in map(referenced, statement["Resource"]):
                senders.setdefault(*queue, set()).add(role)
    queues = {name for name in of_type(production, "SQS::Queue") if "DeadLetter" not in name}
    fed = {f"{name}Queue" for name in FED_BY_OTHERS}
    assert senders.pop(names.RELAY_DEAD_LETTERS) == {"RelayRole"}
    waiting = {
        function.queue.logical_id: f"{function.logical_id}Role"
        for function in all_functions()
        if function.queue and function.queue.logical_id in ids(function.writes)
    }
    assert senders == {
        name: {"RelayRole", *([waiting[name]] if name in waiting else [])} for name in queues - fed
    }


def test_who_may_postpone_messages_has_an_alarm_on_their_age(production: Json) -> None:
    alarms = properties(production, "CloudWatch::Alarm")
    waiting = {
        f"{function.logical_id}WaitAlarm": {
            "service": function.section,
            "queue": function.queue.name,
        }
        for function in all_functions()
        if function.queue and function.queue.logical_id in ids(function.writes)
    }
    assert {"DeliverReceiptWaitAlarm", "SendMailWaitAlarm"} < set(waiting)
    assert set(waiting) == {name for name in alarms if name.endswith("WaitAlarm")}
    for name, dimensions in waiting.items():
        assert alarms[name]["MetricName"] == "LongestWaitSeconds"
        described = {each["Name"]: each["Value"] for each in alarms[name]["Dimensions"]}
        assert described == dimensions
        # A postponed message reports its age at least every quarter of an hour.
        assert alarms[name]["Period"] >= 2 * 900


def ids(resources: Iterable[Resource]) -> set[str]:
    """Return the logical ids of resources."""
    return {resource.logical_id for resource in resources}


def test_a_role_trusts_lambda_alone(production: Json) -> None:
    for role in roles_of(production).values():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_shared_reads_may_only_read(production: Json, actions: list[Action]) -> None:
    shared = {action.path for action in actions if action.shares_function}
    granted: dict[str, set[str]] = {}
    for role, statement in statements(production):
        granted.setdefault(role, set()).update(statement["Action"])
    writing = {name: allowed - READING for name, allowed in granted.items()}
    readers = {
        function_of(method).replace("Function", "Role")
        for (path, verb), method in methods(production).items()
        if verb == "get" and path in shared
    }
    for role in readers:
        assert {action for action in writing[role] if not action.startswith("logs:")} == set(), role


def test_a_function_knows_what_it_may_touch_and_nothing_else(production: Json) -> None:
    sources: dict[str, set[str]] = {}
    for definition in properties(production, "Lambda::EventSourceMapping").values():
        listener = function_behind(definition["FunctionName"])
        sources[listener] = sources.get(listener, set()) | referenced(definition["EventSourceArn"])
    for name, function in properties(production, "Lambda::Function").items():
        granted: set[str] = set()
        listened = sources.get(name, set())
        for role, statement in statements(production):
            if role == function["Role"]["Fn::GetAtt"][0]:
                granted |= set().union(*map(referenced, statement.get("Resource", [])))
                granted |= referenced(statement.get("Condition"))
        variables = function["Environment"]["Variables"]
        named = referenced(variables) - set(production["Parameters"])
        named |= {"SenderAddress"} & referenced(variables)
        # A listener need not know the queue that triggers it.
        relays = {table.logical_id for table in RELAYED} & listened
        # Lambda writes there in the role of the relay, the relay does not.
        failures = {names.RELAY_DEAD_LETTERS}
        assert named == granted - {name} - (listened - named) - relays - failures, name


def test_queues_lose_nothing(production: Json) -> None:
    queues = properties(production, "SQS::Queue")
    functions = properties(production, "Lambda::Function")
    dead = {name for name in queues if "RedrivePolicy" not in queues[name]}
    alarms = properties(production, "CloudWatch::Alarm").values()
    for name, queue in queues.items():
        assert queue["SqsManagedSseEnabled"] is True
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
        if name in dead:
            continue
        target = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        assert target in dead, name
        assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5
        assert queue["MaximumMessageSize"] == Queue.most_bytes
        for watched, metric in (
            (target, "ApproximateNumberOfMessagesVisible"),
            (name, "ApproximateAgeOfOldestMessage"),
        ):
            where = {"Name": "QueueName", "Value": {"Fn::Sub": names.name(watched)}}
            watching = [alarm for alarm in alarms if alarm["Dimensions"] == [where]]
            assert [item["MetricName"] for item in watching] == [metric]
        listening = [
            definition
            for definition in properties(production, "Lambda::EventSourceMapping").values()
            if referenced(definition["EventSourceArn"]) == {name}
        ]
        # The connector to other operators, which takes from that one, is not of this stack.
        assert len(listening) == (name != "EdoRoamingQueue"), name
        for mapping in listening:
            timeout = functions[function_behind(mapping["FunctionName"])]["Timeout"]
            window = mapping.get("MaximumBatchingWindowInSeconds", 0)
            assert queue["VisibilityTimeout"] >= 6 * timeout + window, name
            assert window >= 1 or mapping["BatchSize"] <= 10, name
        for output in (name, target):
            assert production["Outputs"][f"{output}Url"] == {"Value": {"Ref": output}}
    targets = [
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for name, queue in queues.items()
        if name not in dead
    ]
    assert sorted([*targets, names.RELAY_DEAD_LETTERS]) == sorted(dead), (
        "a dead-letter queue belongs to one queue"
    )


def test_functions_report_partial_failures(production: Json) -> None:
    mappings = properties(production, "Lambda::EventSourceMapping")
    assert len(mappings) == len(declarations.consumers()) + len(RELAYED)
    for name, mapping in mappings.items():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name


def test_consumers_leave_the_api_its_share(production: Json) -> None:
    """An account runs 1000 functions at once by default (AWS Lambda quotas)."""
    bounds = {
        name: mapping["ScalingConfig"]["MaximumConcurrency"]
        for name, mapping in properties(production, "Lambda::EventSourceMapping").items()
        if mapping["FunctionName"] != {"Ref": "RelayLive"}
    }
    assert len(bounds) == len(declarations.consumers())
    assert all(2 <= bound <= 50 for bound in bounds.values()), bounds
    assert sum(bounds.values()) <= 200


def test_stream_records_are_given_up_with_an_alarm(production: Json) -> None:
    mappings = properties(production, "Lambda::EventSourceMapping").values()
    relaying = [each for each in mappings if each["FunctionName"] == {"Ref": "RelayLive"}]
    assert len(relaying) == len(RELAYED)
    for mapping in relaying:
        assert mapping["BisectBatchOnFunctionError"] is True
        assert 5 <= mapping["MaximumRetryAttempts"] <= 50
        # Records behind one that is repeated grow as old, and would be given up untried.
        assert "MaximumRecordAgeInSeconds" not in mapping
        target = mapping["DestinationConfig"]["OnFailure"]["Destination"]
        assert referenced(target) == {names.RELAY_DEAD_LETTERS}
    alarms = properties(production, "CloudWatch::Alarm")
    watched = {"Name": "QueueName", "Value": {"Fn::Sub": names.name(names.RELAY_DEAD_LETTERS)}}
    assert alarms[f"{names.RELAY_DEAD_LETTERS}Alarm"]["Dimensions"] == [watched]
    assert alarms["RelayLagAlarm"]["MetricName"] == "IteratorAge"


def test_every_stream_is_relayed(production: Json) -> None:
    streaming = {
        name
        for name, table in properties(production, "DynamoDB::Table").items()
        if "StreamSpecification" in table
    }
    assert streaming == {table.logical_id for table in RELAYED}
    relayed = set[str]()
    for mapping in properties(production, "Lambda::EventSourceMapping").values():
        if mapping["FunctionName"] == {"Ref": "RelayLive"}:
            relayed |= referenced(mapping["EventSourceArn"])
            (wanted,) = mapping["FilterCriteria"]["Filters"]
            assert json.loads(wanted["Pattern"]) == OUTBOX_PATTERN
    assert relayed == streaming


def test_tables_survive_a_mistake(production: Json) -> None:
    tables = of_type(production, "DynamoDB::Table")
    assert tables
    for name, table in tables.items():
        kept = table["Properties"]
        assert table["DeletionPolicy"] in {"Retain", "RetainExceptOnCreate"}, name
        assert table["UpdateReplacePolicy"] == "Retain", name
        assert kept["DeletionProtectionEnabled"] == {"Fn::If": ["IsProduction", True, False]}
        assert kept["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert kept["SSESpecification"] == {"SSEEnabled": True}
        assert kept["TableName"] == {"Fn::Sub": names.name(name)}, "nor can it be replaced"
    assert production["Conditions"]["IsProduction"] == {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}


def test_buckets_are_private(production: Json) -> None:
    policies = properties(production, "S3::BucketPolicy").values()
    for name, bucket in properties(production, "S3::Bucket").items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        (policy,) = (policy for policy in policies if policy["Bucket"] == {"Ref": name})
        denied = [
            statement
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny"
            and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        ]
        assert denied, f"{name} answers without TLS"


def secrets() -> dict[str, str]:
    """Return the parameter that names the version of each secret, by environment variable."""
    fields = parameters.fields(functions.settings_of(all_functions()))
    return {
        name.upper(): parameters.version_parameter(name)
        for name, schema in fields.items()
        if parameters.is_secret(schema)
    }


def test_no_secret_is_a_parameter(production: Json) -> None:
    assert set(secrets()) == {
        "CURSOR_KEY",
        "REPORTING_TOKEN",
        "SMS_GATEWAY_TOKEN",
        "SMS_REPORT_TOKEN",
        "SMTP_PASSWORD",
    }
    for variable, version in secrets().items():
        assert variable.title().replace("_", "") not in production["Parameters"]
        assert "version of the secret" in production["Parameters"][version]["Description"].lower()
    for name, parameter in production["Parameters"].items():
        assert "NoEcho" not in parameter, f"{name}: a secret belongs in the secret store"
    assert not set(secrets().values()) & referenced(production["Outputs"])


def test_a_secret_reaches_the_functions_that_declare_it_and_no_other(production: Json) -> None:
    deployed = properties(production, "Lambda::Function")
    holders: dict[str, set[str]] = {}
    for variable, version in secrets().items():
        declaring = {
            f"{function.logical_id}Function"
            for function in all_functions()
            if variable in map(str.upper, parameters.fields(function.settings))
        }
        holding = {
            name
            for name, function in deployed.items()
            if version in json.dumps(function["Environment"])
        }
        assert holding == declaring, variable
        holders[variable] = holding
        for name in holding:
            assert "{{resolve:secretsmanager:${Stage}/" in json.dumps(
                deployed[name]["Environment"]["Variables"][variable]
            )
    assert holders["REPORTING_TOKEN"] == {"ProvisionAccountFunction"}
    assert holders["SMS_REPORT_TOKEN"] == {"TakeSmsReportFunction"}
    assert holders["SMS_GATEWAY_TOKEN"] == {"DeliverReceiptFunction"}


def test_a_setting_becomes_a_parameter_with_its_type_bounds_and_description() -> None:
    class Example(Settings):
        days: Annotated[int, Field(ge=1, le=9, description="Days.")] = 5
        code: Annotated[str, Field(pattern="^[a-z]{3}$", description="Code.")]
        kind: Annotated[Literal["one", "two"], Field(description="Kind.")]

    assert parameters.parameters([Example]) == {
        "Days": {
            "Type": "Number",
            "Description": "Days.",
            "Default": 5,
            "MinValue": 1,
            "MaxValue": 9,
        },
        "Code": {"Type": "String", "Description": "Code.", "AllowedPattern": "[a-z]{3}"},
        "Kind": {"Type": "String", "Description": "Kind.", "AllowedValues": ["one", "two"]},
    }


def test_a_name_means_one_setting() -> None:
    class Days(Settings):
        days: Annotated[int, Field(description="Days.")]

    class OtherDays(Settings):
        days: Annotated[int, Field(description="Other days.")]

    with pytest.raises(ValueError, match="days of OtherDays is described differently"):
        parameters.fields([Days, OtherDays])


def test_the_gateways_own_answers_are_problems(production: Json) -> None:
    answers = properties(production, "ApiGateway::GatewayResponse")
    kinds = {answer["ResponseType"] for answer in answers.values()}
    assert {"UNAUTHORIZED", "THROTTLED", "DEFAULT_4XX", "DEFAULT_5XX"} <= kinds
    for name, answer in answers.items():
        document = json.loads(answer["ResponseTemplates"]["application/json"])
        assert set(document) == {"type", "title", "status", "detail", "instance", "request_id"}
        assert document["type"].startswith("/problems/")
        assert str(document["status"]) == answer["StatusCode"], name
        assert re.search("[а-я]", document["title"])
        assert re.search("[а-я]", document["detail"])
        headers = {
            key.removeprefix("gatewayresponse.header."): value.strip("'")
            for key, value in answer["ResponseParameters"].items()
        }
        assert headers["X-Request-Id"] == "context.extendedRequestId"
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Content-Type"] == "application/problem+json"
        assert ("Retry-After" in headers) == (document["status"] in {429, 503})
    for deployment in of_type(production, "ApiGateway::Deployment").values():
        assert set(deployment["DependsOn"]) == set(answers)


def test_the_api_has_a_domain_of_its_own_if_the_parameters_name_one(production: Json) -> None:
    resources = production["Resources"]
    named = resources["ApiDomain"]
    assert named["Condition"] == resources["ApiMapping"]["Condition"] == "HasDomain"
    assert named["Properties"] == {
        "DomainName": {"Ref": "DomainName"},
        "RegionalCertificateArn": {"Ref": "CertificateArn"},
        "EndpointConfiguration": {"Types": ["REGIONAL"]},
        "SecurityPolicy": "TLS_1_2",
    }
    assert "BasePath" not in resources["ApiMapping"]["Properties"], "PublicUrl has no path"
    closed = {"Fn::If": ["HasDomain", True, False]}
    assert resources["Api"]["Properties"]["DisableExecuteApiEndpoint"] == closed
    target = {"Fn::GetAtt": ["ApiDomain", "RegionalDomainName"]}
    assert production["Outputs"]["DomainTarget"]["Value"] == target
    # The gateway's own address is closed by a new deployment only.
    (_, within, without) = resources["ApiStage"]["Properties"]["DeploymentId"]["Fn::If"]
    assert resources[within["Ref"]]["Condition"] == "HasDomain"
    assert resources[without["Ref"]]["Condition"] == "HasNoDomain"
