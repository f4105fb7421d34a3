"""Media players, and the satellites that hear and announce."""

from __future__ import annotations

from typing import Any

from homeassistant.components.assist_satellite import (
    AssistSatelliteConfiguration,
    AssistSatelliteEntity,
    AssistSatelliteEntityFeature,
)
from homeassistant.components.media_player import (
    BrowseMedia,
    MediaClass,
    MediaPlayerEntity,
    MediaPlayerEntityFeature,
    MediaPlayerState,
    MediaType,
    SearchMedia,
    SearchMediaQuery,
)

from .base import Virtual, percent

_Feature = MediaPlayerEntityFeature


class MediaPlayer(Virtual, MediaPlayerEntity):
    """A television, speaker or receiver that plays whatever it is asked for."""

    def build(self) -> None:
        """Give it its features."""
        super().build()
        features = (
            _Feature.PAUSE
            | _Feature.PLAY
            | _Feature.STOP
            | _Feature.NEXT_TRACK
            | _Feature.PREVIOUS_TRACK
            | _Feature.VOLUME_SET
            | _Feature.VOLUME_STEP
            | _Feature.VOLUME_MUTE
            | _Feature.TURN_ON
            | _Feature.TURN_OFF
            | _Feature.PLAY_MEDIA
            | _Feature.SEARCH_MEDIA
            | _Feature.BROWSE_MEDIA
        )
        if sources := self.spec.get("sources"):
            features |= _Feature.SELECT_SOURCE
            self._attr_source_list = sources
        self._attr_supported_features = features

    def furnish(self) -> None:
        """As home.yaml says."""
        spec = self.spec
        self._attr_state = MediaPlayerState(spec["state"])
        self._attr_volume_level = spec.get("volume", 30) / 100
        self._attr_is_volume_muted = bool(spec.get("muted", False))
        self._attr_source = spec.get("source")
        self._attr_media_title = spec.get("title")
        self._attr_media_artist = spec.get("artist")
        self._attr_media_content_type = MediaType.MUSIC if "artist" in spec else None

    def values(self) -> dict[str, Any]:
        """How loud it is, and what is on."""
        return {
            "volume": percent(self._attr_volume_level),
            "muted": self._attr_is_volume_muted,
            "source": self._attr_source,
            "title": self._attr_media_title,
            "artist": self._attr_media_artist,
        }

    def _become(self, state: MediaPlayerState) -> None:
        self._attr_state = state
        self.async_write_ha_state()

    async def async_turn_on(self) -> None:
        """On. One that is already at work goes on with it."""
        if self.state in (MediaPlayerState.OFF, MediaPlayerState.STANDBY):
            self._become(MediaPlayerState.ON)

    async def async_turn_off(self) -> None:
        """Off."""
        self._become(MediaPlayerState.OFF)

    async def async_mute_volume(self, mute: bool) -> None:
        """Mute it or not."""
        self._attr_is_volume_muted = mute
        self.async_write_ha_state()

    async def async_set_volume_level(self, volume: float) -> None:
        """Set how loud it is."""
        self._attr_volume_level = min(1.0, max(0.0, volume))
        self.async_write_ha_state()

    async def async_media_play(self) -> None:
        """Play."""
        self._become(MediaPlayerState.PLAYING)

    async def async_media_pause(self) -> None:
        """Pause."""
        self._become(MediaPlayerState.PAUSED)

    async def async_media_stop(self) -> None:
        """Stop."""
        self._become(MediaPlayerState.IDLE)

    async def async_media_next_track(self) -> None:
        """Play the next."""
        self._attr_media_title = "The next one"
        self.note("next")

    async def async_media_previous_track(self) -> None:
        """Play the one before."""
        self._attr_media_title = "The one before"
        self.note("previous")

    async def async_select_source(self, source: str) -> None:
        """Choose what to show or play."""
        if self.state is MediaPlayerState.OFF:
            self._attr_state = MediaPlayerState.ON
        self._attr_source = source
        self.async_write_ha_state()

    async def async_play_media(
        self, media_type: MediaType | str, media_id: str, **kwargs: Any
    ) -> None:
        """Play this."""
        self._attr_state = MediaPlayerState.PLAYING
        self._attr_media_title, self._attr_media_artist = media_id, None
        self.note("play", media_id)

    async def async_browse_media(
        self,
        media_content_type: MediaType | str | None = None,
        media_content_id: str | None = None,
    ) -> BrowseMedia:
        """A library without anything in it."""
        return _media("Library", MediaClass.DIRECTORY, can_expand=True)

    async def async_search_media(self, query: SearchMediaQuery) -> SearchMedia:
        """One thing, named as what is looked for."""
        classes = query.media_filter_classes or [MediaClass.MUSIC]
        return SearchMedia(result=[_media(query.search_query, classes[0])])


def _media(title: str, media_class: MediaClass, can_expand: bool = False) -> BrowseMedia:
    return BrowseMedia(
        media_class=media_class,
        media_content_id=title,
        media_content_type=MediaType.MUSIC,
        title=title,
        can_play=not can_expand,
        can_expand=can_expand,
    )


class Satellite(Virtual, AssistSatelliteEntity):
    """What hears and announces in an area."""

    _attr_supported_features = AssistSatelliteEntityFeature.ANNOUNCE

    def async_get_configuration(self) -> AssistSatelliteConfiguration:
        """It listens to no wake word."""
        return AssistSatelliteConfiguration([], [], 1)

    async def async_set_configuration(self, config: AssistSatelliteConfiguration) -> None:
        """It cannot be configured."""

    def on_pipeline_event(self, event: Any) -> None:
        """No pipeline runs on it."""

    async def async_internal_announce(
        self, message: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Record it. Home Assistant's own would make it speech."""
        self.note("announce", message or "")
