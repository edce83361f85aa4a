"""Who may read, who may change the corpus, and how often one may ask."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from starlette.requests import Request

from clsassist.errors import ConfigurationError
from clsassist.live import LiveAssistant
from clsassist.settings import PageSettings, Settings
from clsassist.web.access import (
    MAX_ATTEMPTS,
    SESSION_SECONDS,
    Access,
    Gate,
    Mode,
    Proxies,
    Role,
    choose_mode,
    client_key,
    load_secret,
    require_coordinator,
    safe_destination,
    visitor_of,
)
from clsassist.web.failures import add_failure_pages
from clsassist.web.guard import Guard, Rules
from clsassist.web.login import login_router
from clsassist.web.site import Site

HOME = "http://127.0.0.1:7860"
HTML = {"accept": "text/html"}

Service = Callable[..., TestClient]


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A small service behind the layers of the real one: a page for all, one for the coordinator."""

    def build(host: str = "127.0.0.1", base_url: str = HOME, client: str = "192.0.2.1", **page: object) -> TestClient:
        settings = Settings(host=host, page=PageSettings(data_dir=tmp_path / "data", **page))  # type: ignore[arg-type]
        site = Site(LiveAssistant(Settings()), settings)
        app = FastAPI()
        app.include_router(login_router(site))

        @app.get("/fiches")
        @app.post("/integration")
        @app.post("/reponses/docx")
        def read(request: Request) -> dict[str, object]:
            visitor = visitor_of(request)
            return {"role": visitor.role, "client": visitor.client, "name": visitor.name}

        @app.get("/corpus", dependencies=[Depends(require_coordinator(site))])
        @app.post("/corpus", dependencies=[Depends(require_coordinator(site))])
        def change() -> str:
            return "fait"

        add_failure_pages(app, site)
        own = frozenset({"/fiches", "/corpus", "/integration", "/reponses", "/connexion", "/deconnexion"})
        app.add_middleware(Gate, access=site.access)
        app.add_middleware(Guard, rules=Rules(own=own))
        app.add_middleware(Proxies, trusted=settings.page.trusted_proxies)
        return TestClient(app, base_url, client=(client, 50_000), follow_redirects=False)

    return build


def sign_in(client: TestClient, password: str, suite: str = "/fiches") -> object:
    return client.post("/connexion", data={"mot_de_passe": password, "suite": suite})


# --- how visitors prove who they are -----------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.9"])
def test_this_machine_alone_needs_no_password(host: str) -> None:
    assert choose_mode(Settings(host=host)) is Mode.OPEN


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.5", "srv.ville.example"])
def test_a_network_is_not_let_in_by_accident(host: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        Site(LiveAssistant(Settings()), Settings(host=host))
    for variable in ("CLSASSIST_PASSWORD", "CLSASSIST_AUTH=header", "CLSASSIST_AUTH=none"):
        assert variable in str(raised.value)


def test_a_network_is_let_in_when_that_is_chosen() -> None:
    assert choose_mode(Settings(host="0.0.0.0", page=PageSettings(auth="none"))) is Mode.OPEN
    assert choose_mode(Settings(host="0.0.0.0", page=PageSettings(password="x"))) is Mode.PASSWORD


def test_a_page_leads_to_the_sign_in_page_and_back(service: Service) -> None:
    client = service(password="lire")
    response = client.get("/fiches?axe=1&q=santé", headers=HTML)
    assert response.status_code == 303
    assert response.headers["location"] == "/connexion?suite=%2Ffiches%3Faxe%3D1%26q%3Dsant%25C3%25A9"
    form = client.get(response.headers["location"]).text
    assert 'name="suite" value="/fiches?axe=1&amp;q=sant%C3%A9"' in form
    assert sign_in(client, "lire", "/fiches?axe=1").headers["location"] == "/fiches?axe=1"
    assert client.get("/fiches").json()["role"] == "lecteur"


def test_a_program_is_told_to_sign_in(service: Service) -> None:
    response = service(password="lire").post("/integration", content=b"{}")
    assert (response.status_code, response.json()["detail"]) == (401, "Connectez-vous pour continuer.")
    assert "www-authenticate" not in response.headers


def test_a_program_gives_its_password_with_each_request(service: Service) -> None:
    client = service(password="lire é")
    assert client.get("/fiches", auth=("programme", "lire é")).status_code == 200
    assert client.get("/fiches", auth=("programme", "autre")).status_code == 401


def test_a_wrong_password_is_said_and_nothing_is_given(service: Service) -> None:
    client = service(password="lire")
    response = sign_in(client, "Lire")
    assert response.status_code == 401
    assert "pas le bon" in response.text
    assert "set-cookie" not in response.headers
    assert client.get("/fiches").status_code == 401


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(service: Service) -> None:
    plain = sign_in(service(password="lire"), "lire").headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/", f"Max-Age={SESSION_SECONDS}"} <= set(re.split("; ", plain))
    assert "Secure" not in plain
    secure = sign_in(service(password="lire", base_url="https://cls.example"), "lire").headers["set-cookie"]
    assert "Secure" in secure


def test_guessing_is_stopped_even_for_the_right_password(service: Service) -> None:
    client = service(password="lire")
    for _ in range(MAX_ATTEMPTS):
        assert sign_in(client, "deviné").status_code == 401
    response = sign_in(client, "lire")
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) > 0
    assert "attendez" in response.text


