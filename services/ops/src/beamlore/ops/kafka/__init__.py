"""Kafka: topics, accounts and access rules."""
