"""The resources of `random`, as data: their inputs, their outputs, how a value is made and how one is imported.

Names and defaults are those of the `pulumi_random` package, version 4.21.1.
"""

import base64
import binascii
import os
import random
import secrets
import string
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import bcrypt

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties, Value
from toolchain.plugins.random_words import ADJECTIVES, ADVERBS, NAMES

_BCRYPT_COST = 10  # the official provider's, golang.org/x/crypto/bcrypt.DefaultCost
_BCRYPT_MAX_BYTES = 72  # bcrypt reads no further
_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"  # the documented default of `overrideSpecial`
_CLASSES = ("Upper", "Lower", "Numeric", "Special")


@dataclass(frozen=True, slots=True)
class Field:
    """One input.

    Attributes:
        name: Its name in the protocol.
        type: `int`, `bool` or `str`; `list` for a list of strings, `dict` for a map of strings.
        default: The value that an absent input has in the state; `None` for none.
        required: Whether it must be given.
        minimum: The least allowed value of an `int`.
        alias: Another input that means the same; where only one of the two is given, both have its value.
    """

    name: str
    type: type
    default: Value = None
    required: bool = False
    minimum: int | None = None
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A new or imported value: the resource's id, its outputs, and on import the inputs that it implies."""

    id: str
    outputs: Properties
    inputs: Properties = field(default_factory=Properties)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of resource.

    Attributes:
        name: The last part of its type token.
        fields: Its inputs, `keepers` among them.
        outputs: What is computed, and unknown in a preview; `id` is among them where the official state has it.
        make: Makes a new value from complete inputs.
        read: Takes an existing value apart; raises `ProviderError` if it is none. `None`: cannot be imported.
        secret_outputs: Which outputs are secret.
        output_types: The types of outputs that are no text.
        schema_version: The version in the state's `__meta`; 0 if it has none.
        renamed: Properties that have another name in the provider which the official one wraps.
        rules: Returns what is wrong with complete inputs: pairs of field and words.
    """

    name: str
    fields: tuple[Field, ...]
    outputs: tuple[str, ...]
    make: Callable[[Properties], Made]
    read: Callable[[str], Made] | None = None
    secret_outputs: tuple[str, ...] = ()
    output_types: Mapping[str, type] = field(default_factory=dict[str, type])
    schema_version: int = 0
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])
    rules: Callable[[Properties], Sequence[tuple[str, str]]] = lambda inputs: ()

    @property
    def token(self) -> str:
        """The type token, such as `random:index/randomPet:RandomPet`."""
        return f"random:index/{self.name[0].lower()}{self.name[1:]}:{self.name}"


def _int(inputs: Properties, name: str) -> int:
    return cast(int, inputs[name])


def _text(inputs: Properties, name: str) -> str:
    return str(inputs.get(name) or "")


# Bytes and ids


def _make_bytes(inputs: Properties) -> Made:
    return _bytes(os.urandom(_int(inputs, "length")))


def _read_bytes(text: str) -> Made:
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        raw = b""
    if not raw:
        raise ProviderError("RandomBytes are imported by their base64 text, such as 8/fu3q+2DcgSJ19i0jZ5Cw==")
    made = _bytes(raw)
    return Made(made.id, made.outputs, {"length": len(raw)})


def _bytes(raw: bytes) -> Made:
    text = base64.b64encode(raw).decode()
    return Made(text, {"base64": text, "hex": raw.hex()})


def _make_id(inputs: Properties) -> Made:
    return _id(os.urandom(_int(inputs, "byteLength")), _text(inputs, "prefix"))


def _read_id(text: str) -> Made:
    prefix, comma, encoded = text.rpartition(",")
    try:
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raw = b""
    if not raw:
        raise ProviderError(
            "a RandomId is imported by its b64Url, after prefix and comma if it has one: my-prefix-,p-9hUg"
        )
    made = _id(raw, prefix)
    return Made(made.id, made.outputs, {"byteLength": len(raw), **({"prefix": prefix} if comma else {})})


def _id(raw: bytes, prefix: str) -> Made:
    url = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return Made(
        url,
        {
            "id": url,
            "b64Std": prefix + base64.b64encode(raw).decode(),
            "b64Url": prefix + url,
            "dec": f"{prefix}{int.from_bytes(raw)}",
            "hex": prefix + raw.hex(),
        },
    )


# Numbers and lists


def _make_integer(inputs: Properties) -> Made:
    result = _generator(inputs).randint(_int(inputs, "min"), _int(inputs, "max"))
    return Made(str(result), {"id": str(result), "result": result})


def _read_integer(text: str) -> Made:
    parts = text.split(",", 3)
    try:
        result, low, high = (int(part) for part in parts[:3])
    except ValueError:
        raise ProviderError(
            "a RandomInteger is imported by its result, min, max and, if it has one, seed: 15390,1,50000"
        ) from None
    inputs: Properties = {"min": low, "max": high, **({"seed": parts[3]} if len(parts) == 4 else {})}
    return Made(str(result), {"id": str(result), "result": result}, inputs)


def _check_range(inputs: Properties) -> Sequence[tuple[str, str]]:
    low, high = _int(inputs, "min"), _int(inputs, "max")
    if low <= high:
        return ()
    words = "The minimum (min) value needs to be smaller than or equal to the maximum (max) value"
    return (("min", f"{words}, got: {low} and {high}."),)


def _make_shuffle(inputs: Properties) -> Made:
    pool = list(cast(list[Value], inputs["inputs"]))
    count = inputs.get("resultCount")
    wanted = count if isinstance(count, int) and count else len(pool)
    generator = _generator(inputs)
    results: list[Value] = []
    # Whole permutations one after another, so that nothing is repeated more often than need be.
    while pool and len(results) < wanted:
        results += generator.sample(pool, len(pool))
    return Made("-", {"id": "-", "results": results[:wanted]})


def _generator(inputs: Properties) -> random.Random:
    """Returns a generator that a `seed` makes repeatable."""
    seed = _text(inputs, "seed")
    return random.Random(seed) if seed else random.SystemRandom()  # noqa: S311 - repeatable is what a seed asks for


# Texts


def _make_string(inputs: Properties) -> Made:
    text = _characters(inputs)
    return Made(text, {"id": text, "result": text})


def _read_string(text: str) -> Made:
    return Made(text, {"id": text, "result": text}, {"length": len(text)})


def _make_password(inputs: Properties) -> Made:
    return _password(_characters(inputs))


def _read_password(text: str) -> Made:
    made = _password(text)
    return Made(made.id, made.outputs, {"length": len(text)})


def _password(text: str) -> Made:
    hashed = bcrypt.hashpw(text.encode()[:_BCRYPT_MAX_BYTES], bcrypt.gensalt(_BCRYPT_COST, prefix=b"2a")).decode()
    return Made("none", {"id": "none", "result": text, "bcryptHash": hashed})


def _characters(inputs: Properties) -> str:
    classes = {
        "Upper": string.ascii_uppercase,
        "Lower": string.ascii_lowercase,
        "Numeric": string.digits,
        "Special": _text(inputs, "overrideSpecial") or _SPECIAL,
    }
    # A minimum holds for a class that is switched off, too, as in the official provider.
    picked = [secrets.choice(chars) for name, chars in classes.items() for _ in range(_int(inputs, f"min{name}"))]
    allowed = "".join(chars for name, chars in classes.items() if inputs[name.lower()] is True)
    picked += [secrets.choice(allowed) for _ in range(_int(inputs, "length") - len(picked))]
    secrets.SystemRandom().shuffle(picked)
    return "".join(picked)


def _check_characters(inputs: Properties) -> Sequence[tuple[str, str]]:
    problems: list[tuple[str, str]] = []
    length, least = _int(inputs, "length"), sum(_int(inputs, f"min{name}") for name in _CLASSES)
    if length < least:
        problems.append(
            (
                "length",
                "Attribute length value must be at least sum of min_upper + min_lower + min_numeric + min_special, "
                f"got: {length}.",
            )
        )
    if not any(inputs[name.lower()] is True for name in _CLASSES):
        problems.append(("special", "At least one of special, upper, lower and numeric must be true."))
    if inputs["number"] != inputs["numeric"]:
        problems.append(("number", "number and numeric differ; number is deprecated, use numeric only."))
    return problems


def _make_pet(inputs: Properties) -> Made:
    length = _int(inputs, "length")
    kinds = [ADVERBS] * (length - 2) + [ADJECTIVES] * (length > 1) + [NAMES]
    words = [secrets.choice(kind) for kind in kinds]
    prefix = _text(inputs, "prefix")
    name = _text(inputs, "separator").join([prefix, *words] if prefix else words)
    return Made(name, {"id": name})


# UUIDs


def _make_uuid(_inputs: Properties) -> Made:
    return _uuid(str(uuid.UUID(bytes=os.urandom(16))))  # all 128 bits random: not a version 4 UUID, as officially


def _make_uuid4(_inputs: Properties) -> Made:
    return _uuid(str(uuid.uuid4()))


def _make_uuid7(_inputs: Properties) -> Made:
    # RFC 9562, section 5.7: 48 bits of milliseconds, version, 12 random bits, variant, 62 random bits.
    milliseconds = time.time_ns() // 1_000_000
    high = milliseconds << 16 | 0x7 << 12 | secrets.randbits(12)
    low = 0b10 << 62 | secrets.randbits(62)
    return _uuid(str(uuid.UUID(int=high << 64 | low)))


def _read_uuid(text: str) -> Made:
    try:
        return _uuid(str(uuid.UUID(text)))
    except ValueError:
        raise ProviderError("a UUID is imported by its text, such as aabbccdd-eeff-0011-2233-445566778899") from None


def _uuid(text: str) -> Made:
    return Made(text, {"id": text, "result": text})


# The table

KEEPERS = Field("keepers", dict)

_CHARACTER_FIELDS = (
    KEEPERS,
    Field("length", int, required=True, minimum=1),
    Field("lower", bool, True),
    Field("minLower", int, 0, minimum=0),
    Field("minNumeric", int, 0, minimum=0),
    Field("minSpecial", int, 0, minimum=0),
    Field("minUpper", int, 0, minimum=0),
    Field("number", bool, True, alias="numeric"),
    Field("numeric", bool, True, alias="number"),
    Field("overrideSpecial", str),
    Field("special", bool, True),
    Field("upper", bool, True),
)

KINDS: Mapping[str, Kind] = {
    kind.token: kind
    for kind in (
        Kind(
            "RandomBytes",
            fields=(KEEPERS, Field("length", int, required=True, minimum=1)),
            outputs=("base64", "hex"),
            secret_outputs=("base64", "hex"),
            make=_make_bytes,
            read=_read_bytes,
        ),
        Kind(
            "RandomId",
            fields=(KEEPERS, Field("byteLength", int, required=True, minimum=1), Field("prefix", str)),
            outputs=("b64Std", "b64Url", "dec", "hex", "id"),
            make=_make_id,
            read=_read_id,
        ),
        Kind(
            "RandomInteger",
            fields=(KEEPERS, Field("max", int, required=True), Field("min", int, required=True), Field("seed", str)),
            outputs=("id", "result"),
            output_types={"result": int},
            make=_make_integer,
            read=_read_integer,
            rules=_check_range,
        ),
        Kind(
            "RandomPassword",
            fields=_CHARACTER_FIELDS,
            outputs=("bcryptHash", "id", "result"),
            secret_outputs=("bcryptHash", "result"),
            make=_make_password,
            read=_read_password,
            schema_version=3,
            rules=_check_characters,
        ),
        Kind(
            "RandomPet",
            fields=(KEEPERS, Field("length", int, 2, minimum=1), Field("prefix", str), Field("separator", str, "-")),
            outputs=("id",),
            make=_make_pet,
        ),
        Kind(
            "RandomShuffle",
            fields=(
                KEEPERS,
                Field("inputs", list, required=True),
                Field("resultCount", int, minimum=0),
                Field("seed", str),
            ),
            outputs=("id", "results"),
            output_types={"results": list},
            make=_make_shuffle,
            renamed={"inputs": "input", "results": "result"},
        ),
        Kind(
            "RandomString",
            fields=_CHARACTER_FIELDS,
            outputs=("id", "result"),
            make=_make_string,
            read=_read_string,
            schema_version=2,
            rules=_check_characters,
        ),
        Kind("RandomUuid", fields=(KEEPERS,), outputs=("id", "result"), make=_make_uuid, read=_read_uuid),
        Kind("RandomUuid4", fields=(KEEPERS,), outputs=("id", "result"), make=_make_uuid4, read=_read_uuid),
        Kind("RandomUuid7", fields=(KEEPERS,), outputs=("id", "result"), make=_make_uuid7, read=_read_uuid),
    )
}
"""Every kind by its type token."""
