"""The consumer of withdrawn consents."""

from chalicelib.runtime.commit import transact
from chalicelib.runtime.consumer import consumer
from chalicelib.runtime.history import Actor
from chalicelib.runtime.log import logger
from chalicelib.services.rent import store
from chalicelib.services.rent.model import GrantState, Withdrawn
from chalicelib.services.rent.rules import GRANT, GrantNotActive
from chalicelib.services.rent.store import RENT


@consumer(store.QUEUE, writes=[RENT], batch_size=1)
def follow_withdrawal(message: Withdrawn) -> None:
    """End each grant of a withdrawn consent. No turnover is shown since the withdrawal."""
    end = GRANT.transition(
        GrantState.ACTIVE, GrantState.CONSENT_WITHDRAWN, Actor.CLIENT, at=message.at
    )
    for grant_id in message.grant_ids:
        try:
            transact(store.end_grant(message.client_id, message.landlord_id, grant_id, end))
        except GrantNotActive:
            logger.info("grant ended already", grant_id=grant_id)
