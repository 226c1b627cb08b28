"""The search: Chinese words are found in pairs of characters, excerpts hold formulas as text (book/_assets/search.js).

Chinese has no spaces. A word such as 感受野 is kept as its neighbouring pairs, 感受 and 受野; the query is split in the
same way, so that every word of two characters or more is found.
"""

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
        """Words, and pairs of Chinese characters.

        >>> Search({}).split("the 感受野 of k_H")
        ['the', '感受', '受野', 'of', 'k_H']
        """
        words = re.findall(rf"[{HAN}]+|[^\W{HAN}]+", text)
        han = re.compile(f"[{HAN}]")
        return [
            part
            for word in words
            for part in ([word[i : i + 2] for i in range(max(len(word) - 1, 1))] if han.match(word) else [word])
        ]


def add_script(app, pagename, templatename, context, doctree):
    if pagename == "search":
        app.add_js_file("search.js", loading_method="defer")


def setup(app):
    app.add_search_language(Search)
    app.connect("html-page-context", add_script, priority=400)
