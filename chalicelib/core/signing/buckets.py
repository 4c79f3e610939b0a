"""Where trust and evidence are kept; apart, so that a grant needs no cryptography."""

from chalicelib.runtime.resource import Bucket

TRUST = Bucket("Trust")
EVIDENCE = Bucket("Evidence")
