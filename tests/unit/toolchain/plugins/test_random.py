"""The random stand-in makes values to order, keeps them, and answers as the official plugin does."""

import base64
import re
import string
import time
import uuid
from typing import Any, cast

import bcrypt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.toolchain.plugins.replay import Json, recorded, serving
from toolchain.plugins import base
from toolchain.plugins.base_values import UNKNOWN, Properties, Secret, Value
from toolchain.plugins.random import RandomProvider
from toolchain.plugins.random_kinds import KINDS
from toolchain.plugins.random_words import ADJECTIVES, ADVERBS, NAMES

PROVIDER = RandomProvider()
EXAMPLES: dict[str, Properties] = {
    "RandomBytes": {"length": 4},
    "RandomId": {"byteLength": 4},
    "RandomInteger": {"min": 1, "max": 10**15},
    "RandomPassword": {"length": 12},
    "RandomPet": {"length": 8},
    "RandomShuffle": {"inputs": ["a", "b", "c"]},
    "RandomString": {"length": 12},
    "RandomUuid": {},
    "RandomUuid4": {},
    "RandomUuid7": {},
}
SECRETS = {"RandomBytes": {"base64", "hex"}, "RandomPassword": {"result", "bcryptHash"}}


def urn(kind: str, name: str = "it") -> str:
    return f"urn:pulumi:dev::shop::random:index/{kind[0].lower()}{kind[1:]}:{kind}::{name}"


def check(kind: str, inputs: Properties) -> list[str]:
    result = PROVIDER.check(base.CheckRequest(urn=urn(kind), new_inputs=inputs))
    assert result.inputs == inputs
    return [failure.reason for failure in result.failures]


def create(kind: str, inputs: Properties) -> base.CreateResult:
    return PROVIDER.create(base.CreateRequest(urn=urn(kind), properties=inputs))


def value(created: base.CreateResult, name: str = "result") -> str:
    found = created.properties[name]
    found = found.value if isinstance(found, Secret) else found
    assert isinstance(found, str)
    return found


def diff(kind: str, old: Properties, new: Properties) -> base.DiffResult:
    created = create(kind, old)
    return PROVIDER.diff(
        base.DiffRequest(urn=urn(kind), id=created.id, old_state=created.properties, old_inputs=old, new_inputs=new)
    )


def imported(kind: str, id: str) -> base.ReadResult:  # noqa: A002 - the protocol's word
    return PROVIDER.read(base.ReadRequest(urn=urn(kind), id=id))


# Every kind


def test_there_is_an_example_of_every_kind() -> None:
    assert {kind.name for kind in KINDS.values()} == set(EXAMPLES)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_two_values_differ(kind: str) -> None:
    inputs = dict(EXAMPLES[kind])
    if kind == "RandomShuffle":
        inputs["inputs"] = [str(number) for number in range(50)]

    assert create(kind, inputs).properties != create(kind, inputs).properties


@pytest.mark.parametrize("kind", EXAMPLES)
def test_secret_outputs_are_secret_and_others_are_not(kind: str) -> None:
    properties = create(kind, EXAMPLES[kind]).properties

    assert {name for name, item in properties.items() if isinstance(item, Secret)} == SECRETS.get(kind, set())


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_preview_knows_the_inputs_and_no_output(kind: str) -> None:
    preview = PROVIDER.create(base.CreateRequest(urn=urn(kind), properties=EXAMPLES[kind], preview=True))

    made = create(kind, EXAMPLES[kind]).properties
    known = {name: item for name, item in preview.properties.items() if item != UNKNOWN}
    assert preview.id == ""
    assert known == {name: item for name, item in made.items() if name in known}
    assert set(EXAMPLES[kind]) <= set(known)
    assert {name for name, item in preview.properties.items() if item == UNKNOWN} == {
        name for name in made if name not in known and not name.startswith("__")
    }


