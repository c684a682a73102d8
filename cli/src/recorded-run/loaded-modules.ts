/** Whether Node has loaded one of these modules of its own (`NativeModule http`). True also where it does not say. */
export function hasLoaded(names: ReadonlySet<string>): boolean {
  const { moduleLoadList } = process as { readonly moduleLoadList?: unknown };
  return !Array.isArray(moduleLoadList) || moduleLoadList.some((loaded: string) => names.has(loaded));
}
