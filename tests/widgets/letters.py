"""What is asked about letters in the browser."""

# Letters of drawings that lie over others, or stick out of the screen.
TOUCHING = """() => [...document.querySelectorAll('.cnnx svg')].flatMap((drawing) => {
  const seen = [...drawing.querySelectorAll('text')].filter((text) => text.checkVisibility());
  const texts = seen.map((text) => [text.textContent, text.getBoundingClientRect()]);
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  return [
    ...texts.filter(([, box]) => box.left < 0 || box.right > innerWidth).map(([text]) => text),
    ...texts.flatMap(([one, a], at) =>
      texts.slice(at + 1).filter(([, b]) => over(a, b)).map(([two]) => `${one} ${two}`)),
  ];
})"""
