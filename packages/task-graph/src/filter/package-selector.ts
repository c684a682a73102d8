/** What lies between two states of the repository: the text in the brackets of a filter. */
export type GitRange =
  /** `[ref]`: from `from` to the work tree, uncommitted and untracked files included; no merge base. */
  | { readonly kind: 'work-tree'; readonly from: string }
  /** `[a...b]`: from the merge base of both to `to`; commits only. */
  | { readonly kind: 'commits'; readonly from: string; readonly to: string }
  /** `[a..b]`: what differs between two commits. */
  | { readonly kind: 'difference'; readonly from: string; readonly to: string };

/** One filter, taken apart: `[!][...[^]]<name or tag:label>{<directory>}[[...][<range>]][[^]...]`. */
export interface PackageSelector {
  /** As written, for messages. */
  readonly text: string;
  /** `!`: takes packages out instead of adding them. */
  readonly exclude: boolean;
  /** Exact name, or a pattern when it has a `*`. Undefined = any. */
  readonly name: string | undefined;
  /** `tag:<label>`: only what has this label; then there is no name. Undefined = labelled or not. */
  readonly tag: string | undefined;
  /** Path or glob with `/`, as written. Undefined = anywhere. */
  readonly directory: string | undefined;
  /** True when the directory was written without braces (then `^` and ranges do not combine with it). */
  readonly isBarePath: boolean;
  /** Only what changed. Undefined = changed or not. */
  readonly range: GitRange | undefined;
  /** `...[ref]`: a package counts as changed when one of its dependencies is. */
  readonly matchDependencies: boolean;
  /** `...x`. */
  readonly includeDependents: boolean;
  /** `x...`. */
  readonly includeDependencies: boolean;
  /** `^`: without the packages that were named. */
  readonly excludeSelf: boolean;
}

/** True when the selector names no package, no label, no directory and no range. */
export function isBareSelector(selector: PackageSelector): boolean {
  const { name, tag, directory, range } = selector;
  return [name, tag, directory, range].every((part) => part === undefined);
}
