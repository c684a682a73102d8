/** How the value of an option is written in the help, and what it is in words. */
export interface OptionValue {
  /** After the option: ` <filter>`, or `[=mode]` where the option stands alone too. */
  readonly placeholder: string;
  /** Completes "It takes …". */
  readonly expected: string;
}

/** The words that an option takes, where it takes nothing else; so does a variable of the same meaning. */
export const CHOICES = {
  '--continue': ['never', 'dependencies-successful', 'always'],
  '--dry': ['text', 'json'],
  '--env-mode': ['strict', 'loose'],
  '--force': ['true', 'false'],
  '--framework-inference': ['true', 'false'],
  '--log-format': ['text', 'json'],
  '--log-order': ['auto', 'stream', 'grouped'],
  '--log-prefix': ['auto', 'task', 'none'],
  '--output': ['text', 'json'],
  '--output-logs': ['full', 'hash-only', 'new-only', 'errors-only', 'none'],
  '--remote-cache-read-only': ['true', 'false'],
  '--remote-only': ['true', 'false'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

const VALUES = {
  '--filter': { placeholder: ' <filter>', expected: 'a package, a directory or a range of commits' },
  '--concurrency': { placeholder: ' <number>', expected: 'a number from 1, or a percentage such as 50%' },
  '--continue': { placeholder: '[=mode]', expected: CHOICES['--continue'].join(', ') },
  '--force': { placeholder: '[=true]', expected: CHOICES['--force'].join(', ') },
  '--cache': {
    placeholder: ' <policy>',
    expected: 'local:rw, local:r, local:w, local:, and the same with remote, each tier once',
  },
  '--remote-cache-read-only': { placeholder: '[=true]', expected: CHOICES['--remote-cache-read-only'].join(', ') },
  '--remote-only': { placeholder: '[=true]', expected: CHOICES['--remote-only'].join(', ') },
  '--cache-dir': { placeholder: ' <directory>', expected: 'a directory' },
  '--dry': { placeholder: '[=form]', expected: CHOICES['--dry'].join(', ') },
  '--output-logs': { placeholder: ' <level>', expected: CHOICES['--output-logs'].join(', ') },
  '--log-order': { placeholder: ' <order>', expected: CHOICES['--log-order'].join(', ') },
  '--log-prefix': { placeholder: ' <prefix>', expected: CHOICES['--log-prefix'].join(', ') },
  '--log-format': { placeholder: ' <form>', expected: CHOICES['--log-format'].join(', ') },
  '--env-mode': { placeholder: '[=mode]', expected: CHOICES['--env-mode'].join(', ') },
  '--framework-inference': { placeholder: '[=true]', expected: CHOICES['--framework-inference'].join(', ') },
  '--global-deps': { placeholder: ' <glob>', expected: 'a glob from the root, such as `.env`' },
  '--root-turbo-json': { placeholder: ' <file>', expected: 'a file' },
  '--from': { placeholder: ' <task>', expected: 'a task with `snapshot`' },
  '--output': { placeholder: ' <form>', expected: CHOICES['--output'].join(', ') },
} as const satisfies Readonly<Record<string, OptionValue>>;

/** Every option that takes a value, of whatever command. A test compares this with the commands. */
export const OPTION_VALUES: Readonly<Record<string, OptionValue>> = VALUES;

/** An option that takes a value. */
export type ValuedOption = keyof typeof VALUES;

/** What the value of an option is, in words. */
export function expectedOf(option: ValuedOption): string {
  return VALUES[option].expected;
}
