"""The search: Chinese is found by characters and pairs, excerpts hold formulas as text (book/_assets/search.js).

Chinese has no spaces. A word such as 感受野 is kept as its neighbouring pairs, 感受 and 受野, and as its characters. A
query is split into its pairs, and where it has one character only, that is looked up.
"""

import functools
import re

from sphinx.search.en import SearchEnglish

HAN = r"\u3400-\u9fff"


class Search(SearchEnglish):
    """English, with the Chinese terms of the glossary. Python splits the pages, JavaScript the query."""

    js_splitter_code = rf"""function splitQuery(query) {{
  const words = query.match(/[{HAN}]+|(?:(?![{HAN}])[\p{{L}}\p{{N}}_])+/gu) ?? [];
  return words.flatMap((word) => /[{HAN}]/.test(word) && word.length > 2
    ? Array.from({{ length: word.length - 1 }}, (_, i) => word.slice(i, i + 2)) : [word]);
}}"""

    def split(self, text):
        """Words, and of Chinese the characters and their pairs.

        >>> Search({}).split("the 感受野 of k_H")
        ['the', '感', '受', '野', '感受', '受野', 'of', 'k_H']
        """
        parts = []
        for word in re.findall(rf"[{HAN}]+|[^\W{HAN}]+", text):
            pairs = [word[i : i + 2] for i in range(len(word) - 1)]
            parts += [*word, *pairs] if re.match(f"[{HAN}]", word) else [word]
        return parts

    def init(self, options):
        super().init(options)
        self.stem = functools.cache(self.stem)  # a book has few words, many times


def add_script(app, pagename, templatename, context, doctree):
    if pagename == "search":
        app.add_js_file("search.js", loading_method="defer")


def setup(app):
    app.add_search_language(Search)
    app.connect("html-page-context", add_script, priority=400)
