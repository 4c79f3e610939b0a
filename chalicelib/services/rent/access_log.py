"""The log of accesses to a grant, and the notification of the first access."""

from chalicelib.core.organisation.model import Profile
from chalicelib.runtime.commit import transact
from chalicelib.services.rent import mail, store
from chalicelib.services.rent.model import KeptTenantGrant
from chalicelib.services.rent.store import AccessedBefore
from chalicelib.services.rent.turnover_model import Access


def record(grant: KeptTenantGrant, access: Access, tenant: Profile) -> None:
    """Record an access, and notify the tenant if it is the first, in one transaction.

    Raises:
        GrantUnknown: the grant ended while the turnover was read, which must not be answered.
    """
    logged = store.log_access(grant, access)
    if grant.seen_at is None:
        try:
            transact(
                [
                    *logged,
                    store.record_first_access(grant, access),
                    mail.first_access(grant, access, tenant.email),
                ]
            )
        except AccessedBefore:
            pass
        else:
            return
    transact(logged)