def test_guessing_by_program_is_stopped_too(service: Service) -> None:
    client = service(password="lire")
    for _ in range(MAX_ATTEMPTS):
        assert client.get("/fiches", auth=("", "deviné")).status_code == 401
    assert client.get("/fiches", auth=("", "lire")).status_code == 429


def test_guessing_from_one_address_does_not_stop_the_others(tmp_path: Path) -> None:
    access = Access(Settings(page=PageSettings(data_dir=tmp_path, password="lire")))
    for _ in range(MAX_ATTEMPTS):
        assert access.check_password("deviné", "192.0.2.1") is None
    assert access.check_password("lire", "192.0.2.2") is Role.READER


def test_right_passwords_are_no_attempts(tmp_path: Path) -> None:
    access = Access(Settings(page=PageSettings(data_dir=tmp_path, password="lire")))
    for _ in range(MAX_ATTEMPTS * 2):
        assert access.check_password("lire", "192.0.2.1") is Role.READER


def test_signing_out_forgets_the_visitor(service: Service) -> None:
    client = service(password="lire")
    sign_in(client, "lire")
    assert client.post("/deconnexion").status_code == 303
    assert client.get("/fiches").status_code == 401


# --- cookies -----------------------------------------------------------------------------------------------


@pytest.fixture
def access(tmp_path: Path) -> Access:
    return Access(Settings(page=PageSettings(data_dir=tmp_path, password="lire", coordinator_password="écrire")))


def test_a_cookie_says_what_its_bearer_may_do_for_a_day(access: Access) -> None:
    cookie = access.make_cookie(Role.READER, now=1_000)
    assert access.read_cookie(cookie, now=1_000 + SESSION_SECONDS - 1) is Role.READER
    assert access.read_cookie(cookie, now=1_000 + SESSION_SECONDS) is None


@pytest.mark.parametrize(
    "alter",
    [
        lambda cookie: cookie.replace("READER", "COORDINATOR"),
        lambda cookie: re.sub(r"\.\d+\.", ".99999999999.", cookie),
        lambda cookie: cookie[:-1] + ("0" if cookie[-1] != "0" else "1"),
        lambda cookie: cookie.rpartition(".")[0],
        lambda cookie: cookie.rpartition(".")[0] + ".é",
        lambda cookie: "READER.²." + cookie.rpartition(".")[2],
        lambda cookie: "",
        lambda cookie: "..",
    ],
)
def test_an_altered_cookie_is_worth_nothing(access: Access, alter: Callable[[str], str]) -> None:
    assert access.read_cookie(alter(access.make_cookie(Role.READER))) is None


def test_a_new_password_or_a_new_secret_voids_every_cookie(access: Access, tmp_path: Path) -> None:
    cookie = access.make_cookie(Role.READER)
    page = PageSettings(data_dir=tmp_path, password="autre", coordinator_password="écrire")
    assert Access(Settings(page=page)).read_cookie(cookie) is None
    same_password = replace(page, password="lire", data_dir=tmp_path / "ailleurs")
    assert Access(Settings(page=same_password)).read_cookie(cookie) is None
    assert Access(Settings(page=replace(page, password="lire"))).read_cookie(cookie) is Role.READER


