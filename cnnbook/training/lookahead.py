"""Lookahead: slow weights follow the fast ones that the optimizer steps, and pull them back from time to time."""

import torch


def look_ahead(optimizer, every, *, part=0.5):
    """Make an optimizer look ahead: from https://arxiv.org/abs/1907.08610.

    After `every` steps the slow weights go a part of the way to the fast ones, and the fast ones begin anew from there.
    Slow weights and steps are kept in the optimizer's own state, and so in its checkpoints. Nothing is read back from
    the device.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        Changed in place; its weights now are the first slow ones.
    every : int
        Steps of the fast weights for each step of the slow ones.
    part : float
        Of the way from the slow weights to the fast ones.

    Examples
    --------
    A gradient of -1 and a rate of 1 add one to the weight at each step; after two steps half of them is taken back.

    >>> weight = torch.zeros(1, requires_grad=True)
    >>> optimizer = torch.optim.SGD([weight], lr=1.0)
    >>> look_ahead(optimizer, 2)
    >>> for _ in range(4):
    ...     weight.grad = torch.tensor([-1.0])
    ...     optimizer.step()
    ...     print(weight.item())
    1.0
    1.0
    2.0
    2.0
    """
    for group in optimizer.param_groups:
        group["steps"] = 0
        for fast in group["params"]:
            optimizer.state[fast]["slow"] = fast.detach().clone()

    @torch.no_grad()
    def after_step(optimizer, *_):
        for group in optimizer.param_groups:
            group["steps"] += 1
            if group["steps"] % every == 0:
                fast = group["params"]
                slow = [optimizer.state[weights]["slow"] for weights in fast]
                torch._foreach_lerp_(slow, fast, part)
                torch._foreach_copy_(fast, slow)

    optimizer.register_step_post_hook(after_step)
