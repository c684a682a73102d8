/** First words of our commands. Anything else in first place means the POSIX `tr`; a test compares this with the registry. */
export const COMMAND_NAMES = ['cache', 'ls', 'run', 'serve', 'services', 'why'] as const;

/** Flags that may stand in first place and are ours. */
export const GLOBAL_FLAGS = ['--help', '-h', '--version', '-v', '--cwd', '--color', '--no-color'] as const;

/** True when a call with this first argument is for us, not for the POSIX `tr`. */
export function isOurCall(first: string | undefined): boolean {
  if (first === undefined) return true;
  const flag = first.split('=', 1)[0] ?? first;
  return (COMMAND_NAMES as readonly string[]).includes(first) || (GLOBAL_FLAGS as readonly string[]).includes(flag);
}
