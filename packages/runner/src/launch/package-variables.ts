import { readFileSync } from 'node:fs';

/** Fields of package.json that scripts see as `npm_package_<field>` (npm RFC 183). */
const FIELDS = ['name', 'version', 'config', 'engines', 'bin'] as const;

/**
 * `npm_package_*` of a package.json: nested keys joined by `_`, list items by their index, `null` and `false` empty.
 * Nothing for a file that cannot be read or parsed: it was read before, so that is a matter of somebody writing it now.
 */
export function readPackageVariables(path: string): Readonly<Record<string, string>> {
  const manifest = tryParse(path);
  const variables: Record<string, string> = {};
  if (typeof manifest !== 'object' || manifest === null) return variables;
  const fields = manifest as Readonly<Record<string, unknown>>;
  for (const field of FIELDS) {
    const value = field === 'bin' ? normaliseBin(fields['bin'], fields['name']) : fields[field];
    collect(value, `npm_package_${field}`, variables);
  }
  return variables;
}

/** npm writes one program under the package's own name, and paths without `./`. */
function normaliseBin(bin: unknown, name: unknown): unknown {
  if (typeof bin === 'string')
    return typeof name === 'string' ? { [name.replace(/^@[^/]*\//, '')]: plain(bin) } : undefined;
  if (typeof bin !== 'object' || bin === null) return bin;
  return Object.fromEntries(
    Object.entries(bin).map(([key, path]) => [key, typeof path === 'string' ? plain(path) : path]),
  );
}

function plain(path: string): string {
  return path.replace(/^(?:\.\/)+/, '');
}

function collect(value: unknown, name: string, variables: Record<string, string>): void {
  if (value === undefined) return;
  if (value === null || value === false) variables[name] = '';
  else if (typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) collect(item, `${name}_${key}`, variables);
  } else variables[name] = typeof value === 'string' ? value : JSON.stringify(value);
}

function tryParse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
