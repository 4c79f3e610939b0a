"""CORS headers. Any origin may call: only the bearer token decides what a call may do."""

ALLOWED = {"Access-Control-Allow-Origin": "*"}
EXPOSED = {
    **ALLOWED,
    "Access-Control-Expose-Headers": "Retry-After, Content-Disposition, X-Request-Id",
}
"""Headers of every answer."""
PREFLIGHT = {
    **ALLOWED,
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "7200",
}
