"""Run by `helm test`: the page, its settings, a login as a service and the catalogue's answers, by the front door.

Environment: WEB (the front door's address in the cluster), BEAMLORE_OIDC_ISSUER, BEAMLORE_OIDC_BACKCHANNEL_URL where
services reach it elsewhere, BEAMLORE_CLIENT_ID, BEAMLORE_CLIENT_SECRET.
"""

import os
import sys
from collections.abc import Callable

import httpx

ISSUER = os.environ["BEAMLORE_OIDC_ISSUER"]
REALM = os.environ.get("BEAMLORE_OIDC_BACKCHANNEL_URL", ISSUER).rstrip("/")


def expect(found: object, text: str) -> None:
    """Raise with the text where something was not found."""
    if not found:
        raise ValueError(text)


def the_page_is_served(web: httpx.Client) -> None:
    """The web app comes with a policy of what it may load."""
    page = web.get("/").raise_for_status()
    expect('<div id="root"' in page.text, f"not the web app: {page.text[:200]}")
    expect("default-src" in page.headers.get("content-security-policy", ""), "no Content-Security-Policy")


def the_page_knows_where_to_log_in(web: httpx.Client) -> None:
    """config.json names the issuer the services believe."""
    issuer = web.get("/config.json").raise_for_status().json()["oidc"]["issuer"]
    expect(issuer == ISSUER, f"the page logs in at {issuer}, the services believe {ISSUER}")


def the_catalogue_answers_anonymous_readers(web: httpx.Client) -> None:
    """Public data need no login."""
    answer = web.get("/api/v3/datasets", params={"limit": 1}).raise_for_status()
    expect(isinstance(answer.json(), list), f"not a list: {answer.text[:200]}")


def a_service_logs_in_and_is_known(web: httpx.Client) -> None:
    """A token of the identity provider is taken by the catalogue."""
    description = httpx.get(f"{REALM}/.well-known/openid-configuration", timeout=20).raise_for_status().json()
    expect(description["issuer"] == ISSUER, f"the issuer is {description['issuer']}, the services believe {ISSUER}")
    credentials = (os.environ["BEAMLORE_CLIENT_ID"], os.environ["BEAMLORE_CLIENT_SECRET"])
    answer = httpx.post(
        description["token_endpoint"], data={"grant_type": "client_credentials"}, auth=credentials, timeout=20
    )
    headers = {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}
    web.get("/api/v3/datasets", params={"limit": 1}, headers=headers).raise_for_status()
    refused = web.get("/api/v3/datasets", headers={"Authorization": "Bearer no.such.token"})
    expect(refused.status_code == 401, f"a wrong token was answered with {refused.status_code}")


def main() -> int:
    """Run all checks and say what each found."""
    checks: list[Callable[[httpx.Client], None]] = [
        the_page_is_served,
        the_page_knows_where_to_log_in,
        the_catalogue_answers_anonymous_readers,
        a_service_logs_in_and_is_known,
    ]
    failed = 0
    with httpx.Client(base_url=os.environ["WEB"], timeout=20) as web:
        for check in checks:
            name = check.__name__.replace("_", " ")
            try:
                check(web)
            except (httpx.HTTPError, KeyError, ValueError) as error:
                failed += 1
                print(f"FAILED  {name}: {error}")
            else:
                print(f"ok      {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
