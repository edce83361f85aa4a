"""A model's server that fails in any way gives one French line, in time, and learns nothing it should not."""

import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fake_model import (
    FakeModel,
    chunk,
    comments_for_ever,
    cut_after,
    hangs,
    redirects,
    refuses,
    repeats,
    says,
    sends,
)

from clsassist.errors import (
    ConfigurationError,
    ModelContextError,
    ModelDeniedError,
    ModelEmptyError,
    ModelError,
    ModelOverloadedError,
    ModelTooSlowError,
    ModelUnknownError,
    ModelUnreachableError,
    ModelUnreadableError,
)
from clsassist.generation import channel
from clsassist.generation.model import Message, load_model
from clsassist.settings import Settings

ASKED = (Message("system", "Tu rédiges."), Message("user", "Qui porte l'action ?"))


def read(settings, stop=None, max_tokens=200):
    return list(load_model(settings).stream(ASKED, max_tokens, stop or threading.Event()))


def test_without_an_address_there_is_no_model():
    assert load_model(Settings()) is None


def test_the_characters_come_as_the_server_writes_them():
    text = "La CPTS porte l'action « Élan » [1]. Rien d'autre."
    with FakeModel(says(text, size=3)) as server:
        pieces = read(server.settings())
    assert "".join(pieces) == text
    assert len(pieces) == -(-len(text) // 3)


def test_the_request_holds_the_messages_and_their_bounds_and_no_tool():
    with FakeModel(says("Oui.")) as server:
        read(server.settings(), max_tokens=77)
    [(path, _, body)] = server.requests
    assert path == "/v1/chat/completions"
    assert [(one["role"], one["content"]) for one in body["messages"]] == [
        ("system", "Tu rédiges."), ("user", "Qui porte l'action ?"),
    ]  # fmt: skip
    assert (body["model"], body["max_tokens"], body["stream"], body["temperature"]) == ("modele-test", 77, True, 0.0)
    assert set(body) == {"messages", "model", "max_tokens", "stream", "temperature"}


SPIED = {
    "OPENAI_API_KEY": "sk-cle-d-un-autre",
    "OPENAI_ADMIN_KEY": "sk-admin-d-un-autre",
    "OPENAI_ORG_ID": "org-secret",
    "OPENAI_PROJECT_ID": "projet-secret",
    "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
    "OPENAI_API_BASE": "http://127.0.0.1:9/v1",
    "OPENAI_CUSTOM_HEADERS": "X-Espion: secret\nAuthorization: Bearer secret",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
}


@pytest.mark.parametrize("key", ["", "ma-cle"])
def test_nothing_of_the_environment_is_sent_and_the_key_only_if_there_is_one(key, monkeypatch):
    for name, value in SPIED.items():
        monkeypatch.setenv(name, value)
    with FakeModel(says("Oui.")) as server:
        read(server.settings(llm_api_key=key))
    [(_, headers, _)] = server.requests
    names = {name.lower() for name in headers}
    assert names - {"content-length", "transfer-encoding"} == {
        "host", "content-type", "accept", "accept-encoding", "user-agent", *(["authorization"] if key else []),
    }  # fmt: skip
    assert headers.get("authorization", "Bearer ma-cle") == "Bearer ma-cle"
    assert not any("secret" in value or "autre" in value for value in headers.values())


def test_the_defaults_of_llama_index_are_mocks(monkeypatch):
    from llama_index.core import Settings as Defaults

    monkeypatch.setenv("OPENAI_API_KEY", "sk-cle-d-un-autre")
    monkeypatch.setattr(Defaults, "_llm", None)
    monkeypatch.setattr(Defaults, "_embed_model", None)
    with FakeModel(says("Oui.")) as server:
        load_model(server.settings())
    assert type(Defaults.llm).__name__ == "MockLLM"
    assert type(Defaults.embed_model).__name__ == "MockEmbedding"


def test_another_program_s_choice_of_llama_index_is_left_alone(monkeypatch):
    from llama_index.core import Settings as Defaults
    from llama_index.core.llms import MockLLM

    chosen = MockLLM(max_tokens=3)
    monkeypatch.setattr(Defaults, "_llm", chosen)
    with FakeModel(says("Oui.")) as server:
        load_model(server.settings())
    assert Defaults.llm is chosen


FAILURES = {
    "refused key": (refuses(401), ModelDeniedError),
    "forbidden": (refuses(403), ModelDeniedError),
    "unknown model": (refuses(404), ModelUnknownError),
    "overloaded": (refuses(429), ModelOverloadedError),
    "starting": (refuses(503, "Loading model"), ModelOverloadedError),
    "broken": (refuses(500), ModelOverloadedError),
    "gateway": (refuses(504), ModelTooSlowError),
    "not understood": (refuses(400, "messages: unsupported"), ModelUnreadableError),
    "context of OpenAI": (refuses(400, "This model's maximum context length is 4096 tokens."), ModelContextError),
    "context of llama.cpp": (
        refuses(400, "the request exceeds the available context size", type="exceed_context_size_error"),
        ModelContextError,
    ),
    "too large": (refuses(413), ModelContextError),
    "error in the stream": (sends(b'data: {"error": {"message": "CUDA out of memory"}}\n\n'), ModelOverloadedError),
    "context in the stream": (sends(b'data: {"error": {"message": "context is full"}}\n\n'), ModelContextError),
    "empty": (says(""), ModelEmptyError),
    "nothing at all": (sends(), ModelEmptyError),
    "only the end": (sends(b"data: [DONE]\n\n"), ModelEmptyError),
    "no JSON": (sends(b"data: {oups\n\n"), ModelUnreadableError),
    "JSON of another kind": (sends(b'data: [1, 2]\n\ndata: "oui"\n\n'), ModelUnreadableError),
    "choices that are none": (sends(b'data: {"choices": 3}\n\n'), ModelUnreadableError),
    "text that is none": (sends(chunk(["a"]), chunk({"b": 1})), ModelUnreadableError),
    "no UTF-8": (sends(b"data: \xff\xfe\xff\n\n"), ModelUnreadableError),
    "a page": (sends(b"<html>Bienvenue</html>", kind="text/html"), ModelUnreadableError),
    "not a stream": (sends(b'{"choices": []}', kind="application/json"), ModelUnreadableError),
    "compressed": (sends(b"\x1f\x8b", Content_Encoding="gzip"), ModelUnreadableError),
    "cut in the middle": (cut_after("La CPTS porte"), ModelUnreadableError),
    "no end said": (sends(chunk("La CPTS porte")), ModelUnreadableError),
}


@pytest.mark.parametrize("name", FAILURES)
def test_each_failure_is_one_french_line(name):
    script, kind = FAILURES[name]
    with FakeModel(script) as server, pytest.raises(ModelError) as raised:
        read(server.settings(llm_api_key="tres-secret"))
    assert type(raised.value) is kind
    said = str(raised.value)
    assert said.startswith("Le modèle de langue ") and said.endswith(".") and "\n" not in said
    assert "secret" not in said
    assert len(server.requests) == 1


def test_what_came_before_a_failure_was_given():
    came = []
    with FakeModel(cut_after("La CPTS porte l'action [1]. La")) as server, pytest.raises(ModelUnreadableError):
        for piece in load_model(server.settings()).stream(ASKED, 200, threading.Event()):
            came.append(piece)
    assert "".join(came) == "La CPTS porte l'action [1]. La"


def test_nobody_at_the_address():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        settings = replace(Settings(), llm_url=f"http://127.0.0.1:{port}/v1", llm_model="m")
        with pytest.raises(ModelUnreachableError, match=f"injoignable.*CLSASSIST_LLM_URL.*{port}"):
            read(settings)


@pytest.mark.parametrize("script", [hangs(before_head=True), hangs(), hangs("La CPTS"), comments_for_ever])
def test_a_server_that_keeps_silent_is_left(script):
    with FakeModel(script) as server, pytest.raises(ModelTooSlowError, match="trop lent"):
        read(server.settings(llm_timeout=0.3))


@pytest.mark.parametrize("script", [hangs(before_head=True), hangs("La CPTS porte"), comments_for_ever])
def test_a_stop_is_heard_while_nothing_comes(script):
    stop = threading.Event()
    with FakeModel(script) as server:
        reader = threading.Thread(target=read, args=(server.settings(llm_timeout=600), stop))
        reader.start()
        stop.set()
        reader.join(60)
        assert not reader.is_alive()


def test_a_stop_lets_no_other_piece_through_and_hangs_up():
    stop = threading.Event()
    with FakeModel(repeats("mot ")) as server:
        came = []
        for piece in load_model(server.settings()).stream(ASKED, 100_000, stop):
            came.append(piece)
            stop.set()
        assert came == ["mot "]
        assert server.gone.wait(60)


def test_a_reader_who_leaves_hangs_up():
    with FakeModel(repeats("mot ")) as server:
        stream = load_model(server.settings()).stream(ASKED, 100_000, threading.Event())
        assert next(stream) == "mot "
        stream.close()
        assert server.gone.wait(60)


def test_an_endless_answer_ends():
    with FakeModel(repeats("mot ")) as server:
        assert len("".join(read(server.settings(), max_tokens=50))) == 50 * 8


def test_one_huge_token_is_cut():
    with FakeModel(says("a" * 500_000, size=500_000)) as server:
        assert len("".join(read(server.settings(), max_tokens=50))) == 50 * 8


def test_an_event_without_an_end_does_not_fill_the_memory():
    with FakeModel(sends(b"data: ", *[b"x" * 100_000] * 20)) as server, pytest.raises(ModelError):
        read(server.settings(), max_tokens=10)


def test_a_redirection_is_not_followed_and_the_key_stays():
    with FakeModel(says("Oui.")) as other, FakeModel(redirects(f"{other.url}/chat/completions")) as server:
        with pytest.raises(ModelUnreachableError, match="renvoie vers une autre adresse"):
            read(server.settings(llm_api_key="ma-cle"))
        assert other.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_kind_of_redirection_is_followed(status):
    with FakeModel(redirects("/v1/ailleurs", status)) as server, pytest.raises(ModelUnreachableError):
        read(server.settings())
    assert len(server.requests) == 1


def test_the_thoughts_that_a_server_sends_apart_are_not_the_answer():
    thought = b'data: {"choices": [{"index": 0, "delta": {"reasoning_content": "Voyons."}}]}\n\n'
    with FakeModel(sends(thought, chunk("Oui."), chunk(None, "stop"))) as server:
        assert "".join(read(server.settings())) == "Oui."


@pytest.fixture
def certificate(tmp_path):
    """The certificate of 127.0.0.1 by an authority of its own, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "serveur de test")])
    today = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "certificat.pem"
    path.write_bytes(built.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*private))
    return path


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate):
    with FakeModel(says("Oui."), certificate=certificate) as server:
        with pytest.raises(ModelUnreachableError, match="son certificat est refusé"):
            read(server.settings())
        assert server.requests == []


def test_an_authority_of_the_machine_is_trusted(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    channel.trust.cache_clear()
    try:
        with FakeModel(says("Oui."), certificate=certificate) as server:
            assert "".join(read(server.settings())) == "Oui."
        with FakeModel(hangs("La CPTS"), certificate=certificate) as server, pytest.raises(ModelTooSlowError):
            read(server.settings(llm_timeout=0.5))
    finally:
        channel.trust.cache_clear()


def test_questions_are_not_written_by_the_library_s_journal(monkeypatch, caplog):
    monkeypatch.setenv("OPENAI_LOG", "debug")
    with FakeModel(says("Oui.")) as server:
        load_model(server.settings())
        caplog.set_level(0)
        read(server.settings(llm_api_key="ma-cle"))
    assert "Qui porte" not in caplog.text
    assert "ma-cle" not in caplog.text


def test_the_key_is_never_shown():
    settings = replace(Settings(), llm_url="http://127.0.0.1:8080/v1", llm_model="m", llm_api_key="ma-cle")
    assert "ma-cle" not in repr(settings)


def test_the_settings_are_read_from_the_environment(tmp_path):
    (tmp_path / "cle").write_text("ma-cle\n", encoding="utf-8")
    settings = Settings.from_env({
        "CLSASSIST_LLM_URL": "http://127.0.0.1:8080/v1/",
        "CLSASSIST_LLM_MODEL": "mistral-small",
        "CLSASSIST_LLM_API_KEY_FILE": str(tmp_path / "cle"),
        "CLSASSIST_LLM_TIMEOUT": "60",
        "CLSASSIST_LLM_CONTEXT": "8192",
        "CLSASSIST_PROMPTS_DIR": "/etc/clsassist/prompts",
    })  # fmt: skip
    found = (settings.llm_url, settings.llm_model, settings.llm_api_key, settings.llm_timeout, settings.llm_context)
    assert found == ("http://127.0.0.1:8080/v1", "mistral-small", "ma-cle", 60, 8192)
    assert settings.prompts_dir == Path("/etc/clsassist/prompts")


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8080", "ftp://serveur/v1", "http://moi:secret@serveur/v1", "http://serveur/v1?cle=secret", "oui"]
)
def test_an_address_that_cannot_work_is_refused_without_its_secret(url):
    with pytest.raises(ConfigurationError, match="CLSASSIST_LLM_URL") as raised:
        Settings.from_env({"CLSASSIST_LLM_URL": url, "CLSASSIST_LLM_MODEL": "m"})
    assert "secret" not in str(raised.value)


def test_an_address_without_a_model_is_refused():
    with pytest.raises(ConfigurationError, match="CLSASSIST_LLM_MODEL"):
        Settings.from_env({"CLSASSIST_LLM_URL": "http://127.0.0.1:8080/v1"})