@pytest.mark.parametrize("kind", EXAMPLES)
def test_nothing_changes_while_the_inputs_are_the_same(kind: str) -> None:
    assert diff(kind, EXAMPLES[kind], EXAMPLES[kind]) == base.DiffResult(changes=False)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_new_keepers_replace(kind: str) -> None:
    old: Properties = {**EXAMPLES[kind], "keepers": {"day": "1"}}
    new: Properties = {**EXAMPLES[kind], "keepers": {"day": "2"}}

    assert diff(kind, old, new) == base.DiffResult(changes=True, replaces=("keepers",), diffs=("keepers",))


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_refresh_finds_what_was_made(kind: str) -> None:
    created = create(kind, EXAMPLES[kind])
    # The engine sends plain values, since the provider accepts no secrets.
    plain: Properties = {k: v.value if isinstance(v, Secret) else v for k, v in created.properties.items()}

    found = PROVIDER.read(base.ReadRequest(urn=urn(kind), id=created.id, properties=plain, inputs=EXAMPLES[kind]))

    assert found == base.ReadResult(created.id, created.properties, EXAMPLES[kind])


@pytest.mark.parametrize("kind", EXAMPLES)
def test_deleting_needs_nothing(kind: str) -> None:
    created = create(kind, EXAMPLES[kind])

    PROVIDER.delete(base.DeleteRequest(urn=urn(kind), id=created.id, properties=created.properties))


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(base.ProviderError, match=r"'random:index/randomNoise:RandomNoise' is no resource .*RandomPet"):
        create("RandomNoise", {})


# What changes


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ({"length": 8}, {"length": 9}, ["length"]),
        ({"length": 8}, {"length": 9, "special": False}, ["length", "special"]),
        ({"length": 8, "special": True}, {"length": 8}, []),
        ({"length": 8}, {"length": "8"}, []),
        ({"length": 8}, {"length": 8, "numeric": False}, ["number", "numeric"]),
        ({"length": 8}, {"length": 8, "keepers": {}}, []),
        ({"length": 8, "keepers": {"a": "1"}}, {"length": 8, "keepers": {"a": "1", "b": None}}, []),
        ({"length": 8, "keepers": {"a": "1"}}, {"length": 8, "keepers": {"a": 1}}, []),
        ({"length": 8, "keepers": {"a": "1"}}, {"length": 8}, ["keepers"]),
        ({"length": 8, "keepers": {"a": "1"}}, {"length": 8, "keepers": UNKNOWN}, ["keepers"]),
    ],
)
def test_what_is_not_the_same_replaces(old: Properties, new: Properties, changed: list[str]) -> None:
    assert diff("RandomString", old, new).replaces == tuple(changed)


# Passwords and strings


@st.composite
def character_inputs(draw: st.DrawFn) -> Properties:
    least = {f"min{name}": draw(st.integers(0, 4)) for name in ("Upper", "Lower", "Numeric", "Special")}
    allowed = {name: draw(st.booleans()) for name in ("upper", "lower", "numeric", "special")}
    assume(any(allowed.values()))
    length = draw(st.integers(max(1, sum(least.values())), 40))
    override = draw(st.none() | st.text("._~", min_size=1, max_size=3))
    return {"length": length, **least, **allowed, **({"overrideSpecial": override} if override else {})}


@given(character_inputs())
def test_strings_keep_length_alphabet_and_minimums(inputs: Properties) -> None:
    special = str(inputs.get("overrideSpecial", "!@#$%&*()-_=+[]{}<>:?"))
    classes = {
        "Upper": string.ascii_uppercase,
        "Lower": string.ascii_lowercase,
        "Numeric": string.digits,
        "Special": special,
    }

    assert check("RandomString", inputs) == []
    text = value(create("RandomString", inputs))

    assert len(text) == inputs["length"]
    for name, chars in classes.items():
        count = sum(text.count(char) for char in set(chars))
        least = inputs[f"min{name}"]
        assert isinstance(least, int)
        assert count >= least
        assert inputs[name.lower()] or count == least
    assert set(text) <= set("".join(classes.values()))


