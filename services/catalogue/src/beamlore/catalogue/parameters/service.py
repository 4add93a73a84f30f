"""What the parameters' routes do."""

import math
from collections.abc import Mapping
from typing import Any

from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.datasets.vocabulary import DATASETS
from beamlore.catalogue.filters.grammar import Condition
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.originals.repository import stored_paths
from beamlore.catalogue.parameters.repository import LOOKED_AT, ParameterRepository
from beamlore.core import Principal


class ParameterService:
    """Knows the values that metadata parameters take."""

    def __init__(self, ground: Ground) -> None:
        rights = DatasetRights(ground.policy, ground.settings)
        self._datasets = ParameterRepository(ground.database["Dataset"], rights, ground.settings.query_seconds)
        self._derived = ground.derived

    async def values(self, principal: Principal, condition: Condition, key: str, limit: int) -> dict[str, Any]:
        """Return the ranges and the most frequent values of a parameter, as sent: nothing is converted.

        Raises:
            FilterError: it cannot be the key of a metadata entry.
        """
        paths = stored_paths(DATASETS.field(f"{DATASETS.metadata}.{key}", "key", strict=True))
        where = await self._derived.of_documents(principal, condition)
        found = await self._datasets.values(principal, where, paths, limit)
        count = found["all"][0]["n"] if found["all"] else 0
        return {
            "key": key,
            "count": min(count, LOOKED_AT),
            "complete": count <= LOOKED_AT,
            "ranges": [_range(one) for one in found["ranges"] if _finite(one)],
            "values": [_value(one) for one in found["values"]],
        }


def _range(one: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {"smallest": float(str(one["smallest"])), "largest": float(str(one["largest"])), "count": one["count"]}
    return _with_unit(one["_id"]) | numbers


def _finite(one: Mapping[str, Any]) -> bool:
    return all(math.isfinite(float(str(one[end]))) for end in ("smallest", "largest"))


def _value(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"value": one["_id"].get("value"), **_with_unit(one["_id"].get("unit")), "count": one["count"]}


def _with_unit(unit: object) -> dict[str, Any]:
    return {"unit": unit} if isinstance(unit, str) and unit else {}
