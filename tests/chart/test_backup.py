"""Backups as the chart makes them."""

from tests.chart.rendering import Resource, named, of_kind, pods, render, resources

S3 = "--set=backup.enabled=true,backup.target=s3,backup.s3.bucket=archive,backup.s3.existingSecret=archive-key"


def _job(objects: list[Resource], name: str) -> Resource:
    container: Resource = named(objects, "CronJob", name)["spec"]["jobTemplate"]["spec"]["template"]["spec"][
        "containers"
    ][0]
    return container


def test_nothing_is_made_by_default() -> None:
    assert of_kind(resources(), "CronJob") == []


def test_a_restore_is_never_started_by_the_clock() -> None:
    objects = resources("--set=backup.enabled=true")
    assert named(objects, "CronJob", "beamlore-backup")["spec"]["suspend"] is False
    assert named(objects, "CronJob", "beamlore-restore")["spec"]["suspend"] is True
    assert _job(objects, "beamlore-restore")["args"] == ["ops", "restore"]


def test_two_backups_never_run_at_once() -> None:
    assert (
        named(resources("--set=backup.enabled=true"), "CronJob", "beamlore-backup")["spec"]["concurrencyPolicy"]
        == "Forbid"
    )


def test_the_volume_outlives_the_installation() -> None:
    claim = named(resources("--set=backup.enabled=true"), "PersistentVolumeClaim", "beamlore-backup")
    assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_a_volume_that_is_there_is_used() -> None:
    objects = resources("--set=backup.enabled=true,backup.volume.existingClaim=archive")
    assert not [
        one for one in of_kind(objects, "PersistentVolumeClaim") if one["metadata"]["name"] == "beamlore-backup"
    ]
    (pod,) = [one for one in pods(objects) if one.owner == "CronJob/beamlore-backup"]
    assert {"name": "backup", "persistentVolumeClaim": {"claimName": "archive"}} in pod.spec["volumes"]


def test_a_bucket_takes_the_place_of_the_volume() -> None:
    objects = resources(S3)
    environment = {one["name"]: one for one in _job(objects, "beamlore-backup")["env"]}
    assert environment["BEAMLORE_OPS_BACKUP_S3_BUCKET"]["value"] == "archive"
    assert environment["BEAMLORE_OPS_BACKUP_S3_SECRET_ACCESS_KEY"]["valueFrom"]["secretKeyRef"]["name"] == "archive-key"
    assert "BEAMLORE_OPS_BACKUP_DIRECTORY" not in environment
    assert not [
        one for one in of_kind(objects, "PersistentVolumeClaim") if one["metadata"]["name"] == "beamlore-backup"
    ]


def test_a_bucket_needs_its_key() -> None:
    refused = render("--set=backup.enabled=true,backup.target=s3,backup.s3.bucket=archive")
    assert "backup.s3.existingSecret" in refused.stderr
