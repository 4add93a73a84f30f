"""What the catalogue measures beside its requests, each made once: the registry is the process's."""

from prometheus_client import Counter, Gauge, Histogram

rows = Counter("beamlore_catalogue_rows_total", "Documents read for callers.", ["collection"])
batch_items = Histogram(
    "beamlore_catalogue_batch_items",
    "Scans in a batch that was written.",
    buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 5000),
)
stream_delay = Gauge(
    "beamlore_catalogue_change_stream_delay_seconds",
    "From the last change's commit to its being told by the change stream; 0 where the stream has told everything.",
)
stream_changes = Counter("beamlore_catalogue_change_stream_changes_total", "Changes told by the change stream.", ["by"])
stream_openings = Counter("beamlore_catalogue_change_stream_openings_total", "Times the change stream was opened.")
majority_lag = Gauge(
    "beamlore_catalogue_majority_lag_seconds", "How far the majority of the replica set is behind its primary."
)
majority_missing = Gauge(
    "beamlore_catalogue_majority_missing", "1 while no majority confirms writes, and live events are polled."
)
backlog_entries = Gauge(
    "beamlore_catalogue_derived_backlog_entries", "Entries in the log of changes that are not folded yet."
)
backlog_seconds = Gauge(
    "beamlore_catalogue_derived_backlog_seconds", "Age of the oldest change that counts and facets do not have yet."
)
derived_built = Gauge("beamlore_catalogue_derived_built", "1 where everything is derived, 0 during the first time.")