@given(st.integers(1, 20), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_more_minimums_than_length_are_refused(length: int, upper: int, lower: int, numeric: int) -> None:
    inputs: Properties = {"length": length, "minUpper": upper, "minLower": lower, "minNumeric": numeric}

    assert bool(check("RandomPassword", inputs)) is (upper + lower + numeric > length)


def test_the_hash_is_that_of_the_password() -> None:
    created = create("RandomPassword", {"length": 16})

    hashed = value(created, "bcryptHash")
    assert hashed.startswith("$2a$10$")
    assert bcrypt.checkpw(value(created).encode(), hashed.encode())


def test_a_password_longer_than_bcrypt_reads_is_still_made() -> None:
    created = create("RandomPassword", {"length": 200})

    assert bcrypt.checkpw(value(created).encode()[:72], value(created, "bcryptHash").encode())


def test_a_password_is_not_its_resources_id() -> None:
    assert create("RandomPassword", {"length": 16}).id == "none"


# The other kinds


def test_bytes_are_the_same_in_both_writings() -> None:
    created = create("RandomBytes", {"length": 9})

    raw = base64.b64decode(value(created, "base64"))
    assert (len(raw), raw.hex(), created.id) == (9, value(created, "hex"), value(created, "base64"))


def test_an_id_is_the_same_number_in_every_writing() -> None:
    created = create("RandomId", {"byteLength": 5, "prefix": "web-"})

    raw = bytes.fromhex(value(created, "hex").removeprefix("web-"))
    assert len(raw) == 5
    assert value(created, "dec") == f"web-{int.from_bytes(raw)}"
    assert value(created, "b64Std") == f"web-{base64.b64encode(raw).decode()}"
    assert value(created, "b64Url") == f"web-{created.id}"
    assert base64.urlsafe_b64decode(created.id + "=") == raw


@given(st.integers(-1000, 1000), st.integers(0, 50))
def test_an_integer_is_in_its_range(low: int, width: int) -> None:
    result = create("RandomInteger", {"min": low, "max": low + width}).properties["result"]

    assert isinstance(result, int)
    assert low <= result <= low + width


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("RandomInteger", {"min": 1, "max": 10**9, "seed": "x"}),
        ("RandomShuffle", {"inputs": [str(n) for n in range(30)], "seed": "x"}),
    ],
)
def test_a_seed_gives_the_same_value_again_and_another_seed_another(kind: str, inputs: Properties) -> None:
    first = create(kind, inputs).properties

    assert create(kind, inputs).properties == first
    assert create(kind, {**inputs, "seed": "y"}).properties != first


@given(st.lists(st.text(max_size=3), max_size=8), st.integers(0, 20))
def test_a_shuffle_repeats_no_more_than_it_must(pool: list[str], count: int) -> None:
    inputs: Properties = {"inputs": [*pool], "resultCount": count}
    results = create("RandomShuffle", inputs).properties["results"]

    assert isinstance(results, list)
    assert len(results) == ((count or len(pool)) if pool else 0)
    for start in range(0, len(results), len(pool) or 1):
        batch = results[start : start + len(pool)]
        assert all(batch.count(item) <= pool.count(str(item)) for item in batch)


@pytest.mark.parametrize(
    ("inputs", "pattern"),
    [
        ({}, "ADJECTIVE-NAME"),
        ({"length": 1}, "NAME"),
        ({"length": 4, "separator": "_"}, "ADVERB_ADVERB_ADJECTIVE_NAME"),
        ({"prefix": "dev"}, "dev-ADJECTIVE-NAME"),
        ({"separator": ""}, "ADJECTIVENAME"),
    ],
)
def test_a_pet_has_its_words_in_order(inputs: Properties, pattern: str) -> None:
    for word, words in (("ADVERB", ADVERBS), ("ADJECTIVE", ADJECTIVES), ("NAME", NAMES)):
        pattern = pattern.replace(word, f"({'|'.join(words)})")

    assert re.fullmatch(pattern, create("RandomPet", inputs).id)


def test_a_uuid_of_version_4_says_so() -> None:
    made = uuid.UUID(value(create("RandomUuid4", {})))

    assert (made.version, made.variant) == (4, uuid.RFC_4122)


def test_a_uuid_of_version_7_starts_with_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(value(create("RandomUuid7", {})))
    after = time.time_ns() // 1_000_000

    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= after


