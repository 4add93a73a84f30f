"""Who logs in and how: SciCat's variables for functional accounts, tokens, LDAP and groups, and our own."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from beamlore.catalogue.settings._scicat import Flag, Listed, variable

_NO_SECRET = SecretStr("")


class TokenSettings(BaseSettings):
    """The tokens of the login routes, service tokens, and how often a login may fail."""

    token_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Signs the tokens of SciCat's login routes; the same for all processes. Without it they are "
        "signed with `JWT_SECRET`, or else with a key derived from the client secret.",
    )
    jwt_secret: SecretStr | None = variable(
        "JWT_SECRET", None, "SciCat's secret: signs the tokens where there is no token secret; its own are taken."
    )
    token_lifetime_seconds: int = variable(
        "JWT_EXPIRES_IN", 3600, "Seconds such a token holds.", own="TOKEN_LIFETIME_SECONDS", ge=60
    )
    session_seconds: int = Field(
        default=24 * 3600,
        ge=60,
        description="How long after a login its tokens can be renewed (`users/jwt`). A login at the identity provider "
        "ends before, where it ends there.",
    )
    jwt_never_expires: str = variable("JWT_NEVER_EXPIRES", "100y", "How long a token holds that never expires.")
    functional_accounts_file: Path | None = variable(
        "FUNCTIONAL_ACCOUNTS_FILE",
        None,
        "SciCat's functionalAccounts.json; without it, the one in the working directory, if there is one.",
    )
    ingest_roles: Listed = Field(
        default=(),
        description="Roles of functional accounts that may see and write every dataset, as the ingestor does; none are "
        "by default, as in SciCat.",
    )
    login_failures: str = Field(
        default="10/minute;100/hour", description="How often a login with one name from one address may fail."
    )
    login_failures_of_address: str = Field(
        default="60/minute;600/hour", description="How often logins from one address may fail, whatever the name."
    )
    service_token_days: int = Field(default=365, ge=1, description="Longest time a service token holds, in days.")


class LdapSettings(BaseSettings):
    """LDAP or Active Directory."""

    ldap_url: str = variable("LDAP_URL", "", "`ldaps://host:port`; empty where there is none.")
    ldap_bind_dn: str = variable("LDAP_BIND_DN", "", "Who searches for the people who log in.")
    ldap_bind_credentials: SecretStr = variable("LDAP_BIND_CREDENTIALS", _NO_SECRET, "Their password.")
    ldap_search_base: str = variable("LDAP_SEARCH_BASE", "", "Where people are.")
    ldap_search_filter: str = variable(
        "LDAP_SEARCH_FILTER", "(uid={{username}})", "Which of them logs in; `{{username}}` is what they entered."
    )
    ldap_group_search_base: str = variable("LDAP_GROUP_SEARCH_BASE", "", "Where groups are; empty to ask for none.")
    ldap_group_search_filter: str = variable(
        "LDAP_GROUP_SEARCH_FILTER", "(member={{dn}})", "Which groups somebody is in; `{{dn}}` is their entry."
    )
    ldap_external_id: str = variable("LDAP_EXTERNAL_ID", "sAMAccountName", "Attribute that identifies people for good.")
    ldap_username_attr: str = variable("LDAP_USERNAME_ATTR", "displayName", "Attribute that is their user name.")


class AccessGroupSettings(BaseSettings):
    """Where the groups of who logs in come from."""

    access_groups_static_enabled: Flag = variable("ACCESS_GROUPS_STATIC_ENABLED", True, "Groups that everyone is in.")
    access_groups_static_values: Listed = variable("ACCESS_GROUPS_STATIC_VALUES", (), "Those groups.")
    access_groups_oidcpayload_enabled: Flag = variable(
        "ACCESS_GROUPS_OIDCPAYLOAD_ENABLED", True, "Groups from a claim of the identity provider."
    )
    oidc_access_groups_property: str = variable("OIDC_ACCESS_GROUPS_PROPERTY", "groups", "That claim.")
    access_groups_ldappayload_enabled: Flag = variable(
        "ACCESS_GROUPS_LDAPPAYLOAD_ENABLED", False, "Groups from the LDAP directory."
    )
    ldap_access_groups_property: str = variable(
        "LDAP_ACCESS_GROUPS_PROPERTY", "cn", "Attribute of an LDAP group that is its name."
    )
    access_groups_rest_enabled: Flag = variable("ACCESS_GROUPS_REST_ENABLED", False, "Groups from a REST service.")
    access_groups_service_rest_api_url: str = variable(
        "ACCESS_GROUPS_SERVICE_REST_API_URL", "", "Its address; `{userId}` stands for the user. Answers a JSON list."
    )
    access_groups_service_rest_auth_key: str = variable(
        "ACCESS_GROUPS_SERVICE_REST_AUTH_KEY", "Authorization", "Header that carries its secret."
    )
    access_groups_service_rest_auth_value: SecretStr = variable(
        "ACCESS_GROUPS_SERVICE_REST_AUTH_VALUE", _NO_SECRET, "That secret."
    )
    access_groups_service_rest_user_id_field: str = variable(
        "ACCESS_GROUPS_SERVICE_REST_USER_ID_FIELD",
        "userId",
        "What it knows users by: `userId`, `username`, `email`, or a claim such as `payload.sub`.",
    )
    access_groups_graphql_enabled: Flag = variable("ACCESS_GROUPS_GRAPHQL_ENABLED", False, "Groups from GraphQL.")
    access_group_service_api_url: str = variable("ACCESS_GROUP_SERVICE_API_URL", "", "Its address.")
    access_group_service_token: SecretStr = variable("ACCESS_GROUP_SERVICE_TOKEN", _NO_SECRET, "Its bearer token.")
    access_group_service_query: str = variable(
        "ACCESS_GROUP_SERVICE_QUERY",
        '{ userByOIDCSub(oidcSub: "{{userId}}") { proposals { proposalId } } }',
        "The query, in place of SciCat's `ACCESS_GROUP_SERVICE_HANDLER`, which is a program.",
    )
    access_group_service_groups: str = variable(
        "ACCESS_GROUP_SERVICE_GROUPS",
        "data.userByOIDCSub.proposals[].proposalId",
        "Where in the answer the groups are (JMESPath).",
    )
    http_timeout: int = variable("HTTP_TIMEOUT", 5000, "Milliseconds that other services are waited for.", ge=1)


class IdentitySettings(TokenSettings, LdapSettings, AccessGroupSettings):
    """All of these."""
