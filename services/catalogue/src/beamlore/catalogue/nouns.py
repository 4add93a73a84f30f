"""The nouns of SciCat's interface and of our own, in the order their routes are tried."""

from beamlore.catalogue.activity.noun import ACTIVITY
from beamlore.catalogue.attachments.noun import ATTACHMENTS
from beamlore.catalogue.audit.noun import AUDIT
from beamlore.catalogue.datablocks.noun import DATABLOCKS
from beamlore.catalogue.derived.noun import DERIVED
from beamlore.catalogue.events.noun import EVENTS
from beamlore.catalogue.exports.noun import EXPORTS
from beamlore.catalogue.history.noun import HISTORY
from beamlore.catalogue.instruments.noun import INSTRUMENTS
from beamlore.catalogue.jobs.noun import JOBS
from beamlore.catalogue.logbooks.noun import LOGBOOKS
from beamlore.catalogue.metadatakeys.noun import METADATA_KEYS
from beamlore.catalogue.noun import Noun
from beamlore.catalogue.opensearch.noun import OPENSEARCH
from beamlore.catalogue.origdatablocks.noun import ORIG_DATABLOCKS
from beamlore.catalogue.originals.noun import ORIGINALS
from beamlore.catalogue.parameters.noun import PARAMETERS
from beamlore.catalogue.policies.noun import POLICIES
from beamlore.catalogue.proposals.noun import PROPOSALS
from beamlore.catalogue.publisheddata.noun import PUBLISHED_DATA, PUBLISHING, PUBLISHING_FORM
from beamlore.catalogue.runtimeconfig.noun import RUNTIME_CONFIG
from beamlore.catalogue.samples.noun import SAMPLES
from beamlore.catalogue.servicetokens.noun import SERVICE_TOKENS
from beamlore.catalogue.users.noun import USERS
from beamlore.catalogue.withdrawals.noun import WITHDRAWALS

NOUNS: tuple[Noun, ...] = (
    ACTIVITY,
    ATTACHMENTS,
    AUDIT,
    DATABLOCKS,
    DERIVED,
    EVENTS,
    EXPORTS,
    HISTORY,
    JOBS,
    OPENSEARCH,
    ORIG_DATABLOCKS,
    ORIGINALS,
    PARAMETERS,
    PUBLISHED_DATA,
    PUBLISHING,
    PUBLISHING_FORM,
    RUNTIME_CONFIG,
    SERVICE_TOKENS,
    USERS,
    INSTRUMENTS,
    POLICIES,
    PROPOSALS,
    SAMPLES,
    LOGBOOKS,
    METADATA_KEYS,
    WITHDRAWALS,
)
