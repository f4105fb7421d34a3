"""Engines that announce themselves in the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from homeassistant.components import zeroconf
from homeassistant.components.zeroconf.discovery import info_from_service
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from zeroconf import BadTypeInNameException, DNSPointer
from zeroconf.asyncio import AsyncServiceInfo

from .engine.protocol import SERVICE_TYPE


@dataclass(frozen=True)
class FoundEngine:
    """An engine on another machine."""

    name: str
    host: str
    port: int

    @classmethod
    def of(cls, info: ZeroconfServiceInfo) -> Self | None:
        """The engine that an announcement is about, None if it does not say where it is."""
        if not info.port:
            return None
        return cls(info.name.removesuffix(f".{info.type}"), info.host, info.port)


@callback
def async_found_engines(hass: HomeAssistant) -> list[FoundEngine]:
    """The engines that Home Assistant has heard of; none if it does not listen."""
    if zeroconf.DOMAIN not in hass.config.components:
        return []
    zc = zeroconf.async_get_async_zeroconf(hass).zeroconf
    found: dict[str, FoundEngine] = {}
    for record in zc.cache.async_entries_with_name(SERVICE_TYPE):
        if not isinstance(record, DNSPointer):
            continue
        try:
            service = AsyncServiceInfo(SERVICE_TYPE, record.alias)
        except BadTypeInNameException:
            continue
        if (
            service.load_from_cache(zc)
            and (info := info_from_service(service))
            and (engine := FoundEngine.of(info))
        ):
            found[engine.name] = engine
    return sorted(found.values(), key=lambda engine: engine.name)
