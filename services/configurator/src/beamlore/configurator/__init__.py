"""Which metadata each beamline records: versioned metadata sets, several a beamline, one of them active."""
