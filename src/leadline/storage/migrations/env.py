"""Alembic's entry: run the steps on the connection that the store hands over."""

from alembic import context

from leadline.storage.incident_tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
