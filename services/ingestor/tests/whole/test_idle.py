"""A scan of which no word comes is closed, one of which word may still be on its way is not."""


async def test_silent_scan_is_closed_and_a_late_message_reopens_it(facility, start_ingestor, scan, make):
    pid = scan.pid()
    async with start_ingestor(interrupted_after_seconds=1, idle_check_seconds=0.2):
        await facility.produce(make("started", pid, 0), make("updated", pid, 1))
        await facility.scan(pid, state="running")

        closed = await facility.scan(pid, state="interrupted")
        await facility.produce(make("updated", pid, 2, points=3))
        reopened = await facility.scan(pid, state="running")
        await facility.produce(make("finished", pid, 3))
        done = await facility.scan(pid, state="finished")

    assert closed["metadata"] == {"energy": {"value": 7001.0, "unit": "eV"}}
    assert reopened["points"] == 3
    assert done["end"]


async def test_scan_is_not_closed_while_messages_are_unread(facility, start_ingestor, scan, make, eventually):
    silent, caught_up = scan.pid(), scan.pid()
    async with start_ingestor():
        await facility.produce(make("started", silent))
        await facility.scan(silent)
    async with start_ingestor(
        interrupted_after_seconds=0.5, idle_check_seconds=0.1, proposal_unknown_ttl_seconds=0
    ) as ingestor:
        # One message that waits for the user office keeps its whole beamline from being called silent.
        await facility.faults(mode="down")
        try:
            await facility.produce(make("started", caught_up, proposal=facility.other_proposal))
            looks = await _looks(ingestor)

            async def looked_again():
                return await _looks(ingestor) >= looks + 20

            await eventually(looked_again)
            assert (await facility.scan_now(silent))["state"] == "running"
        finally:
            await facility.faults(mode="none")
        await facility.scan(caught_up)
        await facility.scan(silent, state="interrupted")


async def _looks(ingestor):
    text = (await ingestor.get("/metrics")).text
    [line] = [line for line in text.splitlines() if line.startswith("beamlore_ingestor_idle_looks_total ")]
    return float(line.split()[1])
