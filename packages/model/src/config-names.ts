/** Name of our configuration file. It wins over the names of Turborepo's in the same directory. */
export const OWN_CONFIG_NAME = 'turbo-like.config.json';
/** Names of Turborepo's configuration file, of which a directory may have one. */
export const TURBO_CONFIG_NAMES = ['turbo.json', 'turbo.jsonc'] as const;
/** Every name of a configuration file, in the order they are looked for. */
export const CONFIG_NAMES = [OWN_CONFIG_NAME, ...TURBO_CONFIG_NAMES] as const;
