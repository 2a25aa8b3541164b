"""Images: pulled when they are not there, and the resource `RemoteImage`."""

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_engine import EngineLog
from toolchain.plugins.base_values import Properties
from toolchain.plugins.docker import kinds
from toolchain.plugins.docker.engine import AbsentError, Engine, progress
from toolchain.plugins.docker.fields import Answer, flag, text
from toolchain.plugins.docker.resource import Found, Resource, Wanted


def present(engine: Engine, image: str, platform: str, urn: str, log: EngineLog) -> Answer:
    """Returns what the engine says of an image, which is pulled if it is not there.

    Args:
        engine: Where.
        image: A name with a tag or a digest, or an image's id.
        platform: Such as `linux/amd64`; "" for the engine's own.
        urn: For whom.
        log: Told while it is pulled.

    Raises:
        ProviderError: It cannot be had, and why.
    """
    found = look(engine, image)
    if found is None:
        _pull(engine, image, platform, urn, log)
        found = look(engine, image)
    if found is None:
        raise ProviderError(f"the image {image} was pulled, and yet the engine does not have it")
    return found


def look(engine: Engine, image: str) -> Answer | None:
    """Returns what the engine says of an image, None if it has none of that name."""
    try:
        with engine.doing(f"looking for the image {image}"):
            return engine.api.inspect_image(image)
    except AbsentError:
        return None


def _pull(engine: Engine, image: str, platform: str, urn: str, log: EngineLog) -> None:
    login = engine.login(image.split("/")[0])
    credentials = {"username": login.username, "password": login.password} if login else None
    # Without a tag the library would ask for all of them.
    name = image if "@" in image or ":" in image.rpartition("/")[2] else f"{image}:latest"
    log.status(urn, f"pulling {image}")
    try:
        with engine.doing(f"pulling the image {image}"):
            lines = engine.api.pull(name, stream=True, decode=True, auth_config=credentials, platform=platform or None)
            for stage in progress(lines, engine):
                log.status(urn, f"pulling {image}: {stage}")
    except AbsentError as error:
        raise ProviderError(error.message) from None
    except ProviderError as error:
        if error.message.startswith("pulling"):
            raise
        raise type(error)(f"pulling the image {image}: {error.message}") from None


class Images(Resource):
    """`RemoteImage`: an image that the engine has."""

    kind = kinds.REMOTE_IMAGE

    def create(self, wanted: Wanted) -> Found:
        """Pulls it unless it is there."""
        if wanted.inputs.get("build"):
            raise ProviderError(
                "slipway's stand-in for the docker plugin does not build: build with a `docker_build.Image`, and name "
                "its digest here"
            )
        name = text(wanted.inputs, "name")
        image = present(self.engine, name, text(wanted.inputs, "platform"), wanted.urn, wanted.log)
        return _found(image, name)

    def read(self, resource_id: str, inputs: Properties) -> Found | None:
        """Looks at it; an import names it."""
        name = text(inputs, "name") or resource_id
        image = look(self.engine, name)
        return None if image is None else _found(image, name)

    def update(self, resource_id: str, wanted: Wanted) -> Found:
        """Has it, as in the beginning: what can change without a replacement concerns its removal only."""
        return self.create(wanted)

    def delete(self, resource_id: str, inputs: Properties) -> None:
        """Removes the name, and with the last name the image, unless it is to be kept."""
        name = text(inputs, "name")
        if flag(inputs, "keepLocally") or look(self.engine, name) is None:
            return
        try:
            with self.engine.doing(f"removing the image {name}"):
                self.engine.api.remove_image(name, force=flag(inputs, "forceRemove"))
        except AbsentError:
            return


def _found(image: Answer, name: str) -> Found:
    repository = name.partition("@")[0].rpartition(":")[0] or name
    digests = [str(one) for one in image.get("RepoDigests") or ()]
    matching = [one for one in digests if one == name or one.partition("@")[0] in (repository, name.partition("@")[0])]
    outputs: Properties = {"imageId": str(image["Id"]), "repoDigest": (matching or digests or [""])[0]}
    return Found(f"{image['Id']}{name}", outputs, {}, {"name": name})
