"""What the ingestor measures. The registry is the process's, so each measure is made once, here."""

from prometheus_client import Counter, Gauge, Histogram

from beamlore.core import Phases

phases = Phases("ingestor")
"""Phases: fetch, decode, proposals, enrich, write, inbox, commit."""

received = Counter("beamlore_ingestor_received_messages_total", "Messages fetched from Kafka.", ["beamline"])
messages = Counter("beamlore_ingestor_messages_total", "Messages done with, by what came of them.", ["outcome"])
rejections = Counter("beamlore_ingestor_rejections_total", "Messages sent to the inbox.", ["reason"])
inbox_open = Gauge("beamlore_ingestor_inbox_open", "Messages in the inbox that wait for somebody.", ["reason"])
lag_messages = Gauge("beamlore_ingestor_lag_messages", "Messages not yet committed.", ["beamline"])
lag_seconds = Gauge("beamlore_ingestor_lag_seconds", "Age of the oldest message fetched, not committed.", ["beamline"])
held_offsets = Gauge("beamlore_ingestor_held_messages", "Messages written and held, for want of a majority.")
assigned = Gauge("beamlore_ingestor_assigned_partitions", "Partitions this member of the Kafka group reads.")
batch_messages = Histogram(
    "beamlore_ingestor_batch_messages",
    "Messages in a batch.",
    buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000),
)
rebalances = Counter("beamlore_ingestor_rebalances_total", "Times the partitions were given out anew.")
replays = Counter("beamlore_ingestor_replays_total", "Times held messages were read again after a failover.")
interrupted = Counter("beamlore_ingestor_interrupted_total", "Scans closed because no word came of them.")
idle_looks = Counter("beamlore_ingestor_idle_looks_total", "Times silent scans were looked for.")
