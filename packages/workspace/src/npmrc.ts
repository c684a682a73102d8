/**
 * Settings of an `.npmrc`: `key = value` lines, `;` and `#` comments, optional quotes; a bare key is `true`.
 * Sections and arrays are left out and `${VAR}` stays as written: only plain settings are asked for here. Format as
 * npm documents it (npmrc(5)).
 */
export function parseNpmrc(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (line.startsWith('[')) break;
    if (line === '' || line.startsWith(';') || line.startsWith('#')) continue;
    const at = line.indexOf('=');
    if (at === -1) settings.set(line, 'true');
    else settings.set(unquote(line.slice(0, at).trim()), unquote(line.slice(at + 1).trim()));
  }
  return settings;
}

/** Quoted: the text between the quotes. Else up to a comment that follows. */
function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value);
  return quoted?.[2] ?? value.replace(/(?<!\\)[;#].*$/, '').trim();
}
