// Excerpts on the search page: a page's text with each formula once, as `data-text` of its element has it.
{
  const textOf = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelector("#jb-print-docs-body")?.remove(); // the list of contents that only paper shows
    for (const formula of page.querySelectorAll("[data-text]")) formula.replaceWith(formula.dataset.text);
    return textOf(page.documentElement.outerHTML, anchor);
  };
}
