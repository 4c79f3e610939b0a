"""Migrations: changes of the shape of kept items, each declared once and run by ``infra.migrate``.

A change of shape goes in three deployments at most: code that reads both shapes and writes the new
one; the migration; code that reads the new one only. A migration stays in the list for ever, as a
stage may be any number of releases behind, and states what it needs itself: it must not change with
the code.
"""

from infra.migrations.migration import Migration
from infra.migrations.register_standing import REGISTER_STANDING

MIGRATIONS: tuple[Migration, ...] = (REGISTER_STANDING,)
"""All migrations, in the order in which they run."""
