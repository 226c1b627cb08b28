"""Watch a model run once: one row for each layer, and one for each function that is called between layers."""

from dataclasses import dataclass, field

import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakTensorKeyDictionary

from . import fields
from .operations import Unknown, arguments, follow, macs, name_of


@dataclass(eq=False)
class Entry:
    """A row that is being filled."""

    name: str
    kind: str
    module: nn.Module | None = None
    parameters: int = 0
    macs: int = 0
    works: bool = False  # computes something, rather than looking at it from another side
    outputs: list = field(default_factory=list)  # (shape, bytes that it took, pixels seen) of each tensor


class Recorder:
    """What a run of `model` showed: `rows`, and `notes` on what could not be seen.

    Parameters
    ----------
    model : nn.Module
    inputs : list of Tensor
        What the model will be called with.
    """

    def __init__(self, model, inputs):
        self.rows, self.notes = [], []
        self.model, self.names = model, {module: name for name, module in model.named_modules()}
        self.parameters = dict(model.named_parameters())
        self.uncounted = {id(tensor): name for name, tensor in self.parameters.items()}  # those that no row has yet
        self.running = []  # modules, the innermost last
        self.entry = None  # the row that is open
        self.seen = WeakTensorKeyDictionary()  # what the units of a tensor see; None: cannot be said
        self.owner = WeakTensorKeyDictionary()  # which entry took the memory of a tensor
        self.whole = WeakTensorKeyDictionary()  # the tensor that a view is a view of
        for number, tensor in enumerate(inputs):
            self.seen[tensor] = fields.start(number, tensor)

    def watch(self, run):
        """Call `run()`, and fill the rows."""
        hooks = [module.register_forward_pre_hook(self.enter) for module in self.names]
        hooks += [module.register_forward_hook(self.leave) for module in self.names]
        try:
            with torch.no_grad(), _Functions(self), _Operations(self):
                run()
        finally:
            for hook in hooks:
                hook.remove()

    def enter(self, module, _):
        self.running.append(module)
        kind = type(module).__name__
        inside = module is self.model and not type(module).__module__.startswith("torch.")  # show its functions
        if self.entry is None and next(module.children(), None) is None and not inside:
            self.entry = Entry(self.names[module] or kind, kind, module)

    def leave(self, module, _, output):
        self.running.pop()
        own = self.count(module.parameters(recurse=False))
        if self.entry is not None:
            self.entry.parameters += own
            if self.entry.module is module:
                self.close(output)
        elif own:  # learned numbers of a module that has modules inside
            kind = type(module).__name__
            self.entry = Entry(self.names[module] or kind, kind, module, own)
            self.close(output)

    def call(self, function, args, kwargs):
        """A function of PyTorch, called between layers; a row where it computes something."""
        self.entry = Entry("", getattr(function, "__name__", "function").strip("_"))
        try:
            output = function(*args, **kwargs)
            if self.entry.works and any(isinstance(value, torch.Tensor) for value in tree_leaves(output)):
                self.entry.parameters += self.count(tree_leaves((args, kwargs)))
                self.close(output)
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
            self.entry = Entry("", name_of(operation).strip("_"))
        if self.entry is not None:
            self.entry.works |= not views
            self.entry.macs += macs(operation, given, output)
        self.follow(operation, args, kwargs, output, tensors, results)
        for result in results:
            if views:
                self.whole[result], self.owner[result] = tensors[0], self.owner.get(tensors[0])
            elif not writes:
                self.owner[result] = self.entry
        if writes and tensors[0] in self.whole:
            self.lose(f"writes into a part of a tensor ({name_of(operation)})", [self.whole[tensors[0]]])
        if alone:
            self.close(output)
        return output

    def follow(self, operation, args, kwargs, output, tensors, results):
        """Work out what the units of the results see."""
        before = [self.seen.get(tensor, {}) for tensor in tensors]
        if not any(seen is None or seen for seen in before):
            return  # nothing here depends on the input
        if None in before:
            after = [None] * len(results)
        else:
            try:
                after = follow(operation, args, kwargs, output, lambda tensor: self.seen.get(tensor, {}))
            except Unknown:
                self.lose(f"runs {name_of(operation)}, whose multiply-accumulates are not counted", results)
                return
            if None in after[:1]:
                self.lose(f"moves pixels in a way that is not followed ({name_of(operation)})", results)
                return
        for result, seen in zip(results, after, strict=True):
            self.seen[result] = seen

    def lose(self, why, tensors):
        """From here on it cannot be said what these tensors see."""
        for tensor in tensors:
            self.seen[tensor] = None
        name = self.entry.name or self.full_name(self.entry.kind) if self.entry else self.full_name("")
        self.notes.append(f"{name} {why}: no receptive field from there on")

    def count(self, tensors):
        """Learned numbers in those of these tensors that no row has yet."""
        new = [self.uncounted.pop(id(tensor)) for tensor in tensors if id(tensor) in self.uncounted]
        return sum(self.parameters[name].numel() for name in new)

    def unused(self):
        """Names of the learned tensors that no row has."""
        return list(self.uncounted.values())

    def full_name(self, name):
        """`name` under the module that is running, with a number from the second one on."""
        place = self.names[self.running[-1]] if self.running else ""
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


class _Functions(TorchFunctionMode):
    """Sees each call of a function by its name, before PyTorch takes it apart."""

    def __init__(self, recorder):
        super().__init__()
        self.recorder = recorder

    def __torch_function__(self, function, types, args=(), kwargs=None):
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
