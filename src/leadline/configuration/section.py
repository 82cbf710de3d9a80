"""What every section of `leadline.yaml` has in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A mapping of the file. Unknown settings are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)
