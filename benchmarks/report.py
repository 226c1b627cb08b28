"""What the benchmarks measured, as text: the README's section and the appendix both show it.

    python benchmarks/report.py     # write the README's section anew, from benchmarks/results/
"""

import json
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
BEGIN, END = "<!-- written by benchmarks/report.py: begin -->\n", "<!-- end -->\n"


def read(name):
    """Results of ``bench_<name>.py``, as its last whole run wrote them."""
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def functional(results):
    """The operations as a Markdown table: times over PyTorch's, goals in brackets."""
    lines = [
        "| operation | forward | backward | against the faster layout | extra MiB |",
        "|---|---|---|---|---|",
    ]
    rows = {(row["name"], row["way"]): row for row in results["rows"]}
    for name in dict.fromkeys(row["name"] for row in results["rows"]):
        forward, backward = rows[name, "forward"], rows[name, "backward"]
        layouts = " / ".join(f"{row['ratio_to_best_layout']:.2f}" for row in (forward, backward))
        memory = f"{forward['extra_mib']:.1f} / {backward['extra_mib']:.1f}"
        lines.append(f"| {name.replace('->', '→')} | {_ratio(forward)} | {_ratio(backward)} | {layouts} | {memory} |")
    machine = results["machine"]
    versions = f"NumPy {machine['numpy']}, PyTorch {machine['torch']}, Python {machine['python']}"
    return "\n".join([*lines, "", f"Measured on one thread of {machine['processor']}, with {versions}."])


def _ratio(row):
    goal = f"\N{NO-BREAK SPACE}(≤\N{NO-BREAK SPACE}{row['must']:g})" if row["must"] else ""
    return f"{row['ratio']:.2f}{goal}" + (" *uncertain: the machine was busy*" if row["void"] else "")


def lenet_numpy(results):
    """LeNet-5 in NumPy and in PyTorch, in two sentences."""
    summary, setting = results["summary"], results["setting"]
    return (
        f"LeNet-5 of `cnnbook.nn`, in NumPy alone, reads {summary['numpy_accuracy']:.2%} of the MNIST test digits "
        f"after {setting['epochs']} epochs; its twin in PyTorch, from the same weights, "
        f"{summary['torch_accuracy']:.2%}. An epoch takes NumPy {summary['ratio_seconds']:.2f} times as long."
    )


def section():
    """The text between the README's markers."""
    return f"{functional(read('functional'))}\n\n{lenet_numpy(read('lenet_numpy'))}\n"


def main():
    readme = ROOT / "README.md"
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    readme.write_text(f"{before}{BEGIN}{section()}{END}{after}", encoding="utf-8")
    print(f"written to {readme.name}")


if __name__ == "__main__":
    main()
