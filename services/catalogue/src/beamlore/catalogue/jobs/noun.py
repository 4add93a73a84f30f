"""Jobs as a noun of the catalogue."""

from beamlore.catalogue.jobs import routes_own, routes_v3, routes_v4
from beamlore.catalogue.jobs.service import INDEXES, JobService
from beamlore.catalogue.noun import Noun

JOBS = Noun(
    routers=(routes_own.router, routes_v3.router, routes_v4.router),
    build=JobService,
    indexes=INDEXES,
    work=JobService.work,
)
