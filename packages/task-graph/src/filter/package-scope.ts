import type { PackageName } from '@tr/model';

/** Which packages a run is about, and how that came to be: the root package joins only when nobody chose otherwise. */
export interface PackageScope {
  /** Sorted; with `//` only where a filter or a change selected it. */
  readonly packages: readonly PackageName[];
  /**
   * `whole`: nothing narrowed the run. `remainder`: only exclusions did, from the root of the workspace and not naming
   * it. `selection`: filters, `--affected` or the current directory chose.
   */
  readonly kind: 'whole' | 'remainder' | 'selection';
}
