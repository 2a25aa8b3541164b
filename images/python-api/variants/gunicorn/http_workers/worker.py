"""One of the processes that answer."""

import logging
import socket
import sys
from typing import Any, cast

from gunicorn.arbiter import Arbiter
from http_service.process import bound_to, serve, server_config
from uvicorn_worker import UvicornWorker

from http_workers.application import Begun


class HttpWorker(UvicornWorker):
    """Uvicorn's worker, which ends as a service of one process does: it drains first, and says so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # It has taken gunicorn's handlers, of which there are none: the root's writes.
        logging.getLogger("uvicorn.error").propagate = True

    async def _serve(self) -> None:
        begun = cast(Begun, self.wsgi)
        # Gunicorn's own kind, around those of the standard library.
        listeners: list[socket.socket] = [each.sock for each in cast("list[Any]", self.sockets)]
        bound = {"listen": str(bound_to(listeners[0])), "metrics": begun.scraped}
        config = server_config(
            begun.service, begun.settings, timeout_notify=self.timeout, callback_notify=self.callback_notify
        )
        if await serve(begun.service, config, listeners, begun.lifecycle, begun.settings, bound):
            # Gunicorn would start another one, which could not be had ready either.
            sys.exit(Arbiter.APP_LOAD_ERROR)
