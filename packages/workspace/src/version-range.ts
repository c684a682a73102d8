/**
 * The test of a version against a range that decides whether a dependency is internal. A version or range that is
 * not semver counts as accepted, a pre-release only where the range names one. Loads the library.
 */
export async function loadVersionRange(): Promise<(version: string, range: string) => boolean> {
  const [{ default: Range }, { default: parse }] = await Promise.all([
    import('semver/classes/range.js'),
    import('semver/functions/parse.js'),
  ]);
  const ranges = new Map<string, InstanceType<typeof Range> | undefined>();
  const toRange = (text: string) => {
    if (!ranges.has(text))
      ranges.set(
        text,
        parseRange(() => new Range(text)),
      );
    return ranges.get(text);
  };
  return (version, range) => {
    const [parsed, wanted] = [parse(version), toRange(range)];
    return parsed === null || wanted === undefined || wanted.test(parsed);
  };
}

function parseRange<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    // TypeError is the library's only way to say that a text is no range.
    return undefined;
  }
}
