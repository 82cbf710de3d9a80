"""What a number among a check's settings may be; `leadline check` refuses any other."""

from typing import Annotated

import msgspec

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_MOST = 10**9
AtLeastZero = Annotated[int, msgspec.Meta(ge=0, le=_MOST)]
AtLeastOne = Annotated[int, msgspec.Meta(ge=1, le=_MOST)]
AboveOne = Annotated[float, msgspec.Meta(gt=1)]
AboveZero = Annotated[float, msgspec.Meta(gt=0)]
