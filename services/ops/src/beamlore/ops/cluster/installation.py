"""A release of the chart in a namespace: its objects, found by their labels."""

import base64
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from kubernetes import client, config
from kubernetes.client import ApiException
from kubernetes.config import ConfigException
from urllib3.exceptions import HTTPError

from beamlore.ops.errors import OpsError

T = TypeVar("T")

NOT_FOUND: Final = 404
COMPONENT: Final = "app.kubernetes.io/component"
_INSTANCE: Final = "app.kubernetes.io/instance"
_NAME: Final = "app.kubernetes.io/name"
_REQUEST_SECONDS: Final = 20


class Installation:
    """A release of the chart.

    Args:
        namespace: where it is; without it, the kubeconfig's.
        release: its name; without it, the only one in the namespace.

    Raises:
        OpsError: no cluster is reached, or there is no such release.
    """

    def __init__(self, namespace: str | None = None, release: str | None = None) -> None:
        self.namespace = _connect(namespace)
        self.api = client.ApiClient()
        self.core = client.CoreV1Api(self.api)
        self.apps = client.AppsV1Api(self.api)
        self.batch = client.BatchV1Api(self.api)
        self.networking = client.NetworkingV1Api(self.api)
        self.policy = client.PolicyV1Api(self.api)
        self.autoscaling = client.AutoscalingV2Api(self.api)
        self.release = release or self._only_release()

    def call(self, function: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Call a function of the API for the namespace, with a time limit.

        Raises:
            OpsError: the API server does not answer, or refuses.
        """
        try:
            return function(*arguments, namespace=self.namespace, _request_timeout=_REQUEST_SECONDS, **named)
        except ApiException as error:
            raise OpsError(
                f"Kubernetes refuses {_name(function)}: {error.status} {error.reason}.",
                way_out=_message(error),
            ) from error
        except HTTPError as error:
            raise OpsError(f"The API server does not answer: {str(error)[:200]}.") from error

    def find(self, function: Callable[..., T], name: str) -> T | None:
        """Read an object by its name; ``None`` where it is not there."""
        try:
            return self.call(function, name=name)
        except OpsError as error:
            if isinstance(error.__cause__, ApiException) and error.__cause__.status == NOT_FOUND:
                return None
            raise

    def list(self, function: Callable[..., Any], **labels: str) -> list[Any]:
        """Return the release's objects of a kind, by name; ``component="mongodb"`` narrows it."""
        selector = {_INSTANCE: self.release} | ({COMPONENT: labels["component"]} if "component" in labels else {})
        found = self.call(function, label_selector=",".join(f"{key}={value}" for key, value in selector.items()))
        return sorted(found.items, key=lambda one: str(one.metadata.name))

    def name_of(self, component: str) -> str:
        """Return the name of a component's objects."""
        return f"{self.fullname}-{component}"

    @property
    def fullname(self) -> str:
        """What names of the release's objects begin with: the chart's ``beamlore.fullname``."""
        return self.release if "beamlore" in self.release else f"{self.release}-beamlore"

    def secret(self, name: str) -> dict[str, str]:
        """Return what a secret holds.

        Raises:
            OpsError: it is not there.
        """
        found: Any = self.call(self.core.read_namespaced_secret, name=name)
        return {key: base64.b64decode(value).decode() for key, value in (found.data or {}).items()}

    def _only_release(self) -> str:
        found: Any = self.call(self.apps.list_namespaced_deployment, label_selector=f"{_NAME}=beamlore")
        stateful: Any = self.call(self.apps.list_namespaced_stateful_set, label_selector=f"{_NAME}=beamlore")
        releases = {_labels(one).get(_INSTANCE, "") for one in [*found.items, *stateful.items]} - {""}
        if len(releases) == 1:
            return str(releases.pop())
        raise OpsError(
            f"There {'are several releases' if releases else 'is no release'} of the chart in {self.namespace}.",
            way_out="'--namespace' and '--release' say which is meant.",
        )


def component_of(one: Any) -> str:
    """Return the component that an object belongs to."""
    return _labels(one).get(COMPONENT, "")


def _labels(one: Any) -> Mapping[str, str]:
    return one.metadata.labels or {}


def _connect(namespace: str | None) -> str:
    try:
        config.load_kube_config()  # type: ignore[no-untyped-call]
        _, context = config.list_kube_config_contexts()  # type: ignore[no-untyped-call]
        return namespace or str(context["context"].get("namespace") or "default")
    except ConfigException as outside:
        try:
            config.load_incluster_config()  # type: ignore[no-untyped-call]
        except ConfigException:
            raise OpsError(
                f"No cluster is known: {outside}.", way_out="KUBECONFIG names the file that tells of it."
            ) from outside
    return namespace or "default"


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", "a request")).replace("_namespaced", "").replace("_", " ")


def _message(error: ApiException) -> str:
    return str(error.body or "")[:300]
