"""Where the catalogue listens, its database and its identity provider; SciCat's variables for these are taken too."""

from typing import Self

from pydantic import BaseModel, Field, SecretStr, model_validator
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from beamlore.catalogue.settings._scicat import Flag, Listed, variable
from beamlore.core import HttpSettings, IdentityCheckSettings, MongoSettings

_USUAL_DATABASE = "test"


class FrontendClient(BaseModel):
    """Where a frontend's browsers go after a login."""

    success_url: str = Field(default="/auth-callback", description="Gets the token in its query.")
    return_url: str = Field(default="/datasets", description="Where the frontend shall go from there.")


class ServerSettings(HttpSettings, IdentityCheckSettings, MongoSettings):
    """What SciCat calls `PORT`, `MONGODB_URI` and `OIDC_*`."""

    http_port: int = variable("PORT", 8000, "Port to listen on.", own="HTTP_PORT", ge=0, le=65535)
    swagger_path: str = variable(
        "SWAGGER_PATH",
        "explorer",
        "Path of the page that lists all operations; their OpenAPI is at `/<path>-json` and `/<path>-yaml`.",
        pattern=r"^/?[\w-]+(/[\w-]+)*/?$",
    )
    mongo_url: SecretStr = variable(
        "MONGODB_URI", ..., "Connection string of the replica set; carries the password.", own="MONGO_URL"
    )
    mongo_database: str = Field(default="", description="The database; without it, the one `MONGODB_URI` names.")
    oidc_issuer: str = variable(
        "OIDC_ISSUER", "", "The `iss` of the identity provider's tokens, exactly as they carry it; empty for none."
    )
    client_id: str = variable("OIDC_CLIENT_ID", "", "The catalogue's own client.", own="CLIENT_ID")
    client_secret: SecretStr = variable("OIDC_CLIENT_SECRET", SecretStr(""), "Its secret.", own="CLIENT_SECRET")
    oidc_callback_url: str = variable(
        "OIDC_CALLBACK_URL", "", "Where the provider sends browsers back; without it, found by the request's address."
    )
    oidc_scope: str = variable("OIDC_SCOPE", "openid profile email", "What is asked of the provider.")
    oidc_clients: dict[str, FrontendClient] = Field(
        default={"scicat": FrontendClient()},
        description="Frontends: `OIDC_SUCCESS_URL` and `OIDC_RETURN_URL`; for each further one of "
        "`OIDC_FRONTEND_CLIENTS`, `OIDC_<CLIENT>_SUCCESS_URL` and `OIDC_<CLIENT>_RETURN_URL`.",
    )
    oidc_id_token_audiences: frozenset[str] = Field(
        default=frozenset({"beamlore", "beamlore-web", "beamlore-cli"}),
        description="Clients whose ID tokens `auth/oidc/token` takes, beside the catalogue's own.",
    )
    oidc_additional_authorized_parties: Listed = variable(
        "OIDC_ADDITIONAL_AUTHORIZED_PARTIES", (), "More such clients, by SciCat's name for them."
    )
    oidc_auto_logout: Flag = variable(
        "OIDC_AUTO_LOGOUT", True, "Whether a logout also leads to the identity provider's."
    )
    logout_url: str = variable("LOGOUT_URL", "", "That address; without it, the one the provider names.")
    oidc_userinfo_id: str = variable(
        "OIDC_USERINFO_MAPPING_FIELD_ID", "sub", "Claim that identifies people for good.", own="OIDC_USERINFO_ID"
    )
    oidc_userinfo_username: Listed = variable(
        "OIDC_USERINFO_MAPPING_FIELD_USERNAME",
        (),
        "Claims that are the user name, joined by `_`; else `preferred_username` or `name`.",
        own="OIDC_USERINFO_USERNAME",
    )
    oidc_userinfo_displayname: str = variable(
        "OIDC_USERINFO_MAPPING_FIELD_DISPLAYNAME", "name", "Claim that is the name.", own="OIDC_USERINFO_DISPLAYNAME"
    )
    oidc_userinfo_email: str = variable(
        "OIDC_USERINFO_MAPPING_FIELD_EMAIL", "email", "Claim that is the address.", own="OIDC_USERINFO_EMAIL"
    )
    oidc_userinfo_photo: str = variable(
        "OIDC_USERINFO_MAPPING_FIELD_THUMBNAILPHOTO",
        "thumbnailPhoto",
        "Claim that is a JPEG.",
        own="OIDC_USERINFO_PHOTO",
    )
    oidc_userinfo_provider: str = variable(
        "OIDC_USERINFO_MAPPING_FIELD_PROVIDER", "iss", "Claim that names the provider.", own="OIDC_USERINFO_PROVIDER"
    )
    oidc_userquery_operator: str = variable(
        "OIDC_USERQUERY_OPERATOR", "or", "`and` or `or`: whether all or any of these must be the same."
    )
    oidc_userquery_filter: Listed = variable(
        "OIDC_USERQUERY_FILTER",
        ("username:username", "email:email"),
        "By what a person is found who has a record already: a user's field, `:`, and what the provider calls it.",
    )

    @model_validator(mode="after")
    def _named_database(self) -> Self:
        """Take the database from the connection string where it is named nowhere else."""
        if self.mongo_database:
            return self
        try:
            found = parse_uri(self.mongo_url.get_secret_value()).get("database")
        except PyMongoError as error:
            raise ValueError("MONGODB_URI is not a connection string of MongoDB") from error
        object.__setattr__(self, "mongo_database", found or _USUAL_DATABASE)
        return self
