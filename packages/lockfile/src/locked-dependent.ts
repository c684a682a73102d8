import type { Package } from '@tr/model';

/** What is asked about one workspace package. */
export type LockedDependent = Pick<Package, 'name' | 'directory' | 'externalDependencies' | 'internalDependencies'>;
