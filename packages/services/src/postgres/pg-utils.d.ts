/** What the client library has for SQL text, without the rest of it: its types say nothing of that file. */
declare module 'pg/lib/utils.js' {
  const utils: { escapeIdentifier(text: string): string; escapeLiteral(text: string): string };
  export default utils;
}
