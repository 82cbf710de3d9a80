"""Images, documents and sounds between data URLs and base64 with a type. Nothing is fetched."""

import re

from leadline.translation.neutral import Media, refuse

_DATA_URL = re.compile(r"data:([\w.+/-]+)(?:;[\w=.+-]+)*;base64,")
_PUBLIC = ("https://", "http://")


def from_url(url: str, kind: str = "image/*", name: str = "") -> Media:
    """Of a data URL or a public one. Raises Unportable for files that only one provider can read."""
    found = _DATA_URL.match(url)
    if found is not None:
        return Media(mime_type=found.group(1), data=url[found.end() :], name=name)
    if not url.startswith(_PUBLIC) or "googleapis.com/" in url:
        refuse("a file that only its own provider can read")
    return Media(mime_type=kind, url=url, name=name)


def data_url(media: Media) -> str:
    return f"data:{media.mime_type};base64,{media.data}"
