"""Ways from this machine's loopback to pods, on any cluster: through the API server's port-forward.

Unlike `kubectl port-forward` a way is not tied to a pod: each connection goes to one that is ready at that moment, as
through a load balancer.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from kubernetes import client
from kubernetes.client import ApiException
from kubernetes.stream import portforward

from tests.cluster.kube import Kube

Chooser = Callable[[], Awaitable[str | None]]
_BLOCK = 65536


class Way:
    """127.0.0.1:port → a port of a pod that is chosen anew for every connection. Use as ``async with``."""

    def __init__(self, namespace: str, port: int, choose: Chooser, local_port: int = 0) -> None:
        self._namespace = namespace
        self._port = port
        self._choose = choose
        self.local_port = local_port
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Way":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.local_port)
        self.local_port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far: asyncio.StreamWriter | None = None
        try:
            pod = await self._choose()
            if pod is None:
                return
            far_reader, far = await self._dial(pod)
            # Whichever side ends, the connection ends: a port-forward knows no half-closed one.
            ways = [asyncio.create_task(_pass_on(reader, far)), asyncio.create_task(_pass_on(far_reader, writer))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except (ApiException, OSError):
            pass
        finally:
            for one in (writer, far):
                if one is not None:
                    one.close()

    async def _dial(self, pod: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        def dialled() -> Any:
            # The library turns a client into one of websockets while it is used: each call has its own.
            api = client.CoreV1Api(client.ApiClient())
            return portforward(
                api.connect_get_namespaced_pod_portforward, pod, self._namespace, ports=str(self._port)
            ).socket(self._port)

        wrapped = await asyncio.to_thread(dialled)
        wrapped.setblocking(False)
        return await asyncio.open_unix_connection(sock=wrapped._socket)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while block := await reader.read(_BLOCK):
        writer.write(block)
        await writer.drain()


def ready_pod_of(kube: Kube, namespace: str, service: str) -> Chooser:
    """Return what chooses among the pods that a Service sends requests to."""

    async def choose() -> str | None:
        slices = await kube.call(
            kube.discovery.list_namespaced_endpoint_slice,
            namespace,
            label_selector=f"kubernetes.io/service-name={service}",
        )
        ready = [
            endpoint.target_ref.name
            for one in slices.items
            for endpoint in one.endpoints or ()
            if endpoint.conditions.ready and endpoint.target_ref
        ]
        return random.choice(ready) if ready else None  # noqa: S311 - no secret

    return choose


def the_pod(name: str) -> Chooser:
    """Return what always chooses this pod."""

    async def choose() -> str | None:
        return name

    return choose