# Refusals


@pytest.mark.parametrize(
    ("kind", "inputs", "reason"),
    [
        ("RandomPassword", {}, "Attribute length is required. Examine values at 'it.length'."),
        ("RandomPassword", {"length": 0}, "Attribute length value must be at least 1, got: 0."),
        ("RandomPassword", {"length": "long"}, "Attribute length must be a whole number."),
        ("RandomPassword", {"length": 1.5}, "Attribute length must be a whole number."),
        ("RandomPassword", {"length": True}, "Attribute length must be a whole number."),
        ("RandomPassword", {"length": 8, "minUpper": -1}, "Attribute minUpper value must be at least 0, got: -1."),
        ("RandomPassword", {"length": 8, "special": "yes"}, "Attribute special must be true or false."),
        (
            "RandomPassword",
            {"length": 8, "special": False, "upper": False, "lower": False, "numeric": False},
            "At least one of special, upper, lower and numeric must be true.",
        ),
        ("RandomPassword", {"length": 8, "number": True, "numeric": False}, "number and numeric differ"),
        ("RandomId", {"byteLength": 0}, "Attribute byteLength value must be at least 1, got: 0."),
        ("RandomId", {"byteLength": 1, "prefix": ["a"]}, "Attribute prefix must be text."),
        ("RandomInteger", {"min": 2, "max": 1}, "smaller than or equal to the maximum (max) value, got: 2 and 1."),
        ("RandomPet", {"length": 0}, "Attribute length value must be at least 1, got: 0."),
        ("RandomShuffle", {}, "Attribute inputs is required."),
        ("RandomShuffle", {"inputs": "abc"}, "Attribute inputs must be a list of texts."),
        ("RandomUuid", {"keepers": ["a"]}, "Attribute keepers must be a map of texts."),
        ("RandomUuid", {"keepers": {"a": []}}, "Attribute keepers must be a map of texts."),
    ],
)
def test_impossible_inputs_are_refused(kind: str, inputs: Properties, reason: str) -> None:
    failures = check(kind, inputs)

    assert len(failures) == 1
    assert failures[0].startswith("Invalid Attribute Value. ")
    assert reason in failures[0]


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert len(check("RandomInteger", {"min": "a", "seed": {}})) == 3


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("RandomPassword", {"length": UNKNOWN, "minUpper": 4}),
        ("RandomInteger", {"min": UNKNOWN, "max": 0}),
        ("RandomShuffle", {"inputs": ["a", UNKNOWN]}),
        ("RandomPet", {"keepers": {"a": UNKNOWN}}),
    ],
)
def test_what_is_not_known_yet_is_not_refused(kind: str, inputs: Properties) -> None:
    assert check(kind, inputs) == []


# Import


@pytest.mark.parametrize(
    ("kind", "id", "inputs"),
    [
        ("RandomBytes", "8/fu3q+2DcgSJ19i0jZ5Cw==", {"length": 16}),
        ("RandomId", "p-9hUg", {"byteLength": 4}),
        ("RandomId", "my-prefix-,p-9hUg", {"byteLength": 4, "prefix": "my-prefix-"}),
        ("RandomInteger", "15390,1,50000", {"min": 1, "max": 50000}),
        ("RandomInteger", "3,1,9,a,b", {"min": 1, "max": 9, "seed": "a,b"}),
        ("RandomPassword", "hunter2!", {"length": 8}),
        ("RandomString", "x,y", {"length": 3}),
        ("RandomUuid", "aabbccdd-eeff-0011-2233-445566778899", {}),
    ],
)
def test_an_imported_value_implies_inputs_that_leave_it_alone(kind: str, id: str, inputs: Properties) -> None:  # noqa: A002 - the protocol's word
    found = imported(kind, id)

    assert found.inputs == inputs
    assert check(kind, inputs) == []
    assert not PROVIDER.diff(
        base.DiffRequest(urn=urn(kind), id=found.id, old_state=found.properties, new_inputs=inputs)
    ).changes


