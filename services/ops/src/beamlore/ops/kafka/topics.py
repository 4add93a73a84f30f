"""The beamlines' topics: made, grown where that is asked for, never deleted."""

from collections.abc import Sequence
from typing import Final

import structlog
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic  # type: ignore[attr-defined]

from beamlore.contract import scan_topic
from beamlore.ops.beamlines import Beamline
from beamlore.ops.kafka.connection import REQUEST_SECONDS, wait_for

log = structlog.get_logger(__name__)

_MIN_IN_SYNC: Final = "min.insync.replicas"


def provide_topics(admin: AdminClient, beamlines: Sequence[Beamline], *, replication: int, grow: bool) -> None:
    """Make topics that are not there yet.

    More partitions change which of them a PID belongs to: messages of one scan could be read out of order. So topics
    grow only where that is asked for, at a moment when nothing is measured.

    Raises:
        KafkaException: Kafka refuses.
    """
    known = admin.list_topics(timeout=REQUEST_SECONDS).topics
    new = [beamline for beamline in beamlines if scan_topic(beamline.name) not in known]
    # One copy may be away, for a restart: producers, which wait for all in sync, go on.
    config = {_MIN_IN_SYNC: str(max(1, replication - 1))}
    if new:
        wait_for(
            admin.create_topics(
                [NewTopic(scan_topic(one.name), one.partitions, replication, config=config) for one in new]
            )
        )
        log.info("topics made", topics=[scan_topic(one.name) for one in new])
    for beamline in beamlines:
        name = scan_topic(beamline.name)
        topic = known.get(name)
        if topic is None:
            continue
        partitions = len(topic.partitions)
        if partitions < beamline.partitions and grow:
            wait_for(admin.create_partitions([NewPartitions(name, beamline.partitions)]))
            log.info("topic has grown", topic=name, before=partitions, now=beamline.partitions)
        elif partitions != beamline.partitions:
            log.warning(
                "topic keeps its partitions: more would part the messages of scans under way, fewer cannot be",
                topic=name,
                partitions=partitions,
                wanted=beamline.partitions,
                way_out="beamlore ops kafka configure --grow, while nothing is measured",
            )
        copies = min((len(one.replicas) for one in topic.partitions.values()), default=replication)
        if copies != replication:
            log.warning(
                "topic keeps its number of copies",
                topic=name,
                copies=copies,
                wanted=replication,
                way_out="kafka-reassign-partitions.sh",
            )
