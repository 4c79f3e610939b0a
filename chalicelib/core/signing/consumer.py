"""Hourly refresh of revocation lists, so that no action waits for an authority's web server."""

import urllib.request
from urllib.error import URLError

from chalicelib.core.signing.buckets import TRUST
from chalicelib.core.signing.settings import SigningSettings
from chalicelib.core.signing.trust import load_trust, store_crl
from chalicelib.kep import CRL, KepError, Trust, crl
from chalicelib.runtime import clock
from chalicelib.runtime.consumer import scheduled
from chalicelib.runtime.log import MetricUnit, logger, metrics

_FETCH_SECONDS = 20


@scheduled(
    "rate(1 hour)",
    writes=[TRUST],
    alarms=["RevocationListsFailed"],
    timeout=900,
    memory=1024,
    settings=[SigningSettings],
)
def refresh_crls() -> None:
    """Fetch every revocation list that the trust bundle names and store the valid ones.

    If a list cannot be fetched or is invalid, the previous list stays until it expires. The
    metric ``RevocationListsFailed`` reports how many lists failed.
    """
    trust = load_trust()
    failed = 0
    for url in trust.crl_urls():
        try:
            store_crl(_fetch(url, trust), url)
        except (KepError, URLError, TimeoutError, OSError, ValueError) as error:
            failed += 1
            logger.warning("revocation list not refreshed", url=url, error=str(error))
    metrics.add_metric("RevocationListsFailed", MetricUnit.Count, failed)
    metrics.flush_metrics()


def _fetch(url: str, trust: Trust) -> CRL:
    request = urllib.request.Request(url, headers={"User-Agent": "service-menu"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=_FETCH_SECONDS) as answer:  # noqa: S310 - http(s), by crl_urls
        content = answer.read(crl.MAX_CRL_BYTES + 1)
    issuers = trust.authorities_named(crl.parse(content).issuer_name)
    return crl.validate(content, issuers, clock.now())
