"""The states of a thing, and the moves between them.

A :class:`Lifecycle` is a constant of a section's rules::

    ORDER = Lifecycle(
        {OrderState.INVOICED: {OrderState.PAID, OrderState.EXPIRED}, ...},
        refusal=OrderStateNotAllowed,
        field="status",
    )

A move is decided once, and both the answer and the write come from it, so what is answered is what
is kept::

    move = ORDER.move(order, OrderState.SHIPPED, Actor.OPERATOR, tracking_number="RA123")
    return commit(move.changed, move.write(TABLE, order.client_id, f"order#{order.order_id}"))
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from boto3.dynamodb.conditions import Attr, ConditionBase

from chalicelib.runtime import clock
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.model import Model
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.table import Item, Otherwise, Table, Write, to_item

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=Model)


class StateNotAllowed(Problem):
    """The thing is not in a state from which the move is possible.

    A subclass that tells the caller the state sets ``member``, the member of the problem document
    that holds the state, and ``in_words``, the words that fill ``{now}`` of the detail.
    """

    member: ClassVar[str] = ""
    in_words: ClassVar[Mapping[Any, str]] = {}

    def __init__(self, state: StrEnum) -> None:
        members = {self.member: state.value} if self.member else {}
        super().__init__(self.detail.format(now=self.in_words.get(state, "")), **members)
        self.state = state
        """The state that the thing is really in."""


@dataclasses.dataclass(frozen=True)
class Beginning(Generic[S]):
    """The first state of a new thing. The time of its creation is ``at``."""

    state: S
    at: dt.datetime
    history: tuple[HistoryEntry, ...]


@dataclasses.dataclass(frozen=True)
class Transition(Generic[S]):
    """A change of state at one moment, for things that are written without being read first."""

    lifecycle: "Lifecycle[S]"
    before: S
    after: S
    entry: HistoryEntry
    attributes: Item = dataclasses.field(default_factory=dict)
    """Attributes to put beside the state."""
    appended: Item = dataclasses.field(default_factory=dict)
    """An element to append to each of these list attributes, beside the history."""
    removed: tuple[str, ...] = ()
    """Attributes to remove."""

    @property
    def at(self) -> dt.datetime:
        """The moment of the change."""
        return self.entry.at

    def write(
        self,
        table: Table,
        client_id: str,
        sk: str,
        *,
        put: Mapping[str, Any] | None = None,
        remove: Sequence[str] = (),
        when: ConditionBase | None = None,
        otherwise: Otherwise | None = None,
    ) -> Write:
        """Describe the write of the change to one item, provided that its state is ``before``.

        A thing that is kept in several copies gets one write for each.

        Args:
            put: Further attributes of this item, for example those of an index.
            remove: Further attributes to remove.
            when: A further condition.
            otherwise: What to raise if a condition fails; without it, the refusal of the
                lifecycle with the state that the item has.
        """
        field = self.lifecycle.field
        unchanged = Attr(field).eq(self.before.value)
        return table.update(
            client_id,
            sk,
            put={field: self.after.value, **self.attributes, **(put or {})},
            append={"history": to_item(self.entry), **self.appended},
            remove=[*self.removed, *remove],
            when=unchanged & when if when else unchanged,
            otherwise=otherwise or self._refusal,
        )

    def _refusal(self, item: Item | None) -> Problem:
        field = self.lifecycle.field
        return self.lifecycle.refusal(type(self.before)(item[field]) if item else self.before)


@dataclasses.dataclass(frozen=True)
class Move(Transition[S], Generic[S, M]):
    """A change of state of a thing that was read. ``changed`` is the thing as it is kept then."""

    changed: M = dataclasses.field(kw_only=True)


class Lifecycle(Generic[S]):
    """The states of a kind of thing and the states that follow each.

    Args:
        transitions: The states that can follow each state; none can follow a state left out.
        refusal: The problem raised for a move that the lifecycle does not have, or that another
            request has made impossible meanwhile.
        field: The field of the model, and attribute of the item, that holds the state.
        entry: The model of a history entry.
    """

    def __init__(
        self,
        transitions: Mapping[S, AbstractSet[S]],
        *,
        refusal: type[StateNotAllowed] = StateNotAllowed,
        field: str = "state",
        entry: type[HistoryEntry] = HistoryEntry,
    ) -> None:
        self.transitions = transitions
        self.refusal = refusal
        self.field = field
        self._entry = entry

    def is_final(self, state: S) -> bool:
        """Return whether no state follows ``state``."""
        return not self.transitions.get(state)

    def require(self, state: S, target: S) -> None:
        """Check that ``target`` can follow ``state``.

        Raises:
            StateNotAllowed: ``target`` cannot follow; the problem is the lifecycle's refusal.
        """
        if target not in self.transitions.get(state, ()):
            raise self.refusal(state)

    def begin(self, state: S, by: Actor, **details: Any) -> Beginning[S]:
        """Return the state, the time and the history of a new thing.

        ``details`` are further fields of the history entry.
        """
        at = clock.now()
        entry = self._entry(status=state.value, at=at, by=by, **details)
        return Beginning(state, at, (entry,))

    def transition(
        self, before: S, after: S, by: Actor, *, at: dt.datetime | None = None
    ) -> Transition[S]:
        """Return the change from ``before`` to ``after`` of a thing that was not read.

        ``at`` is the moment of the change, now if omitted.

        Raises:
            StateNotAllowed: ``after`` cannot follow ``before``.
        """
        self.require(before, after)
        entry = self._entry(status=after.value, at=at or clock.now(), by=by)
        return Transition(self, before, after, entry)

    def move(
        self,
        current: M,
        target: S,
        by: Actor,
        *,
        at: dt.datetime | None = None,
        details: Mapping[str, Any] | None = None,
        append: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> Move[S, M]:
        """Return the change of ``current``, as it was read, to the state ``target``.

        Args:
            current: The thing; its model has the lifecycle's field and ``history``.
            target: The state to move to.
            by: Who moves it.
            at: The moment of the change, now if omitted.
            details: Further fields of the history entry.
            append: An element to append to each of these tuple fields.
            changes: Fields to set; None removes the attribute.

        Raises:
            StateNotAllowed: ``target`` cannot follow the state of ``current``.
        """
        before: S = getattr(current, self.field)
        self.require(before, target)
        entry = self._entry(status=target.value, at=at or clock.now(), by=by, **(details or {}))
        appended = {"history": entry, **(append or {})}
        changed = current.model_copy(
            update={
                self.field: target,
                **changes,
                **{name: (*getattr(current, name), added) for name, added in appended.items()},
            }
        )
        written = to_item(changed)
        attributes = {name: written[name] for name in changes if name in written}
        return Move(
            self,
            before,
            target,
            entry,
            attributes,
            {name: written[name][-1] for name in append or {}},
            tuple(name for name in changes if name not in attributes),
            changed=changed,
        )
