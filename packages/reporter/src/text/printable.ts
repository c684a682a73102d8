/** What nearly every name is. Looking for the others takes an expression that V8 needs a third of a millisecond to make. */
const PLAIN = /^[ -~]*$/;

/**
 * Makes a name from disk, a manifest or a script safe to print on one line: control and direction-changing
 * characters become escapes (`\n`, `\u001b`), so that a file name can neither break a line nor drive the terminal.
 */
export function printable(text: string): string {
  return PLAIN.test(text) ? text : text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
