"""Brings `incidents.db` to the shape this version knows, or says why it cannot."""

from sqlalchemy import Connection, inspect, text

from leadline.storage import StoreTooNew

HEAD = "0005"
"""The last step of `migrations/versions`. Names grow, so a greater one is a newer Leadline's."""


def bring_up_to_date(connection: Connection) -> None:
    """Run the missing steps within the given transaction. Raises StoreTooNew."""
    if check_version(connection) == HEAD:
        return
    import alembic.command  # noqa: PLC0415 - a tenth of the start of whoever need not migrate
    import alembic.config  # noqa: PLC0415

    config = alembic.config.Config()
    config.set_main_option("script_location", "leadline.storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "head")


def check_version(connection: Connection) -> str:
    """The version of an opened file, `` when it is new. Raises StoreTooNew."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    version = str(connection.execute(text("select version_num from alembic_version")).scalar() or "")
    if version > HEAD:
        raise StoreTooNew(
            f"incidents.db has shape {version}, this Leadline knows up to {HEAD}: start the newer one"
        )
    return version
