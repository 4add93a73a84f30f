"""What waits on an instrument's disk can be read by Prometheus."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from beamlore.beamline import Beamline
from beamlore.beamline.measurements import shown_measurements
from beamlore.beamline.settings import BeamlineSettings
from beamlore.beamline.testing import RecordingProducer, StaticGatherer


class _BrokerAway(RecordingProducer):
    depth = 7
    trouble = "no broker"


async def test_measurements_tell_what_waits_for_the_broker_and_end_with_the_block(tmp_path):
    settings = BeamlineSettings(beamline="balder", kafka_bootstrap="nowhere:9092", spool_dir=tmp_path, metrics_port=0)
    async with (
        Beamline(settings, producer=_BrokerAway(), gatherer=StaticGatherer()) as beamline,
        httpx.AsyncClient() as http,
    ):
        with shown_measurements(beamline, settings) as port:
            page = (await http.get(f"http://127.0.0.1:{port}/metrics")).text

    found = {
        sample.name: (sample.labels, sample.value)
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }
    assert found["beamlore_beamline_spool_messages"] == ({"beamline": "balder"}, 7)
    assert found["beamlore_beamline_delivery_trouble"] == ({"beamline": "balder"}, 1)
    assert found["beamlore_beamline_delivered_messages_total"] == ({"beamline": "balder"}, 0)


async def test_without_a_port_nothing_is_shown(tmp_path):
    settings = BeamlineSettings(beamline="balder", kafka_bootstrap="nowhere:9092", spool_dir=tmp_path)
    async with Beamline(settings, producer=RecordingProducer(), gatherer=StaticGatherer()) as beamline:
        with shown_measurements(beamline, settings) as port:
            assert port is None
