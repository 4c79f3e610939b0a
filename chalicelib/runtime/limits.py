"""Sizes that the cloud carries, in bytes."""

PAYLOAD = 6_291_556
"""The event and the answer of a function, each as JSON (quotas of AWS Lambda)."""

BODY = 4 * 1024 * 1024
"""A request body, and a file in an answer.

Both travel as base64 within :data:`PAYLOAD`. The rest, 0.7 MB, is for the other members: headers
appear twice in an event.
"""
