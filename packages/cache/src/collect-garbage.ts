/** A file of its own, which a run does not load that has nothing to collect. */
export { collectGarbage } from '@tr/store';
