"""Runs beside the instrument: gather metadata, produce scan messages, replay files."""
