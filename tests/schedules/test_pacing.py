"""Platforms are spoken to as fast as they allow, in all and in each chat."""

from schedules.pacing import PACES, Pace, Pacer


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def paced(pace: Pace) -> tuple[Pacer, Hand]:
    hand = Hand()
    return Pacer(pace, hand), hand


def test_one_a_second_in_a_chat() -> None:
    pacer, hand = paced(Pace(private=((1, 1.0),)))
    assert [pacer.book("ana", private=True) for _ in range(3)] == [0, 1, 2]
    assert pacer.book("bob", private=True) == 0
    assert sorted(pacer.resting()) == ["ana", "bob"]
    hand.time += 1
    assert pacer.resting() == ["ana"]
    hand.time += 2
    assert pacer.resting() == []


def test_a_room_has_a_rule_for_the_minute_as_well() -> None:
    pacer, hand = paced(PACES["telegram"])
    for _ in range(20):
        assert pacer.book("room", private=False) == 0
        hand.time += 1
    assert pacer.resting() == ["room"]
    assert pacer.book("room", private=False) == 40


def test_a_platform_as_a_whole() -> None:
    pacer, hand = paced(PACES["telegram"])
    for number in range(30):
        assert pacer.book(str(number), private=True) == 0
    assert pacer.room(32) == 0
    hand.time += 1.01
    assert pacer.room(32) == 30
    assert pacer.room(3) == 3


def test_a_place_that_asked_for_a_rest_is_left_alone() -> None:
    pacer, hand = paced(Pace())
    pacer.rest("ana", 30)
    assert pacer.resting() == ["ana"]
    hand.time += 30
    assert pacer.resting() == []


def test_quiet_places_are_forgotten() -> None:
    pacer, hand = paced(PACES["slack"])
    pacer.book("ana", private=True)
    hand.time += 3600
    assert pacer.resting() == []
    assert pacer._places == {}
