"""Cases of the whole domain of the questions on all networks side by side, drawn evenly."""


def profile(rng):
    count, most = int(rng.integers(1, 7)), int(rng.choice([2, 5, 9]))
    rows, numbers = [], {}
    for _ in range(count):
        kind = str(rng.choice(["block", "conv", "fc", "pool"]))
        numbers[kind] = numbers.get(kind, 0) + 1
        parameters, macs, outputs = (int(n) for n in rng.integers(1, most + 1, 3))
        pool = kind == "pool"
        rows.append((f"{kind}{numbers[kind]}", 0 if pool else parameters, 0 if pool else macs, outputs))
    return {"rows": rows} if any(row[2] for row in rows) else None


def networks(rng):
    count, most = int(rng.integers(2, 8)), int(rng.choice([3, 8]))
    found = [tuple(int(n) for n in pair) for pair in rng.integers([1, 50], [most + 1, 51 + most], (count, 2))]
    if rng.random() < 0.3:
        found[0] = found[int(rng.integers(count))]
    return {"networks": sorted(found) if rng.random() < 0.2 else found}


def lists(rng):
    count, most = int(rng.integers(2, 7)), int(rng.choice([3, 6, 30]))
    first, second = ([int(n) for n in numbers] for numbers in rng.integers(1, most, (2, count)))
    if rng.random() < 0.2:
        second = [5 * number for number in first]
    return {"first": first, "second": second} if len({*first}) > 1 and len({*second}) > 1 else None


DOMAINS = {"read_profile": profile, "not_beaten": networks, "rank_correlation": lists}
