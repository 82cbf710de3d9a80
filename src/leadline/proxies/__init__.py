"""Proxies of the environment: which one a call goes through, and the way through it."""

from leadline.proxies.choosing import Proxies, Proxy
from leadline.proxies.origin import Origin
from leadline.proxies.tunnel import NoWay, lead

__all__ = ["NoWay", "Origin", "Proxies", "Proxy", "lead"]
