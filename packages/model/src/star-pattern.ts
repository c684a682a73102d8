/**
 * Tests whole texts against a pattern in which only stars are special, each for any run of characters. `parts` is what stands between
 * them: `['A_', '']` for `A_*`, one part where there is no star. Takes time in proportion to the text, however many stars there are.
 */
export function createStarTest(parts: readonly string[]): (text: string) => boolean {
  const [first = '', ...afterStars] = parts;
  const last = afterStars.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    const end = text.length - last.length;
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const part of afterStars) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= end;
  };
}
