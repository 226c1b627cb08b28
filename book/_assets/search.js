// Excerpts on the search page: a page's text with each formula once, as `data-text` of its element has it, and its
// code behind all prose. The strip under the title and the words in drawings are no sentences.
{
  const textOf = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    // The list of contents is shown on paper only.
    for (const part of page.querySelectorAll("#jb-print-docs-body, dl.strip, svg")) part.remove();
    page.querySelector("[role=main]")?.append(...page.querySelectorAll(".cell_output, .highlight"));
    const meaning = anchor && page.querySelector(`dt${anchor} + dd`); // of a word of the glossary
    if (meaning) meaning.previousElementSibling.append(" ", ...meaning.childNodes);
    for (const formula of page.querySelectorAll("[data-text]")) formula.replaceWith(formula.dataset.text);
    return textOf(page.documentElement.outerHTML, anchor);
  };
}
// A page comes the earlier, the more words of the query its title has; before its exercise and before sections.
{
  const words = (text) => splitQuery(text.toLowerCase());
  const asked = words(new URLSearchParams(location.search).get("q") ?? "");
  Scorer.score = ([page, title, anchor, , score]) => {
    const known = new Set(words(title)), share = asked.filter((word) => known.has(word)).length / asked.length;
    return score + Scorer.title * share - (page.startsWith("exercises/") || anchor ? 1 : 0);
  };
}
// Opened as a file, no page may read another: titles only, rather than an error for each.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
