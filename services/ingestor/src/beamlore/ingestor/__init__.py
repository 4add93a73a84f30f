"""Kafka to catalogue: validate, enrich from the user office, write in batches; owns the inbox."""
