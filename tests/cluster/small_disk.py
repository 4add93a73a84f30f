"""Puts Kafka's logs on small disks: a post-renderer for helm, which reads objects and writes them changed.

A disk here is an `emptyDir` in memory: its size is a limit of the file system's own, so that the broker meets "no space
left on device" as on a real one. It stays when the broker restarts. A second container reaches it while the broker does
not run, as an operator reaches a volume.
"""

import sys
from typing import Any

import yaml

SIZE = "96Mi"
OPERATOR = "operator"
PATH = "/disk"
_NAME = "small-disk"


def on_a_small_disk(stateful_set: dict[str, Any], image: str) -> None:
    """Replace the claim of Kafka's pods by a small disk."""
    del stateful_set["spec"]["volumeClaimTemplates"]
    pod = stateful_set["spec"]["template"]["spec"]
    broker = pod["containers"][0]
    for mount in broker["volumeMounts"]:
        if mount["name"] == "data":
            mount["name"] = _NAME
    # What is on the disk counts as the container's memory.
    broker["resources"]["limits"]["memory"] = "1Gi"
    pod["volumes"].append({"name": _NAME, "emptyDir": {"medium": "Memory", "sizeLimit": SIZE}})
    pod["containers"].append(
        {
            "name": OPERATOR,
            "image": image,
            "command": ["python3", "-c", "import threading; threading.Event().wait()"],
            "securityContext": broker["securityContext"],
            "resources": {"limits": {"memory": "256Mi"}},
            "volumeMounts": [{"name": _NAME, "mountPath": PATH}],
        }
    )


if __name__ == "__main__":
    objects = [one for one in yaml.safe_load_all(sys.stdin) if one]
    for one in objects:
        if one["kind"] == "StatefulSet" and one["metadata"]["labels"]["app.kubernetes.io/component"] == "kafka":
            on_a_small_disk(one, sys.argv[1])
    yaml.safe_dump_all(objects, sys.stdout)
