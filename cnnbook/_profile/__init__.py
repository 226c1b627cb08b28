"""How `cnnbook.profile` watches a model run: `record` makes the rows, `fields` follows what each unit sees."""
