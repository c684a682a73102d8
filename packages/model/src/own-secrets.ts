const OWN_SECRETS: ReadonlySet<string> = new Set(['TR_TOKEN', 'TR_SIGNING_KEY']);

/** True for a variable with a credential of `tr` itself: no command sees it unless it is named for it, also where commands see all others. */
export function isOwnSecret(name: string): boolean {
  return OWN_SECRETS.has(name.toUpperCase());
}