@pytest.mark.parametrize(
    ("kind", "id", "name", "expected"),
    [
        ("RandomId", "my-prefix-,p-9hUg", "b64Url", "my-prefix-p-9hUg"),
        ("RandomInteger", "15390,1,50000", "result", 15390),
        ("RandomPassword", "hunter2!", "result", Secret("hunter2!")),
        ("RandomString", "x,y", "result", "x,y"),
        ("RandomUuid", "AABBCCDD-EEFF-0011-2233-445566778899", "result", "aabbccdd-eeff-0011-2233-445566778899"),
    ],
)
def test_an_imported_value_is_the_one_given(kind: str, id: str, name: str, expected: Value) -> None:  # noqa: A002 - the protocol's word
    assert imported(kind, id).properties[name] == expected


@pytest.mark.parametrize(
    ("kind", "id", "words"),
    [
        ("RandomBytes", "%", "imported by their base64 text"),
        ("RandomId", "a b", "imported by its b64Url"),
        ("RandomId", "", "imported by its b64Url"),
        ("RandomInteger", "1,2", "imported by its result, min, max"),
        ("RandomUuid7", "nope", "imported by its text"),
        ("RandomPet", "able-cat", "cannot be imported"),
        ("RandomShuffle", "-", "cannot be imported"),
    ],
)
def test_what_cannot_be_imported_is_refused_with_what_can(kind: str, id: str, words: str) -> None:  # noqa: A002 - the protocol's word
    with pytest.raises(base.ProviderError, match=words):
        imported(kind, id)


# As the official plugin

RUNS = [
    "random-01-preview-step0",
    "random-02-up-step0",
    "random-03-up-step0",
    "random-04-up-step1",
    "random-05-up-step2",
    "random-06-refresh-step1",
    "random-07-destroy-step1",
]


UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
HASH = r"\$2a\$10\$[./0-9A-Za-z]{53}"
RANDOM_VALUES = {
    "uuid": {"id": UUID, "result": UUID},
    "id": {"id": r"[\w-]{6}", "b64Std": r"[\w+/]{6}==", "b64Url": r"[\w-]{6}", "dec": r"\d+", "hex": r"[0-9a-f]{8}"},
    "int": {"id": r"[1-9]", "result": r"[1-9](\.0)?"},
    "bytes": {"id": r"[\w+/]{22}==", "base64": r"[\w+/]{22}==", "hex": r"[0-9a-f]{32}"},
    "sh": {"results": r"\['[abc]', '[abc]', '[abc]'\]"},
    "plain": {"result": r"[0-9A-Za-z]{16}", "bcryptHash": HASH},
    "pw": {"result": r"[0-9A-Za-z_-]{24}", "bcryptHash": HASH},
    "str": {"id": r"[0-9a-z]{8}", "result": r"[0-9a-z]{8}"},
    "pet": {"id": r"[a-z]+-[a-z]+"},
}
"""What the random values of each recorded resource look like."""


@pytest.mark.parametrize("run", RUNS)
def test_recorded_calls_are_answered_as_the_official_plugin_answered_them(run: str) -> None:
    calls = recorded(run)

    with serving(RandomProvider()) as client:
        for call in calls:
            answer = client.call(call["method"], call["request"])
            expected = call["response"]
            if call["method"] == "Create" and not call["request"].get("preview"):
                patterns = RANDOM_VALUES[call["request"]["name"]]
                answer, expected = _masked(answer, patterns), _masked(expected, patterns)
            assert answer == expected, (call["method"], call["request"]["urn"])


def _masked(answer: Json, patterns: dict[str, str]) -> Json:
    """Returns the answer to a creation with each random value that fits its pattern replaced by the pattern."""

    def mask(name: str, item: Any) -> Any:
        if name not in patterns:
            return item
        if isinstance(item, dict):
            return {**cast(Json, item), "value": mask(name, item["value"])}
        return patterns[name] if re.fullmatch(patterns[name], str(item)) else item

    properties: Json = {name: mask(name, item) for name, item in answer["properties"].items()}
    return {"id": mask("id", answer["id"]), "properties": properties}
