import type { Setting } from './parse-config.js';

/**
 * Settings that the environment has: `GIT_CONFIG_COUNT` with its keys and values, and `GIT_CONFIG_PARAMETERS`, in which `git -c` hands its
 * own to what it starts, hooks among them. The later counts.
 */
export function readConfigVariables(processEnv: Readonly<Record<string, string | undefined>>): readonly Setting[] {
  const settings: Setting[] = [];
  const count = Number(processEnv['GIT_CONFIG_COUNT'] ?? 0);
  for (let at = 0; at < count && at < 1000; at++) {
    const name = processEnv[`GIT_CONFIG_KEY_${at}`];
    const value = processEnv[`GIT_CONFIG_VALUE_${at}`];
    if (name !== undefined && value !== undefined) settings.push([lowerCaseEnds(name), value]);
  }
  return [...settings, ...readParameters(processEnv['GIT_CONFIG_PARAMETERS'] ?? '')];
}

/** In the quotes of a shell: `'name'='value'`, and `'name=value'` before git 2.31; one without a value is a yes. */
const PARAMETER = /'((?:[^']|'\\['!]')*)'(=(?:'((?:[^']|'\\['!]')*)')?)?(?:\s+|$)/y;

function readParameters(text: string): readonly Setting[] {
  const settings: Setting[] = [];
  PARAMETER.lastIndex = 0;
  for (let match = PARAMETER.exec(text.trim()); match !== null; match = PARAMETER.exec(text.trim())) {
    const [first = '', value] = [match[1], match[3]].map((quoted) => quoted?.replace(/'\\(['!])'/g, '$1'));
    const [, name = first, old] = (match[2] === undefined ? /^([^=]*)=([^]*)$/.exec(first) : undefined) ?? [];
    settings.push([lowerCaseEnds(name), value ?? old ?? 'true']);
  }
  return settings;
}

function lowerCaseEnds(name: string): string {
  const first = name.indexOf('.');
  const last = name.lastIndexOf('.');
  return name.slice(0, first).toLowerCase() + name.slice(first, last) + name.slice(last).toLowerCase();
}
