"""Published data as nouns of the catalogue."""

from beamlore.catalogue.noun import Noun
from beamlore.catalogue.publisheddata import routes_v3, routes_v4
from beamlore.catalogue.publisheddata.form import FormService
from beamlore.catalogue.publisheddata.publishing import PublishingService
from beamlore.catalogue.publisheddata.service import INDEXES, PublishedDataService

PUBLISHED_DATA = Noun(routers=(routes_v3.router, routes_v4.router), build=PublishedDataService, indexes=INDEXES)
PUBLISHING = Noun(build=PublishingService)
PUBLISHING_FORM = Noun(build=FormService)
