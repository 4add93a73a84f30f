"""People: who works at the facility or comes to measure there."""
