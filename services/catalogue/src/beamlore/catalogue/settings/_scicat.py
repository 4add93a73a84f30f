"""How SciCat's own variables are read."""

from typing import Annotated, Any, TypeAlias

from pydantic import AliasChoices, BeforeValidator, Field
from pydantic_settings import NoDecode


def variable(name: str, default: Any, description: str, *, own: str = "", **constraints: Any) -> Any:
    """Return the field of one of SciCat's variables; ``BEAMLORE_<NAME>`` goes before ``<NAME>``.

    Args:
        name: the variable as SciCat's documentation has it, such as ``ADMIN_GROUPS``.
        default: its value where neither is set.
        description: what it is for; shown in the reference of the settings.
        own: our name for it, where it is another one.
        constraints: further arguments of pydantic's ``Field``.
    """
    return Field(
        default=default,
        validation_alias=AliasChoices(f"BEAMLORE_{own or name}", name),
        description=description,
        **constraints,
    )


def _listed(value: object) -> object:
    if isinstance(value, str):
        return tuple(part for one in value.split(",") if (part := one.strip()))
    return value


def _flag(value: object) -> object:
    if isinstance(value, str):
        return value.strip().lower() in ("true", "yes", "1", "on")
    return value


Listed: TypeAlias = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
"""Names written with commas between them."""

Flag: TypeAlias = Annotated[bool, BeforeValidator(_flag)]
"""`true`, `yes`, `1`, `on`; everything else is no."""
