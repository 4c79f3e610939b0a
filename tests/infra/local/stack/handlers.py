"""The functions of the little product that the local cloud is tested with."""

import base64
import json
import os
import sys
import time
import urllib.parse
from typing import Any

import boto3

OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "Сервис и услуги", "version": "1.0.0", "description": "Вызовы кабинета."},
    "tags": [
        {"name": "Фискальные накопители", "description": "корзина, счёт, статус заказа"},
        {"name": "Счета и оплата"},
    ],
    "security": [{"token": []}],
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/things/{what}": {
            "get": {
                "tags": ["Фискальные накопители"],
                "summary": "Каталог",
                "parameters": [
                    {
                        "name": "what",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                        "example": "catalogue",
                    }
                ],
                "responses": {"200": {"description": "Накопители и цены"}},
            },
            "post": {
                "tags": ["Фискальные накопители"],
                "summary": "Сформировать счёт",
                "parameters": [
                    {
                        "name": "what",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                        "example": "orders",
                    },
                    {
                        "name": "Idempotency-Key",
                        "in": "header",
                        "required": True,
                        "schema": {"type": "string", "maxLength": 64},
                    },
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["contact_name"],
                                "properties": {
                                    "contact_name": {
                                        "type": "string",
                                        "examples": ["Смирнова Мария"],
                                    },
                                    "comment": {"type": ["string", "null"]},
                                },
                            }
                        }
                    },
                },
                "responses": {"201": {"description": "Заказ и его счёт"}},
            },
            "delete": {
                "tags": ["Счета и оплата"],
                "summary": "Убрать",
                "responses": {"204": {"description": "Убрано"}},
            },
        },
    },
}


def log(*words: str) -> None:
    sys.stderr.write(" ".join(words) + "\n")


def authorizer(event: dict[str, Any], context: Any) -> dict[str, Any]:
    log("asked", json.dumps(event))
    token = event.get("authorizationToken", "")
    if token == "Bearer crash":
        raise RuntimeError("authorizer broke")
    if not token.startswith("Bearer client-"):
        raise Exception("Unauthorized")  # noqa: TRY002 - the gateway's own word for a 401
    return {
        "principalId": token.removeprefix("Bearer "),
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}],
        },
        "context": {"client_id": token.removeprefix("Bearer "), "number": 7, "roles": "client"},
    }


def api(event: dict[str, Any], context: Any) -> dict[str, Any]:
    log("served", event["httpMethod"], event["path"])
    query = event.get("queryStringParameters") or {}
    if event["resource"] == "/open" and "seconds" in query:
        time.sleep(float(query["seconds"]))
    if event["resource"] == "/openapi.json":
        return {"statusCode": 200, "body": json.dumps(OPENAPI)}
    what = (event.get("pathParameters") or {}).get("what", "")
    if event["resource"] == "/things/{what}" and event["httpMethod"] == "PUT":
        table = boto3.client("dynamodb")
        table.put_item(
            TableName=os.environ["TABLE"],
            Item={
                "pk": {"S": event["requestContext"]["authorizer"]["client_id"]},
                "sk": {"S": urllib.parse.unquote(what)},
                "kind": {"S": (event.get("queryStringParameters") or {}).get("kind", "outbox")},
            },
        )
        return {"statusCode": 201, "body": ""}
    if what == "size":
        body = event["body"]
        content = base64.b64decode(body) if event["isBase64Encoded"] else body.encode()
        return {"statusCode": 200, "body": json.dumps({"bytes": len(content)})}
    if what == "long":
        text = query["text"] * int(query["number"])
        return {"statusCode": 200, "headers": {"Content-Type": "text/plain"}, "body": text}
    if what == "forbidden":
        boto3.client("dynamodb").delete_item(
            TableName=os.environ["TABLE"], Key={"pk": {"S": "1"}, "sk": {"S": "1"}}
        )
    if what == "crash":
        raise RuntimeError("function broke")
    if what == "environment":
        return {"statusCode": 200, "body": json.dumps(dict(os.environ))}
    if what == "file":
        return {
            "statusCode": 200,
            "headers": {"Content-Type": "application/pdf"},
            "isBase64Encoded": True,
            "body": base64.b64encode(bytes(range(256))).decode(),
        }
    if what == "cookies":
        return {
            "statusCode": 200,
            "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
            "body": "",
        }
    if what == "object":
        boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key="a/b", Body=b"x")
        return {"statusCode": 200, "body": ""}
    if what == "upload":
        post = boto3.client("s3").generate_presigned_post(os.environ["BUCKET"], "a/c")
        return {"statusCode": 200, "body": json.dumps(post)}
    if what == "mail":
        boto3.client("sesv2").send_email(
            FromEmailAddress="cabinet@example.ru",
            Destination={"ToAddresses": ["romashka@example.ru"]},
            Content={
                "Simple": {
                    "Subject": {"Data": "Заказ оплачен"},
                    "Body": {"Text": {"Data": "Спасибо!"}},
                }
            },
        )
        boto3.client("sns").publish(PhoneNumber="+79990000001", Message="Чек")
        return {"statusCode": 200, "body": ""}
    return {"statusCode": 200, "body": json.dumps(event)}


def relay(event: dict[str, Any], context: Any) -> dict[str, Any]:
    queue = boto3.client("sqs")
    for record in event["Records"]:
        log("relayed", record["eventName"], json.dumps(record["dynamodb"]))
        body = json.dumps(record["dynamodb"]["NewImage"])
        queue.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=body)
    return {"batchItemFailures": []}


def consumer(event: dict[str, Any], context: Any) -> dict[str, Any]:
    failures = []
    for record in event["Records"]:
        log("consumed", record["attributes"]["ApproximateReceiveCount"], record["body"])
        if "poison" in record["body"]:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def clock(event: dict[str, Any], context: Any) -> None:
    log("ticked", json.dumps(event))
