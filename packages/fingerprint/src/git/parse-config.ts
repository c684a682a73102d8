/** Section and name in lower case, the subsection as it is. */
export type Setting = readonly [name: string, value: string];

const BLANKS = /[ \t\r\n\f\v]*/y;
const COMMENT = /[#;].*/y;
const HEADER = /\[[ \t]*([\w.-]+)(?:[ \t]+"((?:[^"\\\n]|\\.)*)")?[ \t]*\]/y;
const NAME = /([A-Za-z][\w-]*)[ \t]*(=)?/y;
const REST = /.*/y;

/** Settings in the order of the file. A line that is not understood is skipped: git itself will complain about it. */
export function parseConfig(text: string): readonly Setting[] {
  const settings: Setting[] = [];
  const written = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  let at = 0;
  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at;
    const match = expression.exec(written);
    at += match?.[0].length ?? 0;
    return match;
  };
  let section = '';
  while (at < written.length) {
    if (take(BLANKS)?.[0] || take(COMMENT) !== null) continue;
    const header = take(HEADER);
    if (header !== null) {
      const subsection = header[2]?.replace(/\\(.)/g, '$1');
      section = (header[1] ?? '').toLowerCase() + (subsection === undefined ? '' : `.${subsection}`);
      continue;
    }
    const name = take(NAME);
    if (name === null || section === '') {
      take(REST);
      continue;
    }
    const value = name[2] === undefined ? undefined : readValue(written, at);
    at = value?.end ?? at;
    settings.push([`${section}.${(name[1] ?? '').toLowerCase()}`, value?.text ?? 'true']);
    take(REST);
  }
  return settings;
}

interface ConfigValue {
  readonly text: string;
  /** Of the line that it ends on. */
  readonly end: number;
}

/**
 * Quotes, escapes and comments of a value. A backslash at the end of a line goes on with the next one, except in a comment: a path of
 * Windows there does not swallow the setting below.
 */
function readValue(written: string, from: number): ConfigValue {
  let text = '';
  let isQuoted = false;
  /** Up to the last character that is not a blank outside of quotes. */
  let length = 0;
  let at = from;
  for (; at < written.length && written[at] !== '\n'; at++) {
    const char = written.charAt(at);
    if (!isQuoted && (char === '#' || char === ';')) break;
    if (char === '"') isQuoted = !isQuoted;
    else if (char === '\\') {
      const escaped = written.charAt(++at);
      if (escaped !== '\n') text += ESCAPES[escaped] ?? escaped;
    } else if (isQuoted || !/\s/.test(char)) text += char;
    else {
      if (text !== '') text += char;
      continue;
    }
    length = text.length;
  }
  return { text: text.slice(0, length), end: at };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b' };
