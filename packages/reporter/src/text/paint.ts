/** A named look of a piece of text. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

/** Wraps text in the escape codes of a style, or returns it as it is. */
export type Paint = (style: Style, text: string) => string;

/** SGR parameters, ECMA-48 8.3.117. */
const CODES: Readonly<Record<Style, string>> = {
  bold: '1',
  dim: '2',
  red: '31',
  green: '32',
  yellow: '33',
  blue: '34',
  magenta: '35',
  cyan: '36',
};

/** Ends every style. */
const RESET = '\u001B[0m';

const painted: Paint = (style, text) => (text === '' ? '' : `\u001B[${CODES[style]}m${text}${RESET}`);
const plain: Paint = (_style, text) => text;

/** Chooses the painter once; callers never ask about colours again. */
export function createPaint(colors: boolean): Paint {
  return colors ? painted : plain;
}
