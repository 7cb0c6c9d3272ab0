"""Names of participants stand in reports, which are asked for, and in no log and no error."""
import re

import pytest

from laboratory import Laboratory

BACKFILL = ("backfill-participants", "--allow-r2-only")


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    return Laboratory(tmp_path_factory.mktemp("pristine") / "lab", recordings=40)


@pytest.fixture
def laboratory(pristine, tmp_path):
    return pristine.copy_to(tmp_path / "lab")


def words_of_names(laboratory, *more):
    """Every word of a name that was typed or registered, in one case."""
    names = [person["display_name"] for truth in laboratory.truth.values()
             for person in truth["participants"]["expected"]]
    return {word.casefold() for name in [*names, *more] for word in re.findall(r"\w{3,}", name)}


def named(text, words):
    return {*re.findall(r"\w+", text.casefold())} & words


def type_names(laboratory, *texts):
    """Gives dropped recordings other participant.txt, and all their words."""
    chosen = sorted(recording_id for recording_id, truth in laboratory.truth.items()
                    if truth["participants"]["is_dropped"])
    for recording_id, text in zip(chosen, texts, strict=False):
        path = laboratory.root / "raw" / "recordings" / recording_id / "participant.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert len(chosen) >= len(texts)
    return words_of_names(laboratory, *(text for text in texts if isinstance(text, str)))


def check_that_nobody_is_named(laboratory, words, *command, code=0, shown=True):
    """Runs a command as people and as programs see it; its report does name people, if `shown`."""
    for form in ((), ("--json",)):
        log = laboratory.root / "run.log"
        log.unlink(missing_ok=True)
        run = laboratory.ursa(*command, *form, "--log-file", log.name, code=code)
        assert not named(log.read_text(), words), log.read_text()
        assert not named(run.err, words), run.err
        assert "begins" in log.read_text()
        if shown:
            assert named(run.out, words), "nothing to be kept out of the log"


def ingestible(laboratory):
    return next(recording_id for recording_id, truth in laboratory.truth.items()
                if truth["reconstruct"] and truth["reconstruct"]["action"] == "ingest")


@pytest.mark.parametrize("flags", [(), ("--commit",)], ids=["dry run", "commit"])
def test_a_backfill_names_nobody_outside_of_its_report(laboratory, flags):
    words = type_names(laboratory, "Ottoline Farquhar")
    check_that_nobody_is_named(laboratory, words, *BACKFILL, *flags, shown=not flags)


def test_a_backfill_that_can_t_read_names_names_nobody(laboratory):
    words = type_names(laboratory, "Ottoline Farquhar, !!!", b"Ottoline\xff")
    check_that_nobody_is_named(laboratory, words, *BACKFILL, code=1)


def test_a_backfill_that_a_collision_refuses_names_nobody(laboratory):
    words = type_names(laboratory, "Ottoline Farquhar", "Ottoline Farquharr")
    check_that_nobody_is_named(laboratory, words, *BACKFILL, "--commit", code=2)


def test_an_audit_names_nobody_outside_of_its_report(laboratory):
    words = type_names(laboratory, "Ottoline Farquhar")
    check_that_nobody_is_named(laboratory, words, "audit-participants", code=1)


@pytest.mark.parametrize("flags", [(), ("--commit",)], ids=["dry run", "commit"])
def test_an_ingest_names_nobody_outside_of_its_report(laboratory, flags):
    recording_id = ingestible(laboratory)
    known = next(row["display_name"] for row in laboratory.table("participants").values()
                 if " " in row["display_name"])
    directory = laboratory.root / "raw" / "recordings" / recording_id
    # Another name with the slug of a participant that there is: a collision.
    (directory / "participant.txt").write_text(known.replace(" ", "-"))
    words = words_of_names(laboratory, known)
    run = laboratory.ursa("ingest", recording_id, "--json", code=1)
    assert [problem["code"] for problem in run.rows()[0]["problems"]] == ["participant_collision"]
    check_that_nobody_is_named(laboratory, words, "ingest", recording_id, *flags,
                               code=None if flags else 1, shown=False)


def test_what_applies_and_takes_back_names_names_nobody(laboratory):
    words = type_names(laboratory, "Ottoline Farquhar")
    laboratory.ursa(*BACKFILL, "--plan-out", "plan")
    run = laboratory.ursa("apply", "plan", "--commit", "--json", "--log-file", "a.log")
    check_that_nobody_is_named(laboratory, words, "restore", run.summary["run_id"], shown=False)
    log = (laboratory.root / "a.log").read_text()
    assert run.summary["committed"] > 0 and not named(log + run.err, words)
