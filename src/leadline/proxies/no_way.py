"""Why a proxy lets nothing through."""


class NoWay(Exception):
    """The words go on "it ..."; they hold no credentials."""
