"""The code of the explained solutions: one module a chapter, one function a question. The words are in the tables."""
