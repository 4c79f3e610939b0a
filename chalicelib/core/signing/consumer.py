"""Hourly refresh of revocation lists, so that no action waits for an authority's web server."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from chalicelib.core.signing.buckets import TRUST
from chalicelib.core.signing.download import DownloadFailed, download
from chalicelib.core.signing.settings import SigningSettings
from chalicelib.core.signing.trust import load_trust, store_crl
from chalicelib.kep import CRL, KepError, Trust, crl
from chalicelib.runtime import clock
from chalicelib.runtime.consumer import scheduled
from chalicelib.runtime.log import MetricUnit, logger, metrics

FETCH_SECONDS = 20
"""Longest time for one list, however slowly its server sends."""
_AT_ONCE = 8
_RUN_SECONDS = 900
_LAST_FETCH_SECONDS = _RUN_SECONDS - 2 * FETCH_SECONDS
"""Time after which no fetch begins, so that the run ends and reports."""


@scheduled(
    "rate(1 hour)",
    writes=[TRUST],
    alarms=["RevocationListsFailed"],
    timeout=_RUN_SECONDS,
    memory=2048,
    settings=[SigningSettings],
)
def refresh_crls() -> None:
    """Fetch every revocation list that the trust bundle names and store the valid ones.

    Each address has :data:`FETCH_SECONDS`, and several are fetched at once, so that a slow server
    delays no other list. If a list cannot be fetched or is invalid, the previous list stays until
    it expires. The metric ``RevocationListsFailed`` reports how many lists failed.
    """
    trust = load_trust()
    started = time.monotonic()
    # One list at a time: a list may be large, and those of one authority are one object.
    storing = threading.Lock()

    def refresh(url: str) -> bool:
        try:
            if time.monotonic() - started > _LAST_FETCH_SECONDS:
                raise DownloadFailed("no time left")
            content = download(url, seconds=FETCH_SECONDS, most_bytes=crl.MAX_CRL_BYTES)
            with storing:
                store_crl(_validate(content, trust), url)
        except (DownloadFailed, KepError, ValueError, OSError) as error:
            logger.warning("revocation list not refreshed", url=url, error=str(error))
            return False
        return True

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        failed = list(pool.map(refresh, trust.crl_urls())).count(False)
    metrics.add_metric("RevocationListsFailed", MetricUnit.Count, failed)
    metrics.flush_metrics()


def _validate(content: bytes, trust: Trust) -> CRL:
    issuers = trust.authorities_named(crl.parse(content).issuer_name)
    return crl.validate(content, issuers, clock.now())
