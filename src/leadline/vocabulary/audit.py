"""What a person did, as the audit chain keeps it."""

import msgspec


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody did, or was refused.

    `by` is the name that was given, `account` the user of the machine on whose behalf it came (proved by the
    socket; empty when it could not be), `via` is `cli`, `api` or `console`. `subject` is the id or the name
    of what it was done to. `outcome` is `done`, `unchanged` (it was so already) or the sentence of the
    refusal. `details` are the rest in words. Times are Unix seconds. No text of requests, no secret.
    """

    at: float
    by: str
    action: str
    subject: str = ""
    account: str = ""
    via: str = ""
    outcome: str = "done"
    note: str = ""
    details: str = ""
