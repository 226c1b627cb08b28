"""The answers that stand in a student's notebooks, as functions: several notebooks put together."""

import ast
import warnings
from pathlib import Path
from types import CodeType, SimpleNamespace

from .._types import AnyPath


def answers(folder: AnyPath = ".", *, partly: bool = False, **wanted: str) -> SimpleNamespace:
    """Collect a student's functions from the notebooks of several exercises.

    Of a notebook only what its functions need is run: their definitions, and the imports, helpers and constants that
    these name. Cells that check, draw or train are left alone.

    Parameters
    ----------
    folder : path
        Where the notebooks are. A copy counts where the notebook itself is not there: Colab saves pooling.ipynb as
        "Copy of pooling.ipynb".
    partly : bool
        Leave out functions that no notebook defines, rather than raise.
    **wanted : str
        By the name of a notebook, without its ending, the names of functions, separated by spaces.

    Returns
    -------
    types.SimpleNamespace
        The functions by name.

    Raises
    ------
    FileNotFoundError
        Where a notebook is missing.
    ValueError
        For a file that is no notebook, one that Python cannot read, or where a notebook does not define a function.
    Exception
        What the student's own code raises when it is defined.

    Examples
    --------
    >>> answers(pooling="max_pool max_pool_backward", folder="nowhere")
    Traceback (most recent call last):
    FileNotFoundError: there is no notebook nowhere/pooling.ipynb: put it there, or give its folder as folder="..."
    """
    found = SimpleNamespace()
    for stem, names in wanted.items():
        path = _find(Path(folder), stem)
        if path.is_file() or not partly or not Path(folder).is_dir():
            vars(found).update(_functions(path, names.split(), partly))
    return found


def _find(folder, stem):
    """The notebook of this name, or else the newest of its copies."""
    copies = sorted(folder.glob(f"* {stem}.ipynb"), key=lambda path: path.stat().st_mtime)
    path = folder / f"{stem}.ipynb"
    return path if path.is_file() or not copies else copies[-1]


def _functions(path, names, partly):
    statements = _statements(path)
    scope = {"__name__": path.stem}
    for statement in _needed(statements, names):
        exec(compile(ast.Module([statement], []), str(path), "exec"), scope)
    missing = [name for name in names if not callable(scope.get(name))]
    if missing and not partly:
        raise ValueError(f"{path} defines no function {missing[0]}: answer its question there, and save the notebook")
    return {name: scope[name] for name in names if name not in missing}


def _statements(path):
    """The statements of a notebook's code in order, but for cells that are no Python."""
    import nbformat

    if not path.is_file():
        raise FileNotFoundError(f'there is no notebook {path}: put it there, or give its folder as folder="..."')
    try:
        with warnings.catch_warnings(action="ignore"):  # of cells without an id
            cells = nbformat.read(path, as_version=4).cells
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise ValueError(f"{path} is not a notebook: use an .ipynb file") from error
    statements = []
    for cell in cells:
        if cell.cell_type == "code":
            # A line of IPython (%pip, !ls) is no Python: in its place a line that does nothing.
            lines = [
                f"{line[: len(line) - len(line.lstrip())]}pass" if line.lstrip()[:1] in ("%", "!") else line
                for line in cell.source.splitlines()
            ]
            try:
                statements += ast.parse("\n".join(lines)).body
            except SyntaxError as error:
                line = (error.text or "").strip()
                raise ValueError(f"{path} has a cell that Python cannot read, at `{line}`: mend it there") from error
    return statements


def _needed(statements, names):
    """Those statements that bind the names, or names that these use in turn, in their order."""
    binds = [_bound(statement) for statement in statements]
    needed, chosen = set(names), set()
    while more := {i for i, bound in enumerate(binds) if bound & needed} - chosen:
        chosen |= more
        needed |= {name for i in more for name in _used(compile(ast.Module([statements[i]], []), "", "exec"))}
    return [statements[i] for i in sorted(chosen)]


def _used(code):
    """The global names in compiled code, that of functions inside it included (and names of attributes with them)."""
    inside = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return {*code.co_names, *(name for each in inside for name in _used(each))}


def _bound(statement):
    """The names that a statement gives a meaning; none for one that only computes or shows something."""
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return {(alias.asname or alias.name).partition(".")[0] for alias in aliases}
        case ast.Expr():
            return set()
    stored = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
    return {node.id for node in stored if isinstance(node.ctx, ast.Store)}
