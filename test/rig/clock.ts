/** The environment of a Node process whose clock is off by so many milliseconds. */
export function wrongClock(aheadMs: number): Readonly<Record<string, string>> {
  const code = `
    const Right = Date;
    globalThis.Date = class Date extends Right {
      constructor(...parts) { parts.length === 0 ? super(Right.now() + ${aheadMs}) : super(...parts); }
      static now() { return Right.now() + ${aheadMs}; }
    };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}
