"""Which scene has which painter."""

from collections.abc import Callable

from . import scenes_city, scenes_fields, scenes_inside, scenes_land, scenes_things, scenes_travel
from .painting import Canvas

SCENES: dict[str, Callable[[Canvas], None]] = {
    "apricots": scenes_fields.apricots,
    "books": scenes_things.books,
    "chess": scenes_things.chess,
    "clinic": scenes_things.clinic,
    "cotton": scenes_fields.cotton,
    "dam": scenes_land.dam,
    "decline": scenes_city.decline,
    "dojo": scenes_inside.dojo,
    "freight": scenes_travel.freight,
    "glacier": scenes_land.glacier,
    "growth": scenes_city.growth,
    "lemons": scenes_fields.lemons,
    "mountains": scenes_land.mountains,
    "mudflow": scenes_land.mudflow,
    "museum": scenes_things.museum,
    "network": scenes_city.network,
    "plane": scenes_travel.plane,
    "road": scenes_travel.road,
    "school": scenes_city.school,
    "skyline": scenes_city.skyline,
    "snow": scenes_land.snow,
    "solar": scenes_fields.solar,
    "stadium": scenes_city.stadium,
    "storm": scenes_land.storm,
    "summit": scenes_inside.summit,
    "theatre": scenes_inside.theatre,
    "train": scenes_travel.train,
    "wheat": scenes_fields.wheat,
}
