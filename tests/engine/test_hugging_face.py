"""Models that are looked up on the hub: pinned when they come, and held to that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from custom_components.llmos_assistant.engine.catalog import of_repository
from custom_components.llmos_assistant.engine.hugging_face import HubSource, Purpose, is_repository
from custom_components.llmos_assistant.engine.shelf import remove, stored
from custom_components.llmos_assistant.engine.store import (
    MODELS,
    ModelError,
    install,
    install_file,
    is_installed,
    locked,
    verify,
)
from tests.hub import Hub

from .tiny_gguf import write_tiny

SPEECH = {
    "model.bin": bytes(range(256)) * 10_000,
    "config.json": b"{}",
    "tokenizer.json": b"{}" * 2_000,
    "vocabulary.txt": b"a\nb\n",
    "preprocessor_config.json": b"{}",
    "README.md": b"# A model",
    "onnx/model.bin": b"another",
}
MODEL = of_repository("somebody/whisper", Purpose.SPEECH)


@pytest.fixture
def hub(hub: Hub) -> Hub:
    """With a speech model in it."""
    hub.repositories["somebody/whisper"] = dict(SPEECH)
    return hub


def test_the_hub_of_the_tests_is_like_the_real_one(hub: Hub) -> None:
    """Its own client understands it."""
    info = HfApi(endpoint=hub.url).model_info(
        "somebody/whisper", revision="main", files_metadata=True
    )
    listing = HubSource("somebody/whisper").listing()
    assert info.sha == listing.revision == hub.revision("somebody/whisper")
    for sibling in info.siblings or ():
        if "/" not in sibling.rfilename:
            file = listing.files[sibling.rfilename]
            assert (file.size, file.sha256) == (sibling.size, (sibling.lfs or {}).get("sha256", ""))
            assert file.sha256 or file.git_sha1 == sibling.blob_id


def test_what_came_is_pinned(hub: Hub, tmp_path: Path) -> None:
    """Its files, their SHA-256 and its revision: nothing else is that model from then on."""
    folder = install(tmp_path, MODEL)
    assert folder.name == "somebody--whisper"
    wanted = set(SPEECH) - {"README.md", "onnx/model.bin"}
    record = json.loads((folder / "files.json").read_text())
    assert {file["name"] for file in record["files"]} == wanted
    assert all(len(file["sha256"]) == 64 for file in record["files"])
    assert record["revision"] == hub.revision("somebody/whisper")

    hub.looked.clear()
    hub.requests.clear()
    assert install(tmp_path, MODEL) == verify(tmp_path, MODEL) == folder
    assert not hub.looked
    assert not hub.requests

    (folder / "config.json").write_bytes(b"[]")
    with pytest.raises(ModelError, match=r"damaged \(config.json\)"):
        verify(tmp_path, MODEL)
    install(tmp_path, MODEL)
    assert (verify(tmp_path, MODEL) / "config.json").read_bytes() == b"{}"


@pytest.mark.parametrize("name", ["model.bin", "config.json"], ids=["in LFS", "in Git"])
def test_what_the_hub_did_not_tell_of_is_refused(hub: Hub, tmp_path: Path, name: str) -> None:
    """Of each file a hash is known before it comes."""
    hub.lie[name] = SPEECH[name][::-1]
    with pytest.raises(ModelError, match="no source has the right files"):
        install(tmp_path, MODEL)
    assert not is_installed(tmp_path, MODEL)
    assert not (tmp_path / "somebody--whisper").exists()


def test_a_newer_revision_is_fetched_when_it_is_asked_for(hub: Hub, tmp_path: Path) -> None:
    install(tmp_path, MODEL)
    hub.requests.clear()
    install(tmp_path, MODEL, newest=True)
    assert not hub.requests

    hub.repositories["somebody/whisper"]["config.json"] = b'{"a": 1}'
    install(tmp_path, MODEL)
    assert (verify(tmp_path, MODEL) / "config.json").read_bytes() == b"{}"
    install(tmp_path, MODEL, newest=True)
    assert (verify(tmp_path, MODEL) / "config.json").read_bytes() == b'{"a": 1}'


@pytest.mark.parametrize(
    ("repository", "key"),
    [
        ("somebody/nothing", "no_such_repository"),
        ("somebody/gated", "login_needed"),
        ("somebody/pytorch", "nothing_usable"),
        ("somebody/gguf", "nothing_usable"),
    ],
)
def test_why_a_repository_is_of_no_use(hub: Hub, tmp_path: Path, repository: str, key: str) -> None:
    hub.repositories["somebody/gated"] = dict(SPEECH)
    hub.gated.add("somebody/gated")
    hub.repositories["somebody/pytorch"] = {"config.json": b"{}", "model.safetensors": b"?"}
    hub.repositories["somebody/gguf"] = {"model.gguf": b"GGUF"}
    with pytest.raises(ModelError) as error:
        install(tmp_path, of_repository(repository, Purpose.SPEECH))
    assert (error.value.key, error.value.detail) == (key, repository)


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="cannot be reached") as error:
        install(tmp_path, MODEL)
    assert error.value.key == "unreachable"


@pytest.mark.parametrize("answer", [b"no JSON", b"[]", b'{"siblings": [{}]}', b'{"sha": "1"}'])
def test_an_answer_that_is_not_the_hubs(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    """A captive portal, for example."""
    hub.repositories["api/models"] = {"somebody/whisper/revision/main": answer}
    monkeypatch.setenv("HF_ENDPOINT", f"{hub.url}/cdn")
    with pytest.raises(ModelError, match="its answer is not understood"):
        install(tmp_path, MODEL)


def test_gguf_files_of_a_repository(hub: Hub, tmp_path: Path) -> None:
    """One is chosen, converted and pinned; parts of one and projectors are none."""
    gguf = tmp_path / "tiny.gguf"
    write_tiny(gguf, "llama")
    hub.repositories["somebody/llama"] = {
        "tiny-q8.gguf": gguf.read_bytes(),
        "tiny-q2.gguf": b"GGUF",
        "mmproj-f16.gguf": b"GGUF",
        "big-00001-of-00002.gguf": b"GGUF",
    }
    listing = HubSource("somebody/llama").listing()
    assert [file.name for file in listing.ggufs()] == ["tiny-q2.gguf", "tiny-q8.gguf"]
    assert listing.choose(Purpose.CHAT) == (listing.files["tiny-q2.gguf"],)
    with pytest.raises(ModelError, match="no model that can be used"):
        listing.choose(Purpose.CHAT, "tiny-q4.gguf")

    model = of_repository("somebody/llama", Purpose.CHAT, "tiny-q8.gguf")
    shown: list[tuple[int, int]] = []
    folder = install(tmp_path / "models", model, lambda *step: shown.append(step))
    assert folder.name == "somebody--llama--tiny-q8"
    assert (verify(tmp_path / "models", model) / "model.bin").is_file()
    assert not list(folder.glob("*.gguf"))
    assert shown == sorted(shown)
    assert shown[-1] == (2 * gguf.stat().st_size, 2 * gguf.stat().st_size)


def test_a_gguf_file_of_ones_own(tmp_path: Path) -> None:
    """It is converted once; a broken one does not replace what was made of it."""
    gguf, models = tmp_path / "tiny.gguf", tmp_path / "models"
    write_tiny(gguf, "llama")
    folder = install_file(models, gguf, lambda *_: None)
    made = (folder / "model.bin").stat().st_mtime_ns
    assert install_file(models, gguf, lambda *_: None) == folder
    assert (folder / "model.bin").stat().st_mtime_ns == made

    gguf.write_bytes(b"no model")
    with pytest.raises(ModelError, match="Cannot convert the model tiny"):
        install_file(models, gguf, lambda *_: None)
    assert (folder / "model.bin").stat().st_mtime_ns == made

    write_tiny(gguf, "qwen2")
    install_file(models, gguf, lambda *_: None)
    assert (folder / "model.bin").stat().st_mtime_ns != made
    with pytest.raises(ModelError, match="name of another model"):
        install_file(models, gguf.rename(tmp_path / "whisper-base.gguf"), lambda *_: None)
    with pytest.raises(ModelError, match="cannot be read"):
        install_file(models, tmp_path / "nothing.gguf", lambda *_: None)


def test_what_is_stored_is_listed_and_removed(hub: Hub, tmp_path: Path) -> None:
    """Whole models, what is here of others, and what could be newer."""
    assert stored(tmp_path / "nowhere") == []
    install(tmp_path, MODEL)
    hub.break_after = 1_000_000
    tiny = MODELS["whisper-tiny"]
    hub.repositories["Systran/faster-whisper-tiny"] = dict(SPEECH)
    with pytest.raises(ModelError, match="ended early"):
        install(tmp_path, tiny)

    whole, begun = stored(tmp_path)
    assert (whole.name, whole.title, whole.is_complete) == (
        "somebody--whisper",
        "somebody/whisper",
        True,
    )
    assert whole.size > sum(map(len, SPEECH.values())) - 100
    assert whole.update == MODEL
    assert (begun.name, begun.is_complete, begun.update) == (
        "whisper-tiny.partial",
        False,
        None,
    )
    assert begun.size >= 1_000_000

    remove(tmp_path, begun.name)
    assert [model.name for model in stored(tmp_path)] == ["somebody--whisper"]
    hub.break_after = None
    install(tmp_path, tiny)
    (tmp_path / "elsewhere").mkdir()
    remove(tmp_path, "somebody--whisper")
    assert [model.name for model in stored(tmp_path)] == ["elsewhere", "whisper-tiny"]
    assert not is_installed(tmp_path, MODEL)
    verify(tmp_path, tiny)
    with locked(tmp_path, "whisper-tiny"), pytest.raises(ModelError, match="Cannot remove"):
        remove(tmp_path, "whisper-tiny")
    for name in ("../elsewhere", "", "..", str(tmp_path)):
        with pytest.raises(ModelError, match="cannot be the name"):
            remove(tmp_path / "models", name)
    assert (tmp_path / "elsewhere").is_dir()


def test_repository_ids() -> None:
    assert is_repository("Systran/faster-whisper-base")
    assert is_repository("a/b.c_d-e")
    for text in ("whisper", "/a/b", "a/b/c", "../b", "a/..", "a/.b", "a b/c", "ä/b", "https://a/b"):
        assert not is_repository(text)
