"""A home with traps: names used twice, aliases, names inside of names, things without an area."""

from __future__ import annotations

import pytest

from custom_components.llmos_assistant.home.inventory import Area, Entity, Floor, Home


@pytest.fixture(scope="session")
def home() -> Home:
    """Two floors, eight rooms."""
    return Home(
        floors=(
            Floor("ground", "Ground Floor", ("downstairs floor",), 0),
            Floor("second", "2nd Floor", ("attic floor",), 1),
        ),
        areas=(
            Area("kitchen", "Kitchen", ("cookhouse",), "ground"),
            Area("living", "Living Room", ("lounge",), "ground", "sensor.living_temperature"),
            Area("hall", "Hallway", (), "ground"),
            Area("garage", "Garage", (), "ground"),
            Area("bedroom", "Bedroom", (), "second"),
            Area("lou", "Lou's Room", (), "second"),
            Area("office", "Office", (), "second"),
            Area("garden", "Garden"),
        ),
        entities=(
            Entity("light.kitchen_1", "Overhead Light", area_id="kitchen"),
            Entity("light.kitchen_2", "Kitchen Counter Light", area_id="kitchen"),
            Entity("light.living", "Reading Lamp", ("book light",), area_id="living"),
            Entity("light.play", "Play Corner", area_id="living"),
            Entity("light.bedroom", "Bedroom Lamp", area_id="bedroom"),
            Entity("light.bedroom_2", "Overhead Light", area_id="bedroom"),
            Entity("light.lou_1", "Bed Light 1", area_id="lou"),
            Entity("light.lou_2", "Bed Light 2", area_id="lou"),
            Entity("fan.living", "Ceiling Fan", area_id="living"),
            Entity("switch.coffee", "Coffee Machine", ("espresso",), "outlet", "kitchen"),
            Entity("cover.living_left", "Left Blind", (), "shade", "living"),
            Entity("cover.living_right", "Right Blind", (), "shade", "living"),
            Entity("cover.garage", "Garage Door", (), "garage", "garage"),
            Entity("light.garage", "Garage Light", area_id="garage"),
            Entity("lock.front", "Front Door", area_id="hall"),
            Entity("binary_sensor.front", "Front Door", (), "door", "hall", "off"),
            Entity("binary_sensor.window", "Bedroom Window", (), "window", "bedroom", "on"),
            Entity("climate.hall", "Ecobee", area_id="hall"),
            Entity("climate.lou", "Radiator Valve", area_id="lou"),
            Entity(
                "sensor.living_temperature", "Climate Sensor", (), "temperature", "living", "21"
            ),
            Entity(
                "sensor.bedroom_temperature",
                "Bedside Thermometer",
                (),
                "temperature",
                "bedroom",
                "19",
            ),
            Entity("media_player.living", "TV", (), "tv", "living", "playing"),
            Entity("switch.tv", "TV", area_id="living"),
            Entity("media_player.kitchen", "Kitchen Speaker", (), "speaker", "kitchen", "idle"),
            Entity("media_player.office", "Office Speaker", (), "speaker", "office", "idle"),
            Entity("vacuum.rosie", "Rosie"),
            Entity("valve.main", "Main Valve"),
            Entity("scene.movie", "Movie Night"),
            Entity("todo.chores", "Chores"),
            Entity("weather.home", "Forecast"),
            Entity("person.jane", "Jane", state="home"),
        ),
    )
