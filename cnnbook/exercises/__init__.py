"""Exercises: derived from their solutions, written for a course, and checked as a student's whole notebook."""

from ._answers import answers
from ._check import Report, Verdict, check_notebook
from ._derive import build, course, derive

__all__ = ["Report", "Verdict", "answers", "build", "check_notebook", "course", "derive"]
