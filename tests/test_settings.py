"""What a deployer may choose: read from the environment, refused at once when it cannot work."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from clsassist.errors import ConfigurationError
from clsassist.settings import PageSettings, Settings, contrast_on_white

README = Path(__file__).resolve().parents[1] / "README.md"
SOURCE = Path(__file__).resolve().parents[1] / "src/clsassist/settings.py"


def page_from(**env: str) -> PageSettings:
    return Settings.from_env({f"CLSASSIST_{name}": value for name, value in env.items()}).page


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_env({}) == Settings()
    names = re.findall(r'"(CLSASSIST_[A-Z_]+)"', SOURCE.read_text(encoding="utf-8"))
    kept = {"CLSASSIST_INDEX_DIR", "CLSASSIST_CORPUS_DIR", "CLSASSIST_EMBEDDING_MODEL", "CLSASSIST_HOST"}
    empty = {name: "" for name in names if name not in kept}
    assert Settings.from_env(empty) == Settings()


def test_every_variable_of_the_page_is_read(tmp_path: Path) -> None:
    page = page_from(
        TITLE=" Santé du Lac ",
        LOGO=str(tmp_path / "logo.png"),
        WELCOME="Bonjour.",
        AUDIENCES="élu, partenaire",
        ACCENT="#7A1F3D",
        DATA_DIR="/var/lib/clsassist",
        AUTH="Header",
        COORDINATOR_PASSWORD="écrire",
        AUTH_HEADER="X-Forwarded-Email",
        COORDINATORS="claire@lac.example, jean@lac.example",
        TRUSTED_PROXIES="10.0.0.0/8",
        MAX_CONCURRENT="2",
        ANSWER_SECONDS="20",
        MAX_WAITING="8",
        RATE_PER_MINUTE="60",
        CONVERSATION_MINUTES="30",
        CONVERSATION_DAYS="15",
        FEEDBACK_DAYS="0",
        EMBED_ORIGINS="https://www.lac.example/, https://lac.example:8443",
        MCP="oui",
        MAX_UPLOAD_BYTES="1000000",
        PASSWORD="lire",
    )
    assert page == PageSettings(
        title="Santé du Lac",
        logo=tmp_path / "logo.png",
        welcome="Bonjour.",
        audiences=("élu", "partenaire"),
        accent="#7a1f3d",
        data_dir=Path("/var/lib/clsassist"),
        auth="header",
        password="lire",
        coordinator_password="écrire",
        auth_header="X-Forwarded-Email",
        coordinators=("claire@lac.example", "jean@lac.example"),
        trusted_proxies=("10.0.0.0/8",),
        max_concurrent=2,
        answer_seconds=20,
        max_waiting=8,
        rate_per_minute=60,
        conversation_minutes=30,
        conversation_days=15,
        feedback_days=0,
        embed_origins=("https://www.lac.example", "https://lac.example:8443"),
        mcp=True,
        max_upload_bytes=1_000_000,
    )
    same = [one.name for one in fields(PageSettings) if getattr(page, one.name) == getattr(PageSettings(), one.name)]
    assert same == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCENT", "bleu"),
        ("ACCENT", "#fff"),
        ("ACCENT", "#8ab4f8"),
        ("ACCENT", "red;} body{display:none"),
        ("AUTH", "oui"),
        ("AUTH", "password"),
        ("AUDIENCES", "élu, maire"),
        ("LOGO", "logo.gif"),
        ("RATE_PER_MINUTE", "0"),
        ("RATE_PER_MINUTE", "²"),
        ("MAX_CONCURRENT", "-1"),
        ("FEEDBACK_DAYS", "un an"),
        ("EMBED_ORIGINS", "*"),
        ("EMBED_ORIGINS", "https://lac.example/page"),
        ("EMBED_ORIGINS", "https://lac.example; script-src *"),
        ("TRUSTED_PROXIES", "partout"),
        ("AUTH_HEADER", "Remote User"),
        ("MCP", "peut-être"),
        ("PASSWORD_FILE", "/nulle/part"),
    ],
)
def test_a_value_that_cannot_work_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"CLSASSIST_{name}"):
        page_from(**{name: value})


def test_a_colour_too_pale_on_white_is_refused_with_its_contrast() -> None:
    with pytest.raises(ConfigurationError, match=r"contraste 2,1, il en faut 4,5"):
        PageSettings(accent="#8ab4f8")
    assert contrast_on_white(PageSettings().accent) > 7


def test_a_password_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mot de passe é\n", encoding="utf-8")
    assert page_from(PASSWORD_FILE=str(tmp_path / "secret")).password == "mot de passe é"
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(ConfigurationError, match="CLSASSIST_PASSWORD_FILE"):
        page_from(PASSWORD_FILE=str(tmp_path / "secret"))


def test_one_password_cannot_be_that_of_readers_and_of_the_coordinator() -> None:
    with pytest.raises(ConfigurationError, match="CLSASSIST_COORDINATOR_PASSWORD"):
        page_from(PASSWORD="même", COORDINATOR_PASSWORD="même")


def test_passwords_are_never_shown() -> None:
    page = PageSettings(password="lire-secret", coordinator_password="écrire-secret")
    for shown in (repr(page), str(page), repr(replace(Settings(), page=page)), f"{page}"):
        assert "secret" not in shown


def test_the_readme_lists_every_variable() -> None:
    read = set(re.findall(r'"(CLSASSIST_[A-Z_]+)"', SOURCE.read_text(encoding="utf-8")))
    told = set(re.findall(r"CLSASSIST_[A-Z_]+", README.read_text(encoding="utf-8")))
    assert read <= told
