"""What answers on the counts of residual networks are made of, right ones and wrong ones: four stages, and a budget."""

from ._layers import either

CHANNELS = (64, 128, 256, 512)
EXPANSION = {"basic": 1, "bottleneck": 4}
EACH = {"basic": 2, "bottleneck": 3}  # convolutions of a block


def convolutions(block, blocks, side):
    """Rows (how many, part, input channels, output channels, kernel, side of the output)."""
    rows, c_in, side = [(1, "first", 3, 64, 7, side // 2)], 64, side // 4
    for stage, (count, width) in enumerate(zip(blocks, CHANNELS, strict=True)):
        c_out, before, side = width * EXPANSION[block], side, side // (2 if stage else 1)
        for times, entering, at in ((1, c_in, before), (count - 1, c_out, side)):
            if block == "basic":
                rows += [(times, "main", entering, width, 3, side), (times, "main", width, width, 3, side)]
            else:
                part = "main" if at == side else "before a stride"
                rows += [(times, part, entering, width, 1, at), (times, "main", width, width, 3, side)]
                rows += [(times, "main", width, c_out, 1, side)]
        if c_in != c_out:
            rows.append((1, f"projection {stage}", c_in, c_out, 1, side))
        c_in = c_out
    return rows


def counted(block, blocks, side=224, classes=1000, *, change=None, each=2, of_projections=2, bias=1, inputs=None):
    """Layers, parameters and MACs. What can be wrong: rows, numbers a channel of a batch norm, the linear layer."""
    rows = convolutions(block, blocks, side)
    if change:
        rows = [new for row in rows if (new := change(*row))]
    inputs = inputs or 512 * EXPANSION[block]
    parameters, macs = (inputs + bias) * classes, inputs * classes
    for times, part, c_in, c_out, kernel, out in rows:
        weights = c_in * c_out * kernel**2
        parameters += times * (weights + (of_projections if part[0] == "p" else each) * c_out)
        macs += times * weights * out**2
    return EACH[block] * sum(blocks) + 2, parameters, macs


def costs(block, side, classes):
    """MACs of the network with one block a stage, and of one block more, which are the same in every stage."""
    base, more = (counted(block, blocks, side, classes)[2] for blocks in ((1, 1, 1, 1), (2, 1, 1, 1)))
    return base, more - base


def outside(block, side, classes):
    """MACs of the first layer and of the linear one."""
    return 64 * 147 * (side // 2) ** 2 + 512 * EXPANSION[block] * classes


def deepest(block, budget, side=224, classes=1000, *, base=None, extra=0):
    """With mistakes: another base than the MACs of the smallest network, blocks too few."""
    smallest, one = costs(block, side, classes)
    blocks = (budget - (smallest if base is None else base)) // one + extra
    return (1, 1, 1 + int(blocks), 1) if blocks >= 0 else None


def layers_and_macs(block, blocks, side, classes):
    layers, _, macs = counted(block, tuple(map(int, blocks)), side, classes)
    return layers, macs


def spare(answer, budget, **network):
    """What of the budget is left."""
    return budget - layers_and_macs(blocks=answer, **network)[1]


# Wrong answers


def layers_of(formula):
    """A mistake in the number of layers, by the convolutions of a block and the blocks."""
    return lambda block, blocks, answer: (formula(EACH[block], blocks), *answer[1:])


def with_rows(change):
    """A mistake in the convolutions: `change` of a row gives another, or None."""
    return lambda **network: counted(**network, change=change)


def counting(**wrong):
    """A mistake in batch norms or in the linear layer's bias."""
    return lambda **network: counted(**network, **wrong)


def only_macs(change):
    return lambda answer, **network: (*answer[:2], counted(**network, change=change)[2])


def budgeting(**wrong):
    return lambda block, budget, side, classes: deepest(block, budget, side, classes, **wrong)


TABLE = {"basic": ((2, 2, 2, 2), (3, 4, 6, 3)), "bottleneck": ((3, 4, 6, 3), (3, 4, 23, 3), (3, 8, 36, 3))}


def of_the_table(block, budget, side, classes):
    """The deepest of the paper's five networks."""
    fitting = [blocks for blocks in TABLE[block] if counted(block, blocks, side, classes)[2] <= budget]
    return fitting[-1] if fitting else None


# How cases are drawn


def draw_image(rng):
    """Side and classes, each at its default now and then."""
    side, classes = 32 * either(rng, (1, 3), (1, 9), rare=(9, 17)), either(rng, (1, 12), (2, 200), (200, 3000))
    drawn = {"side": side} if rng.random() < 0.7 else {}
    return drawn | ({"classes": classes} if rng.random() < 0.7 else {})


def draw_block(rng):
    return str(rng.choice(["basic", "bottleneck"]))


NETWORKS = {
    "of_bottlenecks": lambda block: block == "bottleneck",
    "smallest_image": lambda side: side == 32,
}
