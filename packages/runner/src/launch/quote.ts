/** Characters that mean nothing to a POSIX shell wherever they stand. */
const PLAIN = /^[A-Za-z0-9_/:=.,@%+-]+$/;

/** One argument as a word of a POSIX shell command. */
export function quoteForPosix(argument: string): string {
  if (PLAIN.test(argument)) return argument;
  return `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

/** Characters that cmd.exe acts on, quotes included: each is taken literally after a `^`. */
const CMD_META = /[ !%^&()<>|"]/g;

/**
 * One argument as a word of a cmd.exe command. First quoted for the program (the rules of `CommandLineToArgvW`:
 * backslashes before a quote are doubled, the quote gets one more), then `^` before everything that means something to
 * cmd.exe; twice `forBatchFile`, which hands its arguments to cmd.exe once more.
 */
export function quoteForCmd(argument: string, forBatchFile: boolean): string {
  const needsQuotes = argument === '' || /[\s"]/.test(argument);
  const quoted = needsQuotes
    ? `"${argument.replace(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\+)$/, '$1$1')}"`
    : argument;
  const escaped = quoted.replace(CMD_META, '^$&');
  return forBatchFile ? escaped.replace(CMD_META, '^$&') : escaped;
}

/** Appends arguments to a command text. */
export function appendArguments(command: string, args: readonly string[], quote: (argument: string) => string): string {
  return args.length === 0 ? command : `${command} ${args.map(quote).join(' ')}`;
}
