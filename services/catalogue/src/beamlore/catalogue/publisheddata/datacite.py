"""What DataCite and OAI-PMH providers are told.

Source: DataCite's REST API (https://support.datacite.org/reference/post_dois), MDS API
(https://support.datacite.org/docs/mds-api-guide) and metadata schema 4.6.
"""

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
import structlog

from beamlore.catalogue.answers import to_json
from beamlore.catalogue.names import names
from beamlore.catalogue.outgoing import path_of
from beamlore.catalogue.publisheddata.errors import RegistrationError
from beamlore.catalogue.settings import Settings
from beamlore.core import BoundedClient

log = structlog.get_logger(__name__)

_AS_IT_IS = names(
    "publicationYear subjects creators publisher contributors relatedItems relatedIdentifiers language dates sizes "
    "formats rightsList geoLocations fundingReferences"
)
_KERNEL = "http://datacite.org/schema/kernel-4"
_TAKEN = 422
_TOLD = 500


class Provider:
    """The facility's account at the DOI provider."""

    def __init__(self, settings: Settings) -> None:
        self._dois = settings.register_doi_uri.strip().rstrip("/")
        self._dois_v3 = settings.register_doi_uri_v3.strip().rstrip("/")
        self._metadata_v3 = settings.register_metadata_uri.strip().rstrip("/")
        self._oai = settings.oai_provider_route.strip().rstrip("/")
        self._oai_alone = settings.site == "PSI"
        self._url_prefix = settings.public_url_prefix
        password = settings.doi_password
        self._auth = httpx.BasicAuth(settings.doi_username, password.get_secret_value()) if password else None
        self._seconds = settings.http_timeout / 1000

    async def register(self, published: Mapping[str, Any]) -> None:
        """Register a DOI with its metadata, as v4 does; nowhere where no provider is set.

        A DOI that is registered already is brought up to date: an earlier attempt may have come as far as that.

        Raises:
            RegistrationError: the provider did not take it.
        """
        if not self._dois:
            log.info("no DOI provider is set", doi=published["doi"])
            return
        body = to_json(self.document(published))
        headers = {"Accept": "application/vnd.api+json", "Content-Type": "application/vnd.api+json"}
        answer = await self._send("POST", self._dois, content=body, headers=headers, also=_TAKEN)
        if answer.status_code == _TAKEN:
            if "taken" not in answer.text:
                raise _refused(answer)
            await self._send("PUT", f"{self._dois}/{path_of(published['doi'])}", content=body, headers=headers)

    async def register_v3(self, published: Mapping[str, Any], former: Mapping[str, Any]) -> str | None:
        """Register a DOI with its metadata, as v3 does; return what the provider answered, ``None`` without one.

        Args:
            published: as v4 shows it.
            former: the same as v3 shows it.

        Raises:
            RegistrationError: the provider did not take it.
        """
        if self._oai_alone:
            if not self._oai:
                return None
            return (await self._send("POST", self._oai, content=to_json(published), headers=_JSON)).text
        if not self._metadata_v3 or not self._dois_v3:
            return None
        doi = str(former["doi"])
        answer = await self._send(
            "PUT",
            f"{self._metadata_v3}/{path_of(doi)}",
            content=kernel_xml(former),
            headers={"Content-Type": "application/xml;charset=UTF-8"},
        )
        # Encoded twice: the slash must still be encoded when DataCite has decoded the address.
        address = f"{self._url_prefix}{quote(quote(doi, safe=''), safe='')}"
        await self._send(
            "PUT",
            f"{self._dois_v3}/{path_of(doi)}",
            content=f"doi={doi}\nurl={address}".encode(),
            headers={"Content-Type": "text/plain;charset=UTF-8"},
        )
        return answer.text

    async def resync(self, doi: str, published: Mapping[str, Any]) -> Any:
        """Tell the OAI provider what published data are now; return its answer, ``None`` without one.

        Raises:
            RegistrationError: the provider did not take it.
        """
        if not self._oai:
            return None
        address = f"{self._oai}/{quote(quote(doi, safe=''), safe='')}"
        answer = await self._send("PUT", address, content=to_json(published), headers=_JSON)
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if is_json else answer.text

    def document(self, published: Mapping[str, Any]) -> dict[str, Any]:
        """Return the JSON:API document of a DOI that is published."""
        metadata = published.get("metadata") or {}
        doi = str(published["doi"])
        about = {"description": published.get("abstract"), "descriptionType": "Abstract", "lang": "en"}
        attributes = {
            "event": "publish",
            "doi": doi,
            "titles": [{"title": published.get("title"), "lang": "en"}],
            "descriptions": [about, *(metadata.get("descriptions") or [])],
            "types": {"resourceTypeGeneral": "Dataset", "resourceType": metadata.get("resourceType")},
            "url": self._landing_page(metadata.get("landingPage"), doi),
            **{name: metadata[name] for name in _AS_IT_IS if metadata.get(name) is not None},
        }
        return {"data": {"type": "dois", "attributes": attributes}}

    def _landing_page(self, given: object, doi: str) -> str:
        encoded = quote(doi, safe="")
        if not isinstance(given, str) or not given:
            return f"{self._url_prefix}{encoded}"
        return f"{given if given.startswith(('https://', 'http://')) else f'https://{given}'}{encoded}"

    async def _send(
        self, method: str, address: str, *, content: bytes, headers: Mapping[str, str], also: int | None = None
    ) -> httpx.Response:
        """Send a request; return the answer where it is a success, or has the status ``also``."""
        try:
            async with BoundedClient(seconds=self._seconds, auth=self._auth, trust_env=False) as client:
                answer = await client.request(method, address, content=content, headers=dict(headers))
        except httpx.HTTPError as error:
            log.warning("the provider cannot be reached", address=address, error=repr(error))
            raise RegistrationError(f"the provider at {address} cannot be reached; try again later") from error
        if not answer.is_success and answer.status_code != also:
            raise _refused(answer)
        return answer


