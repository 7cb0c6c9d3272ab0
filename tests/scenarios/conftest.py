"""A laboratory in every place for the scenarios that ask for one."""
import os
import sys

import pytest

from places import PLACES, make_laboratory

ENDED = pytest.StashKey[int]()


def pytest_configure(config):
    config.addinivalue_line("markers", "rgw: needs the server that scripts/rgw starts")
    config.addinivalue_line("markers", "directory_only: is about what no bucket matters to")


def pytest_sessionfinish(session, exitstatus):
    session.config.stash[ENDED] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """Other engines' threads may outlive the last test, and then abort the interpreter's end; what
    the tests said is what counts."""
    if ENDED in config.stash:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[ENDED])


def pytest_generate_tests(metafunc):
    if "place" in metafunc.fixturenames:
        stays = metafunc.definition.get_closest_marker("directory_only")
        metafunc.parametrize("place", ["directory"] if stays else PLACES, indirect=True,
                             scope="module")


@pytest.fixture(scope="module")
def place(request):
    return request.param


@pytest.fixture(scope="module")
def pristine(request, place, tmp_path_factory):
    """A laboratory of RECORDINGS recordings, which the file names; no test changes it."""
    return make_laboratory(place, tmp_path_factory.mktemp("pristine"), request.module.RECORDINGS)


@pytest.fixture
def laboratory(pristine, tmp_path):
    copy = pristine.copy_to(tmp_path / "lab")
    yield copy
    copy.put_back()


@pytest.fixture
def production(pristine, tmp_path):
    """The same, and no place of it is staging."""
    copy = pristine.copy_to(tmp_path / "lab", staging=False)
    yield copy
    copy.put_back()
