import re

import pytest
import traitlets

from cnnbook.widgets._explorer import SettingError
from cnnbook.widgets._traits import OneOf, Real


class Toy(traitlets.HasTraits):
    share = Real(0.5, 0, 1)
    kind = OneOf("max", ("max", "average"))


def test_numbers_are_within_limits():
    toy = Toy(share=1)
    assert (toy.share, type(toy.share)) == (1.0, float)
    for value, error, told in [
        (1.5, SettingError, "share 1.5 is out of range: use share from 0 to 1"),
        (float("nan"), SettingError, "share nan is out of range: use share from 0 to 1"),
        ("0.5", TypeError, "share must be a number, got '0.5' (str): use a float"),
        (True, TypeError, "share must be a number, got True (bool): use a float"),
    ]:
        with pytest.raises(error, match=re.escape(told)):
            toy.share = value
    assert toy.share == 1
    assert toy.trait_metadata("share", "sync")


def test_names_are_known():
    toy = Toy()
    for value in ("mean", None, 3):
        with pytest.raises(SettingError, match=re.escape(f"kind {value!r} is unknown: use one of max, average")):
            toy.kind = value
    assert toy.kind == "max"
    assert toy.trait_metadata("kind", "sync")
