"""Alarms of the deployment."""

from collections.abc import Sequence

from chalicelib.runtime.declaration import Action
from chalicelib.runtime.log import NAMESPACE as METRICS
from infra.functions import Json

API_NAME = "${Stage}-service-menu"
API_STAGE = "api"


def alarm(
    namespace: str,
    metric: str,
    dimensions: Json,
    statistic: str,
    *,
    threshold: int,
    what: str,
    period: int = 300,
) -> Json:
    """Return an alarm on a metric that tells the operator ``what`` is wrong."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": what,
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            "Statistic": statistic,
            "Period": period,
            "EvaluationPeriods": 1,
            "Threshold": threshold,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": "AlarmTopic"}],
        },
    }


def of_api(routes: Sequence[Action]) -> Json:
    """Return the alarm of answers that no caller is to blame for.

    An action answers 500 rather than fail, so its function's errors alone would not tell. Where
    it answers callers' mistakes so too, it is left out here, and what it reports as its own fault
    rings instead.
    """
    stage = {"ApiName": {"Fn::Sub": API_NAME}, "Stage": API_STAGE}
    faulting = [route for route in routes if route.faults]
    counted = {
        "whole": stage,
        **{
            f"faults{place}": {**stage, "Resource": route.path, "Method": route.method}
            for place, route in enumerate(faulting)
        },
    }
    left_out = "".join(f" - FILL(faults{place}, 0)" for place in range(len(faulting)))
    whole = alarm("", "", {}, "Sum", threshold=1, what="callers were answered 5xx")
    properties = whole["Properties"]
    for name in ("Namespace", "MetricName", "Dimensions", "Statistic", "Period"):
        del properties[name]
    properties["Metrics"] = [
        {"Id": "failures", "Expression": f"whole{left_out}", "ReturnData": True},
        *(
            {
                "Id": name,
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/ApiGateway",
                        "MetricName": "5XXError",
                        "Dimensions": [{"Name": k, "Value": v} for k, v in dimensions.items()],
                    },
                    "Period": 300,
                    "Stat": "Sum",
                },
                "ReturnData": False,
            }
            for name, dimensions in counted.items()
        ),
    ]
    own = {
        f"{''.join(part.capitalize() for part in route.name.split('_'))}FaultAlarm": alarm(
            METRICS,
            "Fault",
            {"service": route.section, "action": route.name},
            "Sum",
            threshold=1,
            what=f"{route.name} answered 5xx by a fault of its own",
        )
        for route in faulting
    }
    return {"ApiAlarm": whole, **own}
