"""Reading the active configuration's attributes, within a budget that no device can break. Needs pytango."""

from beamlore.beamline.gather._gatherer import Gatherer

__all__ = ["Gatherer"]
