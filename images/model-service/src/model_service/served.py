"""The model that a process serves, once it is loaded."""

import logging

from http_service.process import CannotServeError
from http_service.processors import usable

from model_service.model import Model, ModelError
from model_service.settings import ModelSettings

_log = logging.getLogger("model_service")


class Served:
    """Holds the model.

    Attributes:
        model: None until it is loaded.
    """

    def __init__(self, settings: ModelSettings) -> None:
        self._file, self._threads = settings.model, settings.threads or usable()
        self.model: Model | None = None

    def load(self) -> None:
        """Loads the model; a large one takes long.

        Raises:
            CannotServeError: the file is none that can be served.
        """
        try:
            model = Model(self._file, self._threads)
        except ModelError as error:
            raise CannotServeError(f"APP_MODEL is {str(self._file)!r}; {error}") from None
        loaded = {"model": model.name, "provider": model.provider, "threads": self._threads}
        _log.info("loaded", extra={"fields": loaded})
        self.model = model

    def answers(self) -> bool:
        """Whether there is a model, and it answers as a model does."""
        return self.model is not None and self.model.answers()
