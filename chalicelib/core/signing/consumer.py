"""Keeps revocation lists fresh, so that no action waits for an authority's web server."""

import urllib.request
from urllib.error import URLError

from chalicelib.core.signing import store
from chalicelib.core.signing.buckets import TRUST
from chalicelib.kep import CRL, KepError, Trust, crl
from chalicelib.runtime import clock
from chalicelib.runtime.consumer import scheduled
from chalicelib.runtime.log import MetricUnit, logger, metrics

_FETCH_SECONDS = 20
_MOST_BYTES = crl.MAX_CRL_BYTES


@scheduled(
    "rate(1 hour)", writes=[TRUST], alarms=["RevocationListsFailed"], timeout=900, memory=1024
)
def refresh_crls() -> None:
    """Fetch every revocation list that the trust bundle names and keep those that hold.

    One that cannot be had leaves the former one in place until its own time runs out.
    """
    trust = store.load_trust()
    failed = 0
    for url in trust.crl_urls():
        try:
            store.keep_crl(_fetch(url, trust), url)
        except (KepError, URLError, TimeoutError, OSError, ValueError) as error:
            failed += 1
            logger.warning("revocation list not refreshed", url=url, error=str(error))
    metrics.add_metric("RevocationListsFailed", MetricUnit.Count, failed)
    metrics.flush_metrics()


def _fetch(url: str, trust: Trust) -> CRL:
    request = urllib.request.Request(url, headers={"User-Agent": "service-menu"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=_FETCH_SECONDS) as answer:  # noqa: S310 - http(s), by crl_urls
        data = answer.read(_MOST_BYTES + 1)
    issuers = trust.authorities_named(crl.parse(data).issuer_name)
    return crl.validate(data, issuers, clock.now())
