"""`beamlore ops mongodb configure`: members, then users."""

import structlog

from beamlore.ops.mongodb.connection import Connections
from beamlore.ops.mongodb.key_file import read_keys
from beamlore.ops.mongodb.replica_set import ReplicaSet
from beamlore.ops.mongodb.settings import MongoConfigureSettings
from beamlore.ops.mongodb.users import provide_users, users_of
from beamlore.ops.secret_files import read_passwords
from beamlore.ops.waiting import Deadline

log = structlog.get_logger(__name__)


async def configure(settings: MongoConfigureSettings, *, force: bool = False) -> None:
    """Bring a replica set and its users to what the settings say.

    Raises:
        OpsError: files cannot be read, members do not answer in time, or MongoDB refuses.
    """
    connections = Connections(read_keys(settings.key_file))
    users = users_of(read_passwords(settings.users_dir))
    replica_set = ReplicaSet(
        settings.replica_set,
        settings.all_members(),
        connections,
        election_timeout_ms=settings.election_timeout_ms,
    )
    primary = await replica_set.configure(Deadline(settings.wait_seconds), force=force)
    async with connections.to(primary) as client:
        await provide_users(client, primary, users)
    log.info("MongoDB is configured", primary=primary, users=[user.name for user in users])
