"""Watch a model run once: one row for each layer, and one for each function that is called between layers."""

import sys
from collections import Counter
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakTensorKeyDictionary

from . import fields
from .operations import Unknown, arguments, follow, macs, name_of

_OUT = (torch.Tensor.numpy, torch.Tensor.tolist, torch.Tensor.__array__)  # what comes of the numbers cannot be watched


@dataclass(eq=False)
class Entry:
    """A row that is being filled."""

    name: str
    kind: str
    parameters: int = 0
    macs: int | None = 0  # None: not known
    works: bool = False  # computes something, rather than looking at it from another side
    given: tuple = ()  # (shape, pixels seen, jump) of each tensor that comes from the input
    outputs: list = field(default_factory=list)  # (shape, bytes that it took, pixels seen) of each tensor


@dataclass(eq=False)
class Call:
    """A module that is running."""

    module: nn.Module
    path: str  # where in the model
    shapes: list  # of the tensors that it was given
    opens: bool  # whether it has the open row
    handling: BaseException | None  # the error that is being handled at its start
    turns: Counter = field(default_factory=Counter)  # how often it has called each module


class Recorder:
    """What a run of `model` showed: `rows`, and `notes` on what could not be seen.

    Where the run fails, `failed` holds the error, which layer or function it comes from, and the shapes it was given.

    Parameters
    ----------
    model : nn.Module
    inputs : list of Tensor
        What the model will be called with.
    """

    def __init__(self, model, inputs):
        self.rows, self.notes, self.failed = [], [], (None, "", [])
        self.model, self.places = model, {}  # each module with its paths: several, where it is shared
        for path, module in model.named_modules(remove_duplicate=False):
            self.places.setdefault(module, []).append(path)
        self.parameters = dict(model.named_parameters())
        self.uncounted = {id(tensor): name for name, tensor in self.parameters.items()}  # those that no row has yet
        self.running = []  # calls, the innermost last
        self.entry = None  # the row that is open
        self.seen = WeakTensorKeyDictionary()  # what the units of a tensor see; None: cannot be said
        self.owner = WeakTensorKeyDictionary()  # which entry took the memory of a tensor
        self.whole = WeakTensorKeyDictionary()  # the tensor that a view is a view of
        for number, tensor in enumerate(inputs):
            self.seen[tensor] = fields.start(number, tensor)

    def watch(self, run):
        """Call `run()`, and fill the rows."""
        hooks = []
        try:
            for module in self.places:
                hooks.append(module.register_forward_pre_hook(self.enter, with_kwargs=True))
                hooks.append(module.register_forward_hook(self.leave, always_call=True))
            with torch.no_grad(), _Functions(self), _Operations(self):
                run()
        finally:
            for hook in hooks:
                hook.remove()

    def enter(self, module, args, kwargs):
        path, kind = self.path_of(module), type(module).__name__
        shapes = shapes_in(args, kwargs)
        inside = module is self.model and not type(module).__module__.startswith("torch.")  # show its functions
        opens = self.entry is None and next(module.children(), None) is None and not inside
        self.running.append(Call(module, path, shapes, opens, sys.exc_info()[1]))
        if opens:
            self.entry = Entry(path or kind, kind, given=self.told(args, kwargs))

    def leave(self, module, _, output):
        if not self.running or self.running[-1].module is not module:
            return  # another's hook failed before it began
        call, error = self.running.pop(), sys.exc_info()[1]
        if error is not call.handling:  # PyTorch calls this when a module fails too
            self.fail(error, f"{call.path or 'the model'} ({type(module).__name__})", call.shapes)
            self.entry = None if call.opens else self.entry
            return
        own = self.count(module.parameters(recurse=False))
        if self.entry is not None:
            self.entry.parameters += own
            if call.opens:
                self.close(output)
        elif own:  # learned numbers of a module that has modules inside
            kind = type(module).__name__
            self.entry = Entry(call.path or kind, kind, own)
            self.close(output)

    def path_of(self, module):
        """Where in the model the module is that is called now: one with several places takes them in turn."""
        places, caller = self.places[module], self.running[-1] if self.running else None
        if len(places) == 1 or caller is None:
            return places[0]
        under = [place for place in places if self.caller_of(place) == caller.path] or places
        caller.turns[module] += 1
        return under[(caller.turns[module] - 1) % len(under)]

    def caller_of(self, path):
        """Path of the module that calls the one at `path`: the next one out that can be called."""
        path = path.rpartition(".")[0]
        while path and type(self.model.get_submodule(path)).forward is nn.Module.forward:
            path = path.rpartition(".")[0]
        return path

    def fail(self, error, place, shapes):
        """Put down where an error comes from: the innermost place is told first."""
        if self.failed[0] is not error:
            self.failed = error, place, shapes

    def call(self, function, args, kwargs):
        """A function of PyTorch, called between layers; a row where it computes something."""
        name = getattr(function, "__name__", "function").partition(".")[0].strip("_")
        self.entry = entry = Entry("", name, given=self.told(args, kwargs))
        try:
            output = function(*args, **kwargs)
            if entry.works and any(isinstance(value, torch.Tensor) for value in tree_leaves(output)):
                entry.parameters += self.count(tree_leaves((args, kwargs)))
                self.close(output)
        except Exception as error:
            self.fail(error, self.full_name(entry.kind), shapes_in(args, kwargs))
            raise
        finally:
            self.entry = None
        return output

    def operate(self, operation, args, kwargs):
        """One operation of those that layers and functions are made of."""
        output = operation(*args, **kwargs)
        given = arguments(operation, args, kwargs)
        tensors = [value for value in tree_leaves(given) if isinstance(value, torch.Tensor)]
        results = [value for value in tree_leaves(output) if isinstance(value, torch.Tensor)]
        if not tensors:
            return output
        writes = any(argument.alias_info and argument.alias_info.is_write for argument in operation._schema.arguments)
        views = not writes and any(result.alias_info for result in operation._schema.returns)
        alone = self.entry is None and not views  # called by something that shows no function
        if alone:
            self.entry = Entry("", name_of(operation).strip("_"), given=self.told(args, kwargs))
        if self.entry is not None:
            self.entry.works |= not views
            self.multiply(operation, given, results)
        self.follow(operation, args, kwargs, output, tensors, results)
        for result in results:
            if views:
                self.whole[result], self.owner[result] = tensors[0], self.owner.get(tensors[0])
            elif not writes:
                self.owner[result] = self.entry
        if writes and tensors[0] in self.whole:
            self.write(operation, tensors[0])
        if alone:
            self.close(output)
        return output

    def multiply(self, operation, given, results):
        """Count the multiply-accumulates of an operation into the open row."""
        try:
            cost = macs(operation, given, results)
        except Unknown as unknown:
            self.entry.macs = None
            self.note(f"runs {unknown}, whose multiply-accumulates are not counted")
        else:
            self.entry.macs = None if self.entry.macs is None else self.entry.macs + cost

    def follow(self, operation, args, kwargs, output, tensors, results):
        """Work out what the units of the results see."""
        before = [self.seen.get(tensor, {}) for tensor in tensors]
        if not results and any(before):
            self.taken_out(name_of(operation))
        if not results or not any(seen is None or seen for seen in before):
            return  # nothing here depends on the input
        if None in before:
            after = [None] * len(results)
        else:
            after = follow(operation, args, kwargs, output, lambda tensor: self.seen.get(tensor, {}))
            if None in after[:1]:
                self.lose(f"moves pixels in a way that is not followed ({name_of(operation)})", results)
                return
        for result, seen in zip(results, after, strict=False):
            self.seen[result] = seen

    def write(self, operation, part):
        """A part of a tensor was changed: its units see something new."""
        whole = self.whole[part]
        while whole in self.whole:
            whole = self.whole[whole]
        seen, places = (self.seen.get(whole, {}), self.seen.get(part, {})), fields.places(part, whole)
        if None in seen or places is None:
            self.lose(f"writes into a part of a tensor ({name_of(operation)})", [whole])
        else:
            self.seen[whole] = fields.write(*seen, places, whole.shape)

    def lose(self, why, tensors):
        """From here on it cannot be said what these tensors see."""
        for tensor in tensors:
            self.seen[tensor] = None
        self.note(f"{why}: no receptive field from there on")

    def taken_out(self, how):
        """Numbers leave PyTorch: what is computed from them, and what depends on that, is in no row."""
        self.note(f"takes numbers out of a tensor ({how}): what becomes of them is in no row and no receptive field")

    def note(self, what):
        """Put down what the open row does that cannot be seen, or else the module that runs."""
        if self.entry:
            name = self.entry.name or self.full_name(self.entry.kind)
        else:
            name = self.running[-1].path if self.running and self.running[-1].path else "the model"
        self.notes.append(f"{name} {what}")

    def count(self, tensors):
        """Learned numbers in those of these tensors that no row has yet."""
        new = [self.uncounted.pop(id(tensor)) for tensor in tensors if id(tensor) in self.uncounted]
        return sum(self.parameters[name].numel() for name in new)

    def told(self, *values):
        """What a row is given: shape, pixels seen and jump of each tensor in there that depends on the input."""
        tensors = [value for value in tree_leaves(values) if isinstance(value, torch.Tensor) and self.seen.get(value)]
        found = [(x, self.seen[x]) for x in tensors]
        return tuple((tuple(x.shape), fields.sizes(seen), fields.jumps(seen)) for x, seen in found)

    def unused(self):
        """Names of the learned tensors that no row has."""
        return list(self.uncounted.values())

    def full_name(self, name):
        """`name` under the module that is running, with a number from the second one on."""
        place = self.running[-1].path if self.running else ""
        base = f"{place}.{name}" if place else name
        taken = {row.name for row in self.rows}
        return next(full for full in (base, *(f"{base}_{n}" for n in range(2, len(taken) + 3))) if full not in taken)

    def close(self, output):
        entry, self.entry = self.entry, None
        entry.name = entry.name or self.full_name(entry.kind)
        for tensor in tree_leaves(output):
            if isinstance(tensor, torch.Tensor):
                size = tensor.numel() * tensor.element_size() if self.owner.get(tensor) is entry else 0
                entry.outputs.append((tuple(tensor.shape), size, fields.sizes(self.seen.get(tensor))))
        self.rows.append(entry)


def shapes_in(*values):
    """Shapes of all tensors in there."""
    return [tuple(value.shape) for value in tree_leaves(values) if isinstance(value, torch.Tensor)]


class _Functions(TorchFunctionMode):
    """Sees each call of a function by its name, before PyTorch takes it apart."""

    def __init__(self, recorder):
        super().__init__()
        self.recorder = recorder

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function in _OUT and self.recorder.seen.get(args[0], {}) != {}:
            self.recorder.taken_out(function.__name__.strip("_"))
        if self.recorder.entry is not None:  # inside a layer, which is a row of its own
            return function(*args, **(kwargs or {}))
        return self.recorder.call(function, args, kwargs or {})


class _Operations(TorchDispatchMode):
    """Sees the operations that functions are made of."""

    @classmethod
    def _should_skip_dynamo(cls):
        return False  # or the first operation would import PyTorch's compiler, which takes seconds

    def __init__(self, recorder):
        super().__init__()
        self.recorder = recorder

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        return self.recorder.operate(operation, args, kwargs or {})
