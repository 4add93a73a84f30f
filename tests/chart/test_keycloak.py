"""Keycloak and its database as the chart makes them."""

from beamlore.ops.keycloak.realm import LOGIN_THEME
from tests.chart.rendering import Resource, named, of_kind, resources


def _container(objects: list[Resource], kind: str, name: str) -> Resource:
    container: Resource = named(objects, kind, name)["spec"]["template"]["spec"]["containers"][0]
    return container


def _environment(*arguments: str) -> dict[str, str]:
    container = _container(resources(*arguments), "Deployment", "beamlore-keycloak")
    return {one["name"]: one.get("value", "") for one in container["env"]}


def test_logins_are_for_the_public_address() -> None:
    environment = _environment("--set=publicUrl=https://catalogue.facility.example/")
    assert environment["KC_HOSTNAME"] == "https://catalogue.facility.example/idp"
    assert environment["KC_HOSTNAME_BACKCHANNEL_DYNAMIC"] == "true"


def test_what_is_built_is_what_is_started() -> None:
    pod = named(resources(), "Deployment", "beamlore-keycloak")["spec"]["template"]["spec"]
    build = next(one for one in pod["initContainers"] if one["name"] == "build")
    built = {one["name"]: one["value"] for one in build["env"] if one["name"].startswith("KC_")}
    started = {one["name"]: one.get("value") for one in pod["containers"][0]["env"]}
    assert built["KC_DB"] == "postgres"
    assert built.items() <= started.items()


def test_an_image_built_already_is_not_built_again() -> None:
    pod = named(resources("--set=keycloak.optimized=true"), "Deployment", "beamlore-keycloak")["spec"]["template"][
        "spec"
    ]
    assert "initContainers" not in pod
    assert not [one for one in pod["containers"][0]["volumeMounts"] if one["mountPath"].endswith("quarkus")]


def test_several_share_their_sessions() -> None:
    assert _environment()["KC_CACHE"] == "local"
    assert _environment("--set=keycloak.replicas=2")["KC_CACHE"] == "ispn"
    policy = named(resources("--set=keycloak.replicas=2"), "NetworkPolicy", "beamlore-keycloak")["spec"]
    assert [7800, 57800] in [[port["port"] for port in rule["ports"]] for rule in policy["ingress"]]


def test_a_database_elsewhere_is_used() -> None:
    arguments = "--set=keycloak.database.enabled=false,keycloak.database.external.url=jdbc:postgresql://pg:5432/kc"
    assert _environment(arguments)["KC_DB_URL"] == "jdbc:postgresql://pg:5432/kc"
    names = {
        one["metadata"]["name"] for one in of_kind(resources(arguments), "StatefulSet", "Service", "NetworkPolicy")
    }
    assert "beamlore-keycloak-database" not in names


def test_the_database_lets_in_keycloak_alone_and_goes_nowhere() -> None:
    policy = named(resources(), "NetworkPolicy", "beamlore-keycloak-database")["spec"]
    (rule,) = policy["ingress"]
    assert rule["from"][0]["podSelector"]["matchExpressions"][0]["values"] == ["keycloak"]
    assert policy["egress"] == []


def test_people_of_a_demo_are_made_only_where_they_are_given() -> None:
    job = _container(resources(), "Job", "beamlore-keycloak-configure-1")
    assert "BEAMLORE_OPS_PEOPLE_FILE" not in {one["name"] for one in job["env"]}
    objects = resources('--set-json=keycloak.people="people: []"')
    assert named(objects, "ConfigMap", "beamlore-keycloak-people")["data"]["people.yaml"].strip() == "people: []"


def test_login_pages_have_the_realms_theme() -> None:
    pod = named(resources(), "Deployment", "beamlore-keycloak")["spec"]["template"]["spec"]
    mount = next(one for one in pod["containers"][0]["volumeMounts"] if one["name"] == "login-theme")
    assert mount["mountPath"] == f"/opt/keycloak/themes/{LOGIN_THEME}/login"
    volume = next(one["configMap"] for one in pod["volumes"] if one["name"] == "login-theme")
    files = named(resources(), "ConfigMap", volume["name"])["data"]
    styles = files["theme.properties"].partition("styles=")[2].split()
    assert "css/beamlore.css" in styles
    assert {item["key"]: item["path"] for item in volume["items"]} == {
        "theme.properties": "theme.properties",
        "beamlore.css": "resources/css/beamlore.css",
    }
    assert set(files) == {item["key"] for item in volume["items"]}
