"""What is saved and checked when, and what is told of it."""

import threading

from volume_backup.agent import Agent
from volume_backup.metrics import exposition
from volume_backup.restic import Snapshot

from tests.unit.images.volume_backup.support import DAY, Repository, settings

MONDAY = 7 * DAY + 40_000.0


def agent(repository: Repository) -> Agent:
    return Agent(settings(), repository, repository.clock)


def test_the_first_round_saves_tidies_and_checks():
    repository = Repository(MONDAY)
    found = agent(repository)

    assert found.step()

    assert repository.done == ["prepare", "backup", "forget", "check"]
    assert found.state.last_success == MONDAY


def test_what_was_saved_before_a_restart_is_not_saved_again():
    repository = Repository(MONDAY)
    repository.kept.append(Snapshot("0", MONDAY - 3600, ("data",), complete=True))

    assert agent(repository).step()

    assert repository.done == ["prepare", "check"]


def test_each_day_has_its_backup_and_each_week_its_check():
    repository = Repository(MONDAY)
    found = agent(repository)

    for _ in range(14):
        assert found.step()
        repository.now += DAY

    assert (repository.done.count("backup"), repository.done.count("check")) == (14, 2)


def test_a_backup_that_fails_is_told_and_tried_again():
    repository = Repository(MONDAY)
    found = agent(repository)
    repository.failing = {"backup"}
    assert not found.step()
    assert (found.state.failed, found.state.last_success) == (1, None)

    repository.failing = set()
    assert found.step()
    assert found.state.last_success == MONDAY


def test_a_snapshot_that_lacks_files_is_no_success():
    repository = Repository(MONDAY)
    repository.complete = False
    found = agent(repository)

    assert not found.step()
    assert not found.step()

    assert found.state.last_success is None
    assert "backup_last_success_timestamp_seconds" not in exposition(found.state)


def test_damage_is_told_until_it_is_mended():
    repository = Repository(MONDAY)
    found = agent(repository)
    repository.failing = {"check"}
    assert not found.step()
    assert "backup_check_failed 1" in exposition(found.state)

    repository.failing = set()
    assert found.step()
    assert "backup_check_failed 0" in exposition(found.state)


def test_a_repository_that_is_out_of_reach_says_nothing_of_success():
    repository = Repository(MONDAY)
    repository.failing = {"prepare"}
    found = agent(repository)

    assert not found.step()

    assert "backup_last_success_timestamp_seconds" not in exposition(found.state)


def test_who_asks_gets_a_backup_of_what_is_there_then():
    repository = Repository(MONDAY)
    found = agent(repository)
    threading.Thread(target=found.run, daemon=True).start()

    assert found.ask()
    before = repository.done.count("backup")
    assert found.ask()

    assert repository.done.count("backup") == before + 1


def test_who_asks_is_told_that_it_failed():
    repository = Repository(MONDAY)
    repository.failing = {"check"}
    found = agent(repository)
    threading.Thread(target=found.run, daemon=True).start()

    assert not found.ask()


def test_what_is_kept_is_sound_until_a_backup_was_left_out_and_its_repetition_failed():
    repository = Repository(MONDAY)
    found = agent(repository)
    assert found.step()
    assert found.trouble() == ""

    repository.now += 2 * DAY
    assert found.trouble() == ""

    repository.now += 1
    assert found.trouble() == f"the last good backup is {2 * DAY + 1} seconds old"


def test_what_never_was_saved_is_trouble_as_late_as_what_is_old():
    repository = Repository(MONDAY)
    repository.failing = {"prepare"}
    found = agent(repository)
    assert not found.step()
    assert found.trouble() == ""

    repository.now += 2 * DAY + 1

    assert found.trouble() == "nothing could be saved yet"


def test_damage_is_trouble_at_once():
    repository = Repository(MONDAY)
    repository.failing = {"check"}
    found = agent(repository)

    assert not found.step()

    assert found.trouble() == "the last check failed"


def test_what_an_earlier_container_left_is_old_only_once_this_one_has_tried():
    told: list[str] = []

    class Asked(Repository):
        def backup(self) -> bool:
            told.append(found.trouble())
            return super().backup()

    repository = Asked(MONDAY)
    repository.kept.append(Snapshot("0", MONDAY - 9 * DAY, ("data",), complete=True))
    repository.failing = {"backup"}
    found = agent(repository)

    assert not found.step()

    assert told == [""]
    assert found.trouble() == f"the last good backup is {9 * DAY} seconds old"
