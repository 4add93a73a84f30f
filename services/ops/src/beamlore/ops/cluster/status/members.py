"""MongoDB's members: each is asked how it is, through the API server's port-forward and without logging in.

MongoDB's manual, "Wire Protocol" (OP_MSG) and "hello": a member answers this to anyone who reaches it.
"""

import struct
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from typing import Any, Final

import bson
from kubernetes import client
from kubernetes.client import ApiException
from kubernetes.stream import portforward
from urllib3.exceptions import HTTPError

from beamlore.ops.cluster.installation import Installation, component_of
from beamlore.ops.cluster.status.models import Member

MONGODB: Final = ("mongodb", "mongodb-arbiter")
_PORT: Final = 27017
_SECONDS: Final = 5
_HEADER: Final = struct.Struct("<iiii")
_OP_MSG: Final = 2013
_BEFORE_DOCUMENT: Final = 5
"""Bytes of an OP_MSG between its header and its document: flags and the kind of section."""


def look_at_members(installation: Installation) -> list[Member]:
    """Return how each member of MongoDB's replica set says it is."""
    pods = [
        pod
        for pod in installation.list(installation.core.list_namespaced_pod)
        if component_of(pod) in MONGODB and pod.metadata.deletion_timestamp is None
    ]
    said = {str(pod.metadata.name): hello(installation, str(pod.metadata.name)) for pod in pods}
    newest = max((at for one in said.values() if one and (at := _last_write(one))), default=None)
    return [Member(pod=name, state=_state(one), lag_seconds=_lag(one, newest)) for name, one in said.items()]


def hello(installation: Installation, pod: str) -> Mapping[str, Any] | None:
    """Return what a member says of itself; ``None`` where it does not answer."""
    request = bson.encode({"hello": 1, "$db": "admin"})
    length = _HEADER.size + _BEFORE_DOCUMENT + len(request)
    message = _HEADER.pack(length, 1, 0, _OP_MSG) + bytes(_BEFORE_DOCUMENT) + request
    try:
        # The library turns a client into one of websockets while it is used: each call has its own.
        forwarded = portforward(
            client.CoreV1Api(client.ApiClient()).connect_get_namespaced_pod_portforward,
            pod,
            installation.namespace,
            ports=str(_PORT),
        )
        with closing(forwarded.socket(_PORT)) as connection:
            connection.settimeout(_SECONDS)
            connection.sendall(message)
            (size, *_) = _HEADER.unpack(_receive(connection, _HEADER.size))
            answer = _receive(connection, size - _HEADER.size)
    except (ApiException, HTTPError, OSError):
        return None
    return bson.decode(answer[_BEFORE_DOCUMENT:], bson.CodecOptions(tz_aware=True))


def _receive(connection: Any, size: int) -> bytes:
    received = b""
    while len(received) < size:
        more = connection.recv(size - len(received))
        if not more:
            raise ConnectionResetError
        received += more
    return received


def _state(said: Mapping[str, Any] | None) -> str:
    if said is None:
        return "does not answer"
    for key, state in (("isWritablePrimary", "PRIMARY"), ("secondary", "SECONDARY"), ("arbiterOnly", "ARBITER")):
        if said.get(key):
            return state
    return "not in the set" if "setName" not in said else "neither primary nor secondary"


def _last_write(said: Mapping[str, Any]) -> datetime | None:
    if said.get("arbiterOnly"):
        return None
    at = said.get("lastWrite", {}).get("lastWriteDate")
    return at if isinstance(at, datetime) else None


def _lag(said: Mapping[str, Any] | None, newest: datetime | None) -> float | None:
    at = _last_write(said) if said else None
    return (newest - at).total_seconds() if at and newest else None
