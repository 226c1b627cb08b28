"""Asking a function a question: every case twice, and what its answers have in common."""

import functools
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from types import FunctionType
from typing import NamedTuple

import numpy as np

from ._call import call
from ._cases import Case, key
from ._compare import alike, compare, is_opaque, same
from ._conditions import shared
from ._findings import Finding
from ._misconceptions import agrees, in_outputs
from ._patterns import marks, pattern
from ._result import Result, written_call
from ._show import shown
from ._uses import namespace, standing_in

_MORE = 200  # drawn cases on which a mistake must agree too, before it is named
_FEW = 20  # cases to ask again, or more, of an answer that takes long


class Trial(NamedTuple):
    """One case, asked: what came of it, what is right, and what is wrong about it, if anything."""

    case: Case
    outcome: object
    expected: object
    complaint: Finding | None


class Run:
    """One function, asked one question.

    Parameters
    ----------
    question : Question
    function : object
        The student's answer.
    caller : callable
        ``caller(function, args, options, *, seconds)`` returns the ``Outcome`` of a call.
    seed : int or None
        Of the cases; None for the public ones.
    count : int
        How many cases.
    """

    def __init__(self, question, function, *, caller, seed, count):
        self.question, self.function, self.caller, self.seed, self.count = question, function, caller, seed, count

    def result(self):
        """Ask, and say what came of it."""
        if not callable(self.function):
            return self._conclude("failed", findings=[Finding("no_function", {"got": shown(self.function)})])
        if any(trial.outcome.unanswered for trial in self.trials):
            return self._conclude("not answered", findings=[Finding("stub")])
        if self.failed:
            return self._explained()
        numbers = np.random.default_rng(self.seed or 0).permutation(len(self.trials))
        if wavering := self._wavering(numbers[:_FEW] if self._slow else numbers):
            return self._about(*wavering, failed=1)
        return self._conclude("passed", cases=len(self.trials))

    @functools.cached_property
    def trials(self):
        """Each case, asked once, the smallest first."""
        _import_torch(self.function)
        started = time.monotonic()
        trials = list(self._ask(self.question.draw(self.seed, self.count)))
        self._slow = time.monotonic() - started > self.question.seconds
        return trials

    @property
    def failed(self):
        """The trials that went wrong."""
        return [trial for trial in self.trials if trial.complaint]

    def another(self, number):
        """One of the wrong cases, counted from 1, with a drawing where the question has one."""
        if number > len(self.failed):
            result, slots = self.result(), {"number": number, "failed": len(self.failed)}
            return replace(result, findings=(Finding("no_more", slots), *result.findings)) if self.failed else result
        trial = self.failed[number - 1]
        return self._about(trial, [trial.complaint, *self.question.seen(trial.case)], number=number)

    def _ask(self, cases) -> Iterator[Trial]:
        for case in cases:
            yield (trial := self._try(case))
            if trial.outcome.timed_out:
                return  # the larger cases would take as long

    def _try(self, case):
        outcome = self.caller(self.function, case.args, case.options, seconds=self.question.seconds)
        expected = self.question.answer(case)
        return Trial(case, outcome, expected, self.question.complaint(case, outcome, expected))

    def _wavering(self, numbers):
        """Ask some cases again, after others. A trial that comes out otherwise, and what to say; None for none."""
        for number in numbers:
            first = self.trials[number]
            again = self._try(first.case)
            if first.complaint is None and again.complaint is None:
                continue  # where several answers are right, it may give another one
            if first.complaint and _answers_alike(first.outcome, again.outcome):
                continue
            slots = {} if again.outcome.ended else {"got": shown(again.outcome.value)}
            told = [Finding("wavers", slots), again.complaint] if again.outcome.ended else [Finding("wavers_to", slots)]
            return first, told
        return None

    def _explained(self):
        """The smallest wrong case, and what is known of all of them."""
        last = self.trials[-1]
        whole = not last.outcome.timed_out
        # Advice on a type is right only where every value is.
        first = next((trial for trial in self.failed if not trial.complaint.value_is_right), self.failed[0])
        if builds_on := self._builds_on():
            return self._about(first, [*builds_on, first.complaint])
        if not first.outcome.ended and (wavering := self._wavering([self.trials.index(first)])):
            return self._about(*wavering)
        number = self.failed.index(first) + 1
        named = self._named() if whole else None
        apart = self._named_apart() if whole and not named else []
        findings = [first.complaint, *(self.question.naming(named) if named else apart)]
        if not whole and first is not last:
            findings.append(Finding("time_elsewhere", last.complaint.slots))
        if whole and not (named and named.ignored):
            findings += [] if named or apart else self._pattern()
            remembers = [] if named else self._remembers()
            kept = any(finding.code == "remembers" for finding in remembers)
            findings += [*([] if kept else self._shared()), *remembers]
        if len(self.failed) > 1:
            findings.append(Finding("another", {"check": self.question.address, "name": self.question.name}))
        return self._about(first, findings, number=number, misconception=named.code if named else "")

    def _named(self):
        """The known mistake whose answers these are, here and on more cases."""
        known = (each for each in self.question.known if agrees(each, self.trials) and self._is_wrong_alike(each))
        return next((each for each in known if agrees(each, self._more)), None)

    def _is_wrong_alike(self, mistake):
        """Whether a mistake is wrong in the same cases, which matters where a question judges more finely than answers
        are compared with a mistake's: one that loses last digits is else named where something else is wrong."""
        if (self.question.comparing["rtol"], self.question.comparing["atol"]) == (None, None):
            return True
        for case, _, expected, complaint in self.trials:
            outcome = call(mistake.function, case.args, case.options, seconds=None)
            if (complaint is None) != (self.question.complaint(case, outcome, expected) is None):
                return False
        return True

    def _named_apart(self):
        """The known mistakes that are in one output each, where several outputs are wrong."""
        outputs = self.question.outputs
        found = in_outputs(self.question.known, [*self.trials, *self._more], len(outputs)) if outputs else {}
        told = [(outputs[place], finding) for place in sorted(found) for finding in self.question.naming(found[place])]
        return [Finding("in_output", {"output": name, "finding": finding}) for name, finding in told]

    @functools.cached_property
    def _more(self):
        """Trials of other drawn cases, which show what holds for the first ones by accident alone."""
        count = _FEW if self._slow else min(_MORE, self.count)
        return list(self._ask(self.question.draw_more(count, self.seed)))

    def _pattern(self):
        """What all wrong answers have in common, as arrays."""
        if any(trial.outcome.ended or trial.outcome.problem or trial.complaint.value_is_right for trial in self.failed):
            return []
        pairs = [(trial.outcome.value, trial.expected) for trial in self.failed]
        found = pattern(pairs, self.question.outputs, self.question.axes)
        return [found] if found else []

    def _shared(self):
        wrong = [trial.complaint is not None for trial in self.trials]
        if all(wrong):
            return []
        trials = self.trials + self._more
        cases, all_wrong = [trial.case for trial in trials], [trial.complaint is not None for trial in trials]
        found = shared(self.question.collection, cases, all_wrong, len(wrong))
        if found is None:
            return []
        clauses = [_clause(clause) for clause in found.clauses]
        slots = {"failed": sum(wrong), "right": len(wrong) - sum(wrong), "within": found.within}
        if len(clauses) == 2:
            return [Finding("shared_pair", slots | dict(zip(("first", "second"), clauses, strict=True)))]
        slots |= {"condition": clauses[0], "contrary": _clause(found.clauses[0].contrary)}
        exactly = "shared_one" if sum(wrong) == 1 else "shared"
        return [Finding(exactly if found.exact else "shared_only", slots)]

    def _remembers(self):
        """What looks as if an answer was kept from an earlier call: all the same, or that of a call much like it."""
        values = [trial.outcome.value for trial in self.trials]
        if any(trial.outcome.ended for trial in self.trials) or values[0] is None:
            return []
        if len(values) > 2 and not is_opaque(values[0]) and all(same(value, values[0]) for value in values):
            return [Finding("constant", {"got": shown(values[0])})]
        for name in self.question.signature.parameters:
            if self._is_kept_without(name):
                return [Finding("remembers", {"name": name})]
        return []

    def _is_kept_without(self, name):
        kept = {}
        for trial in self.trials:
            rest = key({other: value for other, value in self._arguments(trial).items() if other != name})
            if trial.complaint and (rest not in kept or compare(trial.outcome.value, kept[rest]) is not None):
                return False
            kept.setdefault(rest, trial.expected)
        return True

    def _arguments(self, trial):
        return self.question.collection.arguments(trial.case)

    def _builds_on(self):
        """The other answers that this one uses and that are wrong or missing; then, how it does with right ones."""
        names = namespace(self.function)
        own = {name: names[name] for name in self.question.uses if callable(names.get(name))}
        statuses = {name: self.question.sibling(name).run(own[name]).status for name in own}
        codes = {"failed": "uses_wrong", "not answered": "uses_unanswered"}
        wrong = {name: codes[status] for name, status in statuses.items() if status in codes}
        if not wrong:
            return []
        with standing_in(names, {name: self.question.sibling(name).reference for name in wrong}) as called:
            retried = list(self._ask(trial.case for trial in self.trials))
        slots = {"failed": sum(trial.complaint is not None for trial in retried), "cases": len(retried)}
        rest = Finding("rest_wrong" if slots["failed"] else "rest_right", slots)
        return [*(Finding(code, {"name": name}) for name, code in wrong.items()), rest] if called else []

    def _about(self, trial, findings, **facts):
        """A failure, shown by one of its cases."""
        case, outcome, expected, _ = trial
        if not outcome.ended:
            tolerances = {name: self.question.comparing[name] for name in ("rtol", "atol")}
            if lines := marks(outcome.value, expected, **tolerances):
                findings = [findings[0], Finding("marks", {"lines": lines}), *findings[1:]]
            facts |= {"expected": self._shown(expected), "got": self._shown(outcome.value)}
            facts["note"] = self.question.note if expected is not None else ""
        call = written_call(self.question.name, list(self.question.signature.parameters), case.args, case.options)
        counts = {"cases": len(self.trials), "failed": facts.pop("failed", len(self.failed))}
        return self._conclude("failed", call=call, findings=findings, printed=outcome.printed, **counts, **facts)

    def _shown(self, value):
        """A value as facts, outputs that stand in lines of their own by their names."""
        facts = shown(value)
        if "items" in facts and len(facts["items"]) == len(self.question.outputs):
            pairs = zip(self.question.outputs, facts["items"], strict=True)
            facts["items"] = [[name, item] for name, (_, item) in pairs]
        return facts

    def _conclude(self, status, findings=(), **facts):
        if self.seed is not None and status == "failed" and "call" in facts:
            findings = [*findings, Finding("seed", {"seed": self.seed})]
        public = self.seed is None
        return Result(self.question.id, status, findings=tuple(findings), public=public, seed=self.seed, **facts)


def _import_torch(function):
    """Import torch where an answer does: the first import takes seconds, which are not the answer's."""
    if type(function) is FunctionType and "torch" in function.__code__.co_names:
        with suppress(ImportError):
            import_module("torch")


def _answers_alike(first, again):
    if first.ended or again.ended:
        return (first.ended, first.error) == (again.ended, again.error)
    return alike(first.value, again.value)


def _clause(clause):
    return Finding(f"{'region' if clause.region else 'clause'}.{clause.code}", clause.slots)
