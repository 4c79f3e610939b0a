"""CORS: any origin may call, since a call is worth what its bearer token is and nothing else."""

ALLOWED = {"Access-Control-Allow-Origin": "*"}
EXPOSED = {**ALLOWED, "Access-Control-Expose-Headers": "Retry-After, Content-Disposition"}
"""Goes with every answer."""
PREFLIGHT = {
    **ALLOWED,
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "7200",
}
