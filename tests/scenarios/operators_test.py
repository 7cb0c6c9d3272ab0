"""docs/operators.md promises nothing that no test holds."""
import pathlib
import re

HERE = pathlib.Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "operators.md"


def promises():
    text = PAGE.read_text()
    return re.findall(r"^\* (.*?)(?=^\* |^#|\Z)", text, re.MULTILINE | re.DOTALL)


def test_every_promise_names_tests_that_exist():
    assert len(promises()) > 25
    for promise in promises():
        named = re.findall(r"(\w+)::(\w+)", promise)
        assert named, promise
        for file, function in named:
            assert f"def {function}(" in (HERE / f"{file}.py").read_text(), f"{file}::{function}"


def test_every_promise_is_one_sentence():
    for promise in promises():
        sentence = promise.split("<!--")[0].strip()
        assert sentence.endswith(".") and ". " not in sentence, sentence
