"""The build cache of an image, in the words of the build provider."""

import pulumi_docker_build as docker

from components.spec.build_cache import Cache


def cache_args(
    cache: Cache, image: str, tag: str, architecture: str
) -> tuple[list[docker.CacheFromArgs] | None, list[docker.CacheToArgs] | None]:
    """What a build reads, the nearest first, and what it writes; None where there is no cache.

    Args:
        cache: Where it is.
        image: The image's repository, in full.
        tag: The image's tag.
        architecture: The platform's, if it is one of several, or named; empty otherwise. A cache holds one platform.
    """
    if not cache.enabled:
        return None, None
    ending = f"-{architecture}" if architecture else ""
    words = [f"{word}{ending}" for word in cache.words]
    return [_read(cache, image, tag, word) for word in words[: 1 if cache.kind == "inline" else None]], [
        _written(cache, image, words[0])
    ]


def _read(cache: Cache, image: str, tag: str, word: str) -> docker.CacheFromArgs:
    match cache.kind:
        case "registry":
            return docker.CacheFromArgs(registry=docker.CacheFromRegistryArgs(ref=_repository(image, word)))
        case "inline":
            return docker.CacheFromArgs(registry=docker.CacheFromRegistryArgs(ref=f"{image}:{tag}"))
        case "gha":
            return docker.CacheFromArgs(gha=docker.CacheFromGitHubActionsArgs(scope=_scope(image, word)))
        case "local":
            return docker.CacheFromArgs(local=docker.CacheFromLocalArgs(src=_folder(cache, image, word)))
        case "s3":
            return docker.CacheFromArgs(raw=_bucket(cache, image, word))


def _written(cache: Cache, image: str, word: str) -> docker.CacheToArgs:
    """Keeps the stages that do not reach the final image, too; a cache that cannot be written fails no build."""
    mode = docker.CacheMode.MAX
    match cache.kind:
        case "registry":
            # In a repository of its own: retention of images and of caches then do not meet.
            return docker.CacheToArgs(
                registry=docker.CacheToRegistryArgs(
                    ref=_repository(image, word),
                    mode=mode,
                    image_manifest=True,
                    oci_media_types=True,
                    ignore_error=True,
                )
            )
        case "inline":
            return docker.CacheToArgs(inline=docker.CacheToInlineArgs())
        case "gha":
            scope = _scope(image, word)
            return docker.CacheToArgs(gha=docker.CacheToGitHubActionsArgs(scope=scope, mode=mode, ignore_error=True))
        case "local":
            folder = _folder(cache, image, word)
            return docker.CacheToArgs(local=docker.CacheToLocalArgs(dest=folder, mode=mode, ignore_error=True))
        case "s3":
            return docker.CacheToArgs(raw=f"{_bucket(cache, image, word)},mode={mode.value},ignore-error=true")


def _repository(image: str, word: str) -> str:
    return f"{image}/cache:{word}"


def _scope(image: str, word: str) -> str:
    return f"{image.partition('/')[2]}-{word}".replace("/", "-")


def _folder(cache: Cache, image: str, word: str) -> str:
    return f"{cache.folder}/{_scope(image, word)}"


def _bucket(cache: Cache, image: str, word: str) -> str:
    """In BuildKit's own words: the SDK's would put the keys of this machine's environment into the stack's state."""
    if cache.s3 is None:
        raise AssertionError("validated: the kind s3 has a bucket")
    endpoint = f",endpoint_url={cache.s3.endpoint},use_path_style=true" if cache.s3.endpoint else ""
    return f"type=s3,bucket={cache.s3.bucket},region={cache.s3.region},name={_scope(image, word)}{endpoint}"
