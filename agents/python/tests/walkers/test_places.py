"""What all walkers share: what a chain of frames is made into."""

import sys

import pytest
from spanorigin.origin.walk.places import with_room


@pytest.mark.parametrize("count", range(1, 60))
def test_room_is_made_without_changing_anything(count):
    attributes = {f"name.{number}": number for number in range(count)}

    roomy = with_room(attributes)

    assert (roomy, list(roomy)) == (attributes, list(attributes))
    assert roomy is not attributes


@pytest.mark.parametrize("count", [4, 5])
def test_an_origin_takes_in_a_few_attributes_before_it_has_to_grow(count):
    """As small as dictionaries of so many are, and copied with the room that they have."""
    roomy = with_room({f"name.{number}": number for number in range(count)})

    copied = roomy | {}
    for taken_in in range(4):
        before = sys.getsizeof(copied)
        copied[f"more.{taken_in}"] = 1
        assert sys.getsizeof(copied) == before
    assert sys.getsizeof(roomy) <= sys.getsizeof(dict.fromkeys(range(10)))
