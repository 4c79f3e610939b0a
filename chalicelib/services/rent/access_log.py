"""The log of who looked, and the tenant's word of the first look."""

from chalicelib.core.organisation.model import Profile
from chalicelib.runtime.commit import transact
from chalicelib.services.rent import mail, store
from chalicelib.services.rent.model import Access, KeptTenantGrant
from chalicelib.services.rent.store import SeenBefore


def note(seen: KeptTenantGrant, access: Access, tenant: Profile) -> None:
    """Log a look, and tell the tenant if it is the first, in one commit.

    Raises:
        GrantUnknown: the grant ended while its turnover was read; nothing may be answered.
    """
    logged = store.log_access(seen, access)
    if seen.seen_at is None:
        try:
            transact(
                [
                    *logged,
                    store.see_first(seen, access),
                    mail.first_look(seen, access, tenant.email),
                ]
            )
        except SeenBefore:
            pass
        else:
            return
    transact(logged)