def test_the_secret_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    secret = load_secret(tmp_path / "data")
    assert (tmp_path / "data/secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret"]
    (tmp_path / "data/secret").chmod(0o644)
    assert load_secret(tmp_path / "data") == secret
    assert (tmp_path / "data/secret").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_cannot_be_kept_is_said(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    with pytest.raises(ConfigurationError, match="CLSASSIST_DATA_DIR"):
        load_secret(tmp_path / "fichier")
    (tmp_path / "secret").write_bytes(b"court")
    with pytest.raises(ConfigurationError, match="abîmé"):
        load_secret(tmp_path)


@pytest.mark.parametrize(
    "destination",
    ["//mechant.example", "https://mechant.example", "/\\mechant.example", "\\\\x", "javascript:alert(1)", "/\n/x", ""],
)
def test_signing_in_never_leads_to_another_site(service: Service, destination: str) -> None:
    assert safe_destination(destination) == "/"
    assert sign_in(service(password="lire"), "lire", destination).headers["location"] == "/"


# --- the coordinator ---------------------------------------------------------------------------------------


def test_a_reader_is_invited_to_give_the_password_of_the_coordinator(service: Service) -> None:
    client = service(password="lire", coordinator_password="écrire")
    sign_in(client, "lire")
    invited = client.get("/corpus")
    assert (invited.status_code, invited.headers["location"]) == (303, "/connexion?suite=%2Fcorpus")
    assert client.post("/corpus").status_code == 401
    sign_in(client, "écrire", "/corpus")
    assert client.get("/corpus").json() == "fait"
    assert client.post("/corpus").json() == "fait"


def test_a_service_open_to_readers_keeps_its_corpus_behind_a_password(service: Service) -> None:
    client = service(coordinator_password="écrire")
    assert client.get("/fiches").json()["role"] == "lecteur"
    assert client.get("/corpus").status_code == 303
    sign_in(client, "écrire", "/corpus")
    assert client.get("/corpus").status_code == 200


def test_whoever_sits_at_the_machine_is_its_coordinator(service: Service) -> None:
    assert service().get("/corpus").status_code == 200
    assert service(base_url="http://localhost:7860").get("/corpus").status_code == 200


def test_a_name_of_another_site_for_this_machine_opens_nothing(service: Service) -> None:
    response = service(base_url="http://mechant.example:7860").get("/corpus")
    assert response.status_code == 403
    assert "CLSASSIST_COORDINATOR_PASSWORD" in response.text


def test_visitors_through_a_proxy_are_not_at_the_machine(service: Service) -> None:
    response = service(client="127.0.0.1").get("/corpus", headers={"x-forwarded-for": "192.0.2.9"})
    assert response.status_code == 403


def test_nobody_changes_the_corpus_of_a_network_without_a_password(service: Service) -> None:
    assert service(host="0.0.0.0", auth="none").get("/corpus").status_code == 403


# --- a proxy that signs visitors in ------------------------------------------------------------------------


def test_the_word_of_the_proxy_is_taken(service: Service) -> None:
    client = service(host="0.0.0.0", auth="header", coordinators=("claire",), client="127.0.0.1")
    headers = {"Remote-User": "jean", "x-forwarded-for": "192.0.2.9"}
    assert client.get("/fiches", headers=headers).json() == {"role": "lecteur", "client": "192.0.2.9", "name": "jean"}
    assert client.get("/corpus", headers=headers).status_code == 403
    assert client.get("/corpus", headers={"Remote-User": "claire"}).status_code == 200


def test_the_word_of_anybody_else_is_not(service: Service) -> None:
    client = service(host="0.0.0.0", auth="header", coordinators=("claire",), client="192.0.2.9")
    for headers in ({"Remote-User": "claire"}, {"Remote-User": "claire", "x-forwarded-for": "127.0.0.1"}):
        assert client.get("/fiches", headers=headers).status_code == 403
    named = service(host="0.0.0.0", auth="header", client="127.0.0.1")
    assert named.get("/fiches").status_code == 403


def test_only_a_trusted_proxy_tells_the_address_of_a_visitor(service: Service) -> None:
    forged = service(client="192.0.2.9").get("/fiches", headers={"x-forwarded-for": "198.51.100.1"})
    assert forged.json()["client"] == "192.0.2.9"
    told = service(client="10.0.0.2", trusted_proxies=("10.0.0.0/8",))
    assert told.get("/fiches", headers={"x-forwarded-for": "198.51.100.1"}).json()["client"] == "198.51.100.1"


# --- how often one may ask ---------------------------------------------------------------------------------


def test_questions_beyond_the_rate_are_put_off(service: Service) -> None:
    client = service(rate_per_minute=2)
    assert [client.post("/integration", content=b"{}").status_code for _ in range(3)] == [200, 200, 429]
    refused = client.post("/integration", content=b"{}")
    assert 0 < int(refused.headers["retry-after"]) <= 61
    assert "Trop de questions" in refused.json()["detail"]
    assert client.get("/fiches").status_code == 200


def test_an_answer_as_a_file_is_a_question_too(service: Service) -> None:
    client = service(rate_per_minute=1)
    assert [client.post("/reponses/docx", content=b"{}").status_code for _ in range(2)] == [200, 429]


def test_each_client_has_its_own_count() -> None:
    site = Site(LiveAssistant(Settings()), Settings(page=PageSettings(rate_per_minute=1)))
    assert not site.put_off("192.0.2.1")
    assert site.put_off("192.0.2.1")
    assert not site.put_off("192.0.2.2")


def test_the_addresses_of_one_subscriber_are_one_client() -> None:
    assert client_key("2001:db8::1") == client_key("2001:db8::2") != client_key("2001:db8:0:1::1")
    assert client_key("::ffff:192.0.2.1") == client_key("192.0.2.1")


# --- where demands come from -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": HOME}, 200),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 200),
        ({"origin": "http://mechant.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:9999"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site", "origin": HOME}, 403),
    ],
)
def test_a_demand_of_another_site_changes_nothing(service: Service, headers: dict[str, str], status: int) -> None:
    assert service().post("/corpus", headers=headers).status_code == status
