/**
 * What `read` gives, asked for once in a turn of the event loop at most: requests that came in together are answered by one look.
 * What it throws is thrown on, and asked for again.
 */
export function oncePerTurn<T extends object>(read: () => T): () => T {
  let known: T | undefined;
  return () => {
    if (known !== undefined) return known;
    setImmediate(() => (known = undefined));
    return (known = read());
  };
}
