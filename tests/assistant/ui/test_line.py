"""The line: everybody's first question before anybody's second."""

from __future__ import annotations

import threading

from assistant.ui.line import Line


def test_the_first_are_called_at_once_and_the_next_waits() -> None:
    line = Line(slots=2)
    tickets = [line.join(name) for name in ("ada", "ben", "cyd")]
    assert [ticket.running for ticket in tickets] == [True, True, False]
    assert [line.place(ticket) for ticket in tickets] == [0, 0, 1]


def test_a_place_freed_goes_to_the_next() -> None:
    line = Line(slots=1)
    first, second = line.join("ada"), line.join("ben")
    assert not second.wait(0)
    line.leave(first)
    assert second.wait(0)


def test_nobody_gets_a_second_turn_before_others_a_first() -> None:
    line = Line(slots=1)
    running = line.join("ada")
    greedy = [line.join("ada") for _ in range(3)]
    other = line.join("ben")
    assert line.place(other) == 1
    assert [line.place(ticket) for ticket in greedy] == [2, 3, 4]
    line.leave(running)
    assert other.running


def test_who_leaves_the_line_lets_the_others_move_up() -> None:
    line = Line(slots=1)
    line.join("ada")
    second, third = line.join("ben"), line.join("cyd")
    line.leave(second)
    line.leave(second)
    assert line.place(third) == 1
    assert line.held_by("ben") == 0


def test_twelve_people_at_once_are_all_served_in_the_order_in_which_they_came() -> None:
    line = Line(slots=2)
    tickets = [line.join(f"person {number}") for number in range(12)]
    served: list[str] = []
    lock = threading.Lock()

    def work(ticket) -> None:
        assert ticket.wait(10)
        with lock:
            served.append(ticket.owner)
        line.leave(ticket)

    threads = [threading.Thread(target=work, args=(ticket,)) for ticket in tickets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(served) == sorted(ticket.owner for ticket in tickets)
