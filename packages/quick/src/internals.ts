/** The function itself, not one that warns before it calls it (`--pending-deprecation`). */
const KNOWN_BINDING = /^function binding\(module\)/;

/**
 * What Node's own modules of that name are written on; undefined where it cannot be had. Node tells users not to ask for some of
 * them; that word is held back, since this program asks for itself and checks what it gets.
 */
export function findInternals(name: string): unknown {
  const { binding } = process as { readonly binding?: (name: string) => unknown };
  if (typeof binding !== 'function' || !KNOWN_BINDING.test(binding.toString())) return undefined;
  const { noDeprecation = false } = process;
  try {
    process.noDeprecation = true;
    return binding.call(process, name);
  } catch {
    // Not for this process (`--permission`), or gone.
    return undefined;
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

/** The text of one of Node's own modules: what it says to its internals can be said to them. Empty where it is not known. */
export function readOwnSource(module: string): string {
  const sources = findInternals('natives') as Readonly<Record<string, unknown>> | undefined;
  const source = sources?.[module];
  return typeof source === 'string' ? source : '';
}
