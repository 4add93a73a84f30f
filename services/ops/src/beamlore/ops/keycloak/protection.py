"""What keeps others out of people's accounts: guessing of passwords, and addresses that nobody has proved.

Source: Keycloak's server administration guide, "Password guess: brute force attacks", "Password policies" and
"Managing user attributes"; OWASP ASVS 4.0.3, 2.1.1 and 2.2.1.
"""

from collections.abc import Mapping
from typing import Any, Final

BRUTE_FORCE: Final[Mapping[str, Any]] = {
    "bruteForceProtected": True,
    "permanentLockout": False,
    "failureFactor": 10,
    "bruteForceStrategy": "MULTIPLE",
    "waitIncrementSeconds": 60,
    "maxFailureWaitSeconds": 900,
    "maxDeltaTimeSeconds": 12 * 3600,
    "quickLoginCheckMilliSeconds": 1000,
    "minimumQuickLoginWaitSeconds": 60,
}
"""Ten wrong passwords lock an account for a minute, further ten for two, up to a quarter of an hour; never for good, so
that nobody can lock others out. At most a thousand passwords a day can be tried on one account."""

PASSWORD_POLICY: Final = "length(12) and notUsername(undefined) and notEmail(undefined)"  # noqa: S105 - a rule


def missing_protection(realm: Mapping[str, Any], *, is_demo: bool) -> dict[str, Any]:
    """Return what a realm has to be changed by; what its administrators have chosen themselves stays.

    Args:
        realm: its representation.
        is_demo: whether people's passwords are their names.
    """
    missing: dict[str, Any] = {}
    if not realm.get("bruteForceProtected"):
        missing |= BRUTE_FORCE
    if not realm.get("passwordPolicy") and not is_demo:
        missing["passwordPolicy"] = PASSWORD_POLICY
    return missing


def without_own_address(profile: Mapping[str, Any], realm: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a realm's user profile in which nobody changes their own address; ``None`` where it is so already.

    A realm that verifies addresses (``verifyEmail``, for which it must be able to send mail) keeps its profile: a
    changed address counts nowhere until it is verified.
    """
    if realm.get("verifyEmail"):
        return None
    attributes = [dict(one) for one in profile.get("attributes", ())]
    email = next((one for one in attributes if one.get("name") == "email"), None)
    allowed = dict((email or {}).get("permissions") or {})
    if email is None or "user" not in allowed.get("edit", ()):
        return None
    email["permissions"] = {**allowed, "edit": [who for who in allowed["edit"] if who != "user"]}
    return {**profile, "attributes": attributes}
