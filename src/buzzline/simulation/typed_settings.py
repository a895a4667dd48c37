"""Settings as a person types them: `learning_rate=0.1`, or `gatekeepers@Medellín=0.5`."""

from __future__ import annotations

from collections.abc import Sequence

from buzzline.errors import InvalidArgument
from buzzline.simulation.settings import MINIMAL, Settings, checked
from buzzline.simulation.starting import place_named
from buzzline.simulation.world import Places

MODELS = {"full": Settings(), "minimal": MINIMAL}


def typed_settings(words: Sequence[str], places: Places) -> Settings:
    """Return settings from words.

    Parameters
    ----------
    words : sequence of str
        "minimal" (only the core of the model) or "full", then `parameter=value` everywhere or
        `parameter@place=value` in one place; later words win.
    places : Places

    Raises
    ------
    InvalidArgument
        No such parameter, place or value.

    Examples
    --------
    >>> from buzzline.simulation.starting import world_of_settings
    >>> places = world_of_settings(2, 1, rng=1).places
    >>> found = typed_settings(["forgetting=0.05", f"forgetting@{places.ids[1]}=0"], places)
    >>> found.value("forgetting"), found.by_place["forgetting"]
    (0.05, {1: 0.0})
    """
    settings = Settings()
    for word in words:
        if word in MODELS:
            settings = MODELS[word]
            continue
        name, place, value = _parts(word)
        if place:
            settings = settings.at_place(place_named(places, place), **{name: value})
        else:
            settings = settings.with_values(**{name: value})
    return settings


def known_words(words: Sequence[str]) -> None:
    """Refuse words that are no settings in any world, before there is one.

    Raises
    ------
    InvalidArgument
        No such parameter or value; places are looked at by `typed_settings`.

    Examples
    --------
    >>> known_words(["minimal", "forgetting@Turin=0.05"])
    """
    for word in words:
        if word not in MODELS:
            _parts(word)


def _parts(word: str) -> tuple[str, str, float]:
    left, equals, right = word.rpartition("=")
    name, _, place = left.partition("@")
    try:
        value = float(right)
    except ValueError:
        equals = ""
    if not equals:
        raise InvalidArgument(
            f"simulation: {word!r} is no setting. Write parameter=value or "
            'parameter@place=value, such as "learning_rate=0.1"; or "minimal" or "full".'
        )
    return name, place, checked(name, value)
