"""What is sent about users. Source: SciCat's OpenAPI (``CreateUserSettingsDto``, ``CreateCustomJwt`` …)."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_TEXT = 1024


class UserModel(BaseModel):
    """The base: SciCat's clients send more than is read, such as what they were shown before."""

    model_config = ConfigDict(extra="ignore")


class SettingsBody(UserModel):
    """A user's settings; what is not given stays as it is."""

    datasetCount: float | None = Field(default=None, description="Datasets to a page.")  # noqa: N815 - SciCat's name
    jobCount: float | None = Field(default=None, description="Jobs to a page.")  # noqa: N815 - SciCat's name
    externalSettings: dict[str, Any] | None = Field(default=None)  # noqa: N815 - SciCat's name


class OwnPassword(UserModel):
    """A new password, proved by the present one."""

    currentPassword: str = Field(min_length=1, max_length=_TEXT, repr=False)  # noqa: N815 - SciCat's name
    newPassword: str = Field(min_length=1, max_length=_TEXT, repr=False)  # noqa: N815 - SciCat's name
    confirmPassword: str = Field(min_length=1, max_length=_TEXT, repr=False)  # noqa: N815 - SciCat's name


class NewPassword(UserModel):
    """A new password for somebody else."""

    newPassword: str = Field(min_length=1, max_length=_TEXT, repr=False)  # noqa: N815 - SciCat's name
    confirmPassword: str = Field(min_length=1, max_length=_TEXT, repr=False)  # noqa: N815 - SciCat's name


class CustomToken(UserModel):
    """How long a token shall hold: seconds, a time such as ``2 days``, or ``never``."""

    expiresIn: str | float | None = None  # noqa: N815 - SciCat's name


class Message(BaseModel):
    """What was done."""

    message: str


class Token(BaseModel):
    """A token."""

    jwt: str


class ReturnedUser(BaseModel):
    """A user as it is shown."""

    model_config = ConfigDict(extra="allow")

    id: str
    username: str
    email: str
    emailVerified: bool | None = None  # noqa: N815 - SciCat's name
    realm: str | None = None
    authStrategy: str  # noqa: N815 - SciCat's name


class ReturnedSettings(BaseModel):
    """A user's settings as they are shown."""

    model_config = ConfigDict(extra="allow")

    id: str | None = None
    userId: str  # noqa: N815 - SciCat's name
    datasetCount: float  # noqa: N815 - SciCat's name
    jobCount: float  # noqa: N815 - SciCat's name
    externalSettings: dict[str, Any]  # noqa: N815 - SciCat's name


class ReturnedIdentity(BaseModel):
    """What an identity provider said of a user, as it is shown."""

    model_config = ConfigDict(extra="allow")

    id: str
    userId: str  # noqa: N815 - SciCat's name
    authStrategy: str | None = None  # noqa: N815 - SciCat's name
    provider: str | None = None
    externalId: str | None = None  # noqa: N815 - SciCat's name
    profile: dict[str, Any]
    created: datetime | None = None
    modified: datetime | None = None


class MayCreate(BaseModel):
    """Whether somebody may."""

    authorization: bool
