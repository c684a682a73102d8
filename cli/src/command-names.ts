/** First words of our commands. Anything else in first place means the POSIX `tr`; a test compares this with the registry. */
export const COMMAND_NAMES = ['cache', 'ls', 'run', 'serve', 'services', 'why'] as const;

/** Commands of Turborepo that have no counterpart of the same name. A task of such a name (`docs`) is run by `taskrun run docs`, as by `turbo run docs`. */
const TURBOREPO_COMMANDS = [
  'bin',
  'boundaries',
  'completion',
  'config',
  'daemon',
  'devtools',
  'docs',
  'exec',
  'gen',
  'generate',
  'get-mfe-port',
  'hook',
  'info',
  'link',
  'login',
  'logout',
  'prune',
  'query',
  'scan',
  'setup',
  'telemetry',
  'unlink',
  'watch',
] as const;

/** Flags that may stand in first place and are ours; those of Turborepo that do nothing here are none of the POSIX tool's. */
export const GLOBAL_FLAGS = [
  '--help',
  '-h',
  '--version',
  '-v',
  '--cwd',
  '--color',
  '--no-color',
  '--api',
  '--dangerously-disable-package-manager-check',
  '--heap',
  '--login',
  '--no-update-notifier',
  '--preflight',
  '--remote-cache-timeout',
  '--root-turbo-json',
  '--skip-infer',
  '--team',
  '--token',
  '--trace',
  '--ui',
  '--verbosity',
] as const;

/** True when a call with this first argument is for us, not for the POSIX `tr`. */
export function isOurCall(first: string | undefined): boolean {
  if (first === undefined) return true;
  const flag = first.split('=', 1)[0] ?? first;
  return (COMMAND_NAMES as readonly string[]).includes(first) || (GLOBAL_FLAGS as readonly string[]).includes(flag);
}

/** True for a command of Turborepo that has no counterpart of the same name. */
export function isTurborepoCommand(word: string | undefined): boolean {
  return word !== undefined && (TURBOREPO_COMMANDS as readonly string[]).includes(word);
}
