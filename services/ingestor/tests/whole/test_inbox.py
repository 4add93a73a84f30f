"""The inbox over REST: look, mend and replay, discard; everybody their own beamline's."""

import msgspec

from beamlore.contract import encode_message

INBOX = "/api/ingestor/v1/inbox"


async def test_message_is_mended_and_replayed(facility, ingestor, scan, make):
    message = make("finished", scan.pid(), 3, proposal="29991231")
    [item_id] = await facility.produce(message)
    item = await ingestor.inbox(item_id)
    mended = item["message"].replace("29991231", facility.proposal)

    answer = await ingestor.post(f"{INBOX}/{item_id}/replay", {"message": mended})

    assert answer.status_code == 200, answer.text
    replayed = answer.json()
    assert (replayed["state"], replayed["resolvedBy"], replayed["resolution"]) == ("replayed", "admin", "created")
    assert (replayed["message"], replayed["edited"]) == (item["message"], mended)
    assert (await facility.scan(message.pid))["state"] == "finished"


async def test_message_is_replayed_as_it_came_once_the_cause_is_gone(facility, start_ingestor, scan, make):
    message = make("finished", scan.pid(), 3, proposal=facility.past_proposal)
    async with start_ingestor() as ingestor:
        [item_id] = await facility.produce(message)
        await ingestor.inbox(item_id)

    async with start_ingestor(proposal_grace_days=100_000) as ingestor:
        answer = await ingestor.post(f"{INBOX}/{item_id}/replay", {})

    assert answer.status_code == 200, answer.text
    assert await facility.scan_now(message.pid)


async def test_message_that_is_still_wrong_stays_open_and_the_answer_says_why(facility, ingestor, scan, make):
    taken = make("finished", scan.pid(), 3)
    await facility.produce(taken)
    await facility.scan(taken.pid)
    [item_id] = await facility.produce(make("started", scan.pid(), proposal="29991231"))
    await ingestor.inbox(item_id)
    theirs = encode_message(msgspec.structs.replace(taken, sequence=9, proposal=facility.other_proposal)).decode()
    elsewhere = encode_message(make("started", scan.pid(), beamline=facility.other_beamline)).decode()

    wrong = {"unknown-proposal": {}, "pid-of-other-proposal": {"message": theirs}}
    wrong |= {"invalid-message": {"message": "{"}, "wrong-beamline": {"message": elsewhere}}
    for reason, body in wrong.items():
        answer = await ingestor.post(f"{INBOX}/{item_id}/replay", body)

        assert (answer.status_code, answer.json()["reason"]) == (422, reason)
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await ingestor.inbox(item_id))["state"] == "open"


async def test_replay_while_the_catalogue_is_down_leaves_the_message_open(facility, ingestor, scan, make):
    message = make("started", scan.pid(), proposal="29991231")
    [item_id] = await facility.produce(message)
    mended = (await ingestor.inbox(item_id))["message"].replace("29991231", facility.proposal)
    facility.catalogue.kill()
    try:
        answer = await ingestor.post(f"{INBOX}/{item_id}/replay", {"message": mended})
    finally:
        await facility.catalogue.start()

    assert answer.status_code == 503
    assert (await ingestor.inbox(item_id))["state"] == "open"
    assert (await ingestor.post(f"{INBOX}/{item_id}/replay", {"message": mended})).status_code == 200


async def test_message_is_discarded_with_a_reason_and_kept(facility, ingestor):
    [item_id] = await facility.produce(b"{")
    await ingestor.inbox(item_id)

    without = await ingestor.post(f"{INBOX}/{item_id}/discard", {"reason": ""})
    answer = await ingestor.post(f"{INBOX}/{item_id}/discard", {"reason": "a trial"})
    again = await ingestor.post(f"{INBOX}/{item_id}/discard", {"reason": "a trial"})
    replayed = await ingestor.post(f"{INBOX}/{item_id}/replay", {})

    assert [without.status_code, answer.status_code, again.status_code, replayed.status_code] == [422, 200, 409, 409]
    assert (answer.json()["state"], answer.json()["resolution"]) == ("discarded", "a trial")
    assert answer.json()["message"] == "{"


async def test_topic_that_is_made_anew_counts_from_0_again_and_hides_nothing(facility, start_ingestor):
    beamline = f"{facility.beamline}anew"
    ids = []
    for wrong in (b"{", b"["):
        await facility.make_topics(beamline)
        ids += await facility.produce(wrong, beamline=beamline)
        async with start_ingestor() as ingestor:
            for item_id in ids:
                await ingestor.inbox(item_id)
        await facility.delete_topic(beamline)

    assert [one.rpartition("-")[0] for one in ids] == [f"scans.{beamline}-{ids[0].split('-')[1]}-0"] * 2


async def test_list_is_filtered_and_comes_in_pages(facility, ingestor):
    ids = await facility.produce(*[b"{"] * 5, beamline=facility.other_beamline)
    for item_id in ids:
        await ingestor.inbox(item_id)

    found, cursor = [], {}
    while True:
        page = (await ingestor.get(INBOX, beamline=facility.other_beamline, state="open", limit=2, **cursor)).json()
        found += [item["id"] for item in page["items"]]
        if "nextCursor" not in page or page["nextCursor"] is None:
            break
        cursor = {"cursor": page["nextCursor"]}

    assert len(found) == len(set(found))
    assert set(ids) <= set(found)
    assert (await ingestor.get(INBOX, beamline=facility.other_beamline, reason="too-big")).json()["items"] == []
    assert (await ingestor.get(INBOX, cursor="nonsense")).status_code == 400


async def test_staff_see_and_mend_only_their_own_beamlines(facility, ingestor):
    [theirs] = await facility.produce(b"{", beamline="balder")
    [others] = await facility.produce(b"{")
    await ingestor.inbox(others)

    assert (await ingestor.inbox(theirs, "staff"))["beamline"] == "balder"
    assert {item["beamline"] for item in (await ingestor.get(INBOX, "staff")).json()["items"]} == {"balder"}
    assert (await ingestor.get(INBOX, "staff", beamline=facility.beamline)).json()["items"] == []
    assert (await ingestor.get(f"{INBOX}/{others}", "staff")).status_code == 404
    assert (await ingestor.post(f"{INBOX}/{others}/replay", {}, "staff")).status_code == 404
    assert (await ingestor.post(f"{INBOX}/{others}/discard", {"reason": "x"}, "staff")).status_code == 404
    assert (await ingestor.post(f"{INBOX}/{theirs}/discard", {"reason": "a trial"}, "staff")).status_code == 200


async def test_members_of_proposals_have_no_part_in_the_inbox(facility, ingestor):
    [item_id] = await facility.produce(b"{", beamline="balder")
    await ingestor.inbox(item_id)

    assert (await ingestor.get(INBOX, "ada")).json()["items"] == []
    assert (await ingestor.get(f"{INBOX}/{item_id}", "ada")).status_code == 404
    assert (await ingestor.post(f"{INBOX}/{item_id}/discard", {"reason": "x"}, "ada")).status_code == 404