_JSON = {"Content-Type": "application/json;charset=UTF-8"}


def kernel_xml(former: Mapping[str, Any]) -> bytes:
    """Return the metadata in DataCite's XML, from v3's fields; names are read as *given name, family name*."""
    ElementTree.register_namespace("", _KERNEL)
    root = ElementTree.Element(f"{{{_KERNEL}}}resource")

    def add(parent: ElementTree.Element, name: str, text: object = None, **attributes: str) -> ElementTree.Element:
        element = ElementTree.SubElement(parent, f"{{{_KERNEL}}}{name}", attributes)
        if text is not None:
            element.text = str(text)
        return element

    add(root, "identifier", former.get("doi"), identifierType="DOI")
    creators = add(root, "creators")
    for author in dict.fromkeys(former.get("creator") or ()):
        given, _, family = str(author).partition(" ")
        creator = add(creators, "creator")
        add(creator, "creatorName", f"{family}, {given}" if family else given)
        if family:
            add(creator, "givenName", given)
            add(creator, "familyName", family)
        if former.get("affiliation"):
            add(creator, "affiliation", former["affiliation"])
    add(add(root, "titles"), "title", former.get("title"))
    add(root, "publisher", former.get("publisher"))
    add(root, "publicationYear", former.get("publicationYear"))
    add(root, "resourceType", former.get("resourceType"), resourceTypeGeneral="Dataset")
    add(add(root, "descriptions"), "description", former.get("abstract"), descriptionType="Abstract")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root)


def _refused(answer: httpx.Response) -> RegistrationError:
    log.warning("the provider refused", address=str(answer.url), status=answer.status_code, answer=answer.text[:_TOLD])
    return RegistrationError(f"the provider at {answer.url} refused with {answer.status_code}: {answer.text[:_TOLD]}")
