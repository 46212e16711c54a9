"""What runs, what is asked, and what is not understood."""

from nlp.gate import weigh
from nlp.reading import Reading, Said


def reading(name: str, confidence: float, **slots: str) -> Reading:
    return Reading((Said(name, slots, slots),), confidence, evidence=4.0, share=0.3)


NOTHING = Reading((), 0.98)
ABLE = ("task.add", "find")


def test_where_nothing_was_learned_the_phrases_decide() -> None:
    assert weigh(reading("task.add", 0.98), [], ABLE).decision == "run"
    assert weigh(reading("task.add", 0.6), [], ABLE).decision == "ask"
    assert weigh(None, [], ABLE).decision == "none"


def test_what_is_surely_learned_runs() -> None:
    assert weigh(None, [reading("task.add", 0.995)], ABLE).decision == "run"


def test_what_is_likely_is_asked_with_the_others() -> None:
    verdict = weigh(None, [reading("task.add", 0.6), reading("find", 0.3)], ABLE)
    assert verdict.decision == "ask"
    assert [r.commands[0].name for r in verdict.readings] == ["task.add", "find"]


def test_a_phrase_that_agrees_makes_it_sure() -> None:
    verdict = weigh(reading("task.add", 0.98, title="x"), [reading("task.add", 0.5, title="y")], ABLE)
    assert verdict.decision == "run"
    assert verdict.readings[0].commands[0].slots == {"title": "x"}


def test_a_phrase_without_words_of_its_own_makes_nothing_sure_of_strangers() -> None:
    bare = Reading((Said("task.add", {}, {}),), 0.98)
    learned = [reading("task.add", 0.5), reading("find", 0.3)]
    assert weigh(bare, learned, ABLE).decision == "ask"
    assert weigh(bare, learned, ABLE, known=True).decision == "run"


def test_what_was_left_to_readings_too_unlikely_to_list_counts_against_all() -> None:
    other = reading("find", 0.98)
    assert weigh(other, [reading("task.add", 0.985)], ABLE).decision == "ask"


def test_a_phrase_does_not_prevail_over_what_is_surely_something_else() -> None:
    assert weigh(reading("task.add", 0.98), [NOTHING], ABLE).decision == "none"
    verdict = weigh(reading("task.add", 0.98), [reading("find", 0.9), reading("task.add", 0.05)], ABLE)
    assert verdict.decision == "ask"


def test_what_cannot_be_done_neither_runs_nor_is_offered() -> None:
    verdict = weigh(None, [reading("deal.won", 0.99)], ABLE)
    assert (verdict.decision, verdict.readings) == ("none", ())


def test_many_clauses_that_phrases_fit_run_without_what_was_learned() -> None:
    said = Reading(tuple(Said("task.add", {}, {}) for _ in range(3)), 0.98)
    assert weigh(said, [reading("find", 0.9)], ABLE).decision == "run"
    assert weigh(Reading(said.commands[:2], 0.98), [reading("find", 0.9)], ABLE).decision != "run"


def test_a_name_that_a_phrase_cut_is_taken_whole() -> None:
    spoken = reading("task.add", 0.98, company="Kemble", title="Tools: broken")
    learned = reading("task.add", 0.9, company="Kemble Tools", title="broken")
    verdict = weigh(spoken, [learned], ABLE)
    assert verdict.readings[0].commands[0].slots == {"company": "Kemble Tools", "title": "broken"}
