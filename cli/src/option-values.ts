/** How the value of an option is written in the help, and what it is in words. */
export interface OptionValue {
  /** After the option: ` <filter>`, or `[=mode]` where the option stands alone too. */
  readonly placeholder: string;
  /** Completes "It takes …". */
  readonly expected: string;
}

/** Every option that takes a value, of whatever command. A test compares this with the commands. */
export const OPTION_VALUES: Readonly<Record<string, OptionValue>> = {
  '--filter': { placeholder: ' <filter>', expected: 'a package, a directory or a range of commits' },
  '--concurrency': { placeholder: ' <number>', expected: 'a number from 1, or a percentage such as 50%' },
  '--continue': { placeholder: '[=mode]', expected: 'never, dependencies-successful, always' },
  '--force': { placeholder: '[=true]', expected: 'true, false' },
  '--cache': { placeholder: ' <policy>', expected: 'local:rw, local:r, local:w, local:, remote:…' },
  '--remote-cache-read-only': { placeholder: '[=true]', expected: 'true, false' },
  '--remote-only': { placeholder: '[=true]', expected: 'true, false' },
  '--cache-dir': { placeholder: ' <directory>', expected: 'a directory' },
  '--dry': { placeholder: '[=form]', expected: 'text, json' },
  '--output-logs': { placeholder: ' <level>', expected: 'full, hash-only, new-only, errors-only, none' },
  '--log-order': { placeholder: ' <order>', expected: 'auto, stream, grouped' },
  '--log-prefix': { placeholder: ' <prefix>', expected: 'auto, task, none' },
  '--log-format': { placeholder: ' <form>', expected: 'text, json' },
  '--env-mode': { placeholder: '[=mode]', expected: 'strict, loose' },
  '--framework-inference': { placeholder: '[=true]', expected: 'true, false' },
  '--global-deps': { placeholder: ' <glob>', expected: 'a glob from the root, such as `.env`' },
  '--root-turbo-json': { placeholder: ' <file>', expected: 'a file' },
  '--from': { placeholder: ' <task>', expected: 'a task with `snapshot`' },
  '--output': { placeholder: ' <form>', expected: 'text, json' },
};
