import type { Node } from 'jsonc-parser';

/** A property of an object. */
export interface Property {
  readonly key: string;
  readonly keyNode: Node;
  readonly valueNode: Node;
}

/** The properties of an object in order; none for anything else. */
export function propertiesOf(node: Node | undefined): readonly Property[] {
  if (node?.type !== 'object') return [];
  return (node.children ?? []).flatMap(({ children }) => {
    const [keyNode, valueNode] = children ?? [];
    return keyNode === undefined || valueNode === undefined ? [] : [{ key: String(keyNode.value), keyNode, valueNode }];
  });
}

/** The property `key`; the last one when it is there twice, for that is the one that counts. */
export function findProperty(node: Node | undefined, key: string): Property | undefined {
  return propertiesOf(node).findLast((property) => property.key === key);
}
