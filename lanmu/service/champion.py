"""The current model, loaded; a newly promoted one is taken over while the old one still answers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from copy import copy
from pathlib import Path

from classifier.article import Article
from classifier.errors import LanmuError
from classifier.messages import Said, say
from classifier.model.decisions import ReviewRule
from classifier.model.model_files import Manifest, StoredModel, read_model
from classifier.model.topic_model import Engine, TopicModel
from classifier.model.versions import CURRENT, current_name
from classifier.taxonomy import Taxonomy

log = logging.getLogger("lanmu.service")
CHECK_SECONDS = 1.0
_WARMING = Article("warming", "县政府召开防汛工作会议", "会议听取了水利局的汇报,要求各乡镇压实责任。")


class NotReady(LanmuError):
    """No model is loaded yet; it takes some ``retry_after`` seconds."""

    retry_after = 5


class Champion:
    """Holds the current model of a folder of versions and notices when another becomes current.

    ``model`` may be read from any thread; who has read it goes on with that one.  The new model is
    loaded and tried before it takes over; where that fails, the old one stays and ``problem`` says
    why.  Until the compiled kernel is ready, the same model is slower, in plain Python.
    """

    def __init__(
        self,
        folder: Path,
        *,
        threads: int = 1,
        accept_accuracy: float | None = None,
        strict: Mapping[str, float] | None = None,
    ) -> None:
        self.folder = folder
        self.problem: Said = ""
        self.takeovers = 0
        self._threads = threads
        self._accept_accuracy = accept_accuracy
        self._strict: Mapping[str, float] = dict(strict or {})
        self._model: TopicModel | None = None
        self._seen: object = None
        self._stopped = threading.Event()
        self._changed = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def model(self) -> TopicModel:
        """The current model; NotReady where there is none yet."""
        if self._model is None:
            raise NotReady(self.problem or say("service.model_loading"))
        return self._model

    @property
    def ready(self) -> bool:
        return self._model is not None

    def start(self) -> None:
        """Load the model and look after it from now on, in a thread of its own."""
        self._thread = threading.Thread(target=self._watch, name="champion", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._changed.set()
        if self._thread is not None:
            self._thread.join(10)

    def choose(self, *, accept_accuracy: float | None = None, strict: Mapping[str, float] | None = None) -> None:
        """Go by another rule from now on, with this and later models; what is not given stays.

        ``accept_accuracy``: this share of the accepted is to be right (0-1).  ``strict``: these categories (by id) are
        accepted only from these probabilities on.
        """
        with self._lock:
            self._accept_accuracy = self._accept_accuracy if accept_accuracy is None else accept_accuracy
            self._strict = self._strict if strict is None else dict(strict)
            if self._model is not None:  # who works with it goes on by the old rule
                model = copy(self._model)
                model.review = self.find_rule(model.manifest)
                self._model = model

    def find_rule(self, manifest: Manifest) -> ReviewRule:
        """When an article would go to review with this version, as has been chosen for the service."""
        rule = manifest.review if self._accept_accuracy is None else manifest.review.at(self._accept_accuracy)
        return rule.make_stricter(manifest.taxonomy.ids, _find_least(manifest.taxonomy, self._strict))

    def refresh(self) -> bool:
        """Load the current version if it is another than the loaded one; whether it was taken over."""
        with self._lock:
            try:
                stamp = self._stamp()
                if stamp == self._seen:
                    return False
                stored = read_model(self.folder / current_name(self.folder))
                before = self._model
                taken = before is None or before.manifest.checksum != stored.manifest.checksum
                if taken:
                    if before is None:
                        self._model = self._ready(stored, "python")
                    self._model = self._ready(stored, "compiled")
            except (LanmuError, OSError) as error:
                if str(error) != str(self.problem):
                    log.error("the current model cannot be used: %s", error)
                self.problem = error.said if isinstance(error, LanmuError) else str(error)
                return False
            self._seen = stamp
            self.problem = ""
            if taken:
                self.takeovers += before is not None
                log.info("model %s (%s) answers", stored.manifest.name, stored.manifest.checksum[:12])
            return taken

    def _ready(self, stored: StoredModel, engine: Engine) -> TopicModel:
        """A model that has tagged its first article."""
        model = TopicModel(stored, engine=engine, threads=self._threads)
        model.review = self.find_rule(stored.manifest)
        model.tag([_WARMING])
        return model

    def _stamp(self) -> object:
        status = (self.folder / CURRENT).stat()
        return (status.st_mtime_ns, status.st_ino, status.st_size)

    def _watch(self) -> None:
        while not self._stopped.is_set():
            try:
                self.refresh()
            except Exception:  # the thread must live on whatever a version does
                log.exception("looking for the current model failed")
            self._changed.wait(CHECK_SECONDS)
            self._changed.clear()


def _find_least(taxonomy: Taxonomy, chosen: Mapping[str, float]) -> dict[str, float]:
    """What was chosen for each category by its id; of a renamed or merged one, the strictest of what it was."""
    return {
        category.id: chosen.get(category.id, max((chosen.get(before, 0.0) for before in category.was), default=0.0))
        for category in taxonomy
    }
