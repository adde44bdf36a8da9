import type { Place } from './error.ts';

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As it was written, without quotes. */
  readonly source: string;
  readonly at: Place;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: ConfigNode[];
  readonly at: Place;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: Map<string, MapEntry>;
  readonly at: Place;
}

export interface MapEntry {
  readonly keyAt: Place;
  readonly node: ConfigNode;
}

/** A configuration as a tree in which each piece knows its place; aliases are copied out. */
export type ConfigNode = ScalarNode | ListNode | MapNode;

/** Keys and list positions from the root. */
export type KeyPath = readonly (string | number)[];

export const keyText = (path: KeyPath): string => path.join('.');

export const scalar = (value: ScalarNode['value'], at: Place): ScalarNode => ({
  kind: 'scalar',
  value,
  source: String(value ?? ''),
  at,
});

/** The child under a key or position, undefined where there is none. */
export function child(node: ConfigNode | undefined, key: string | number): ConfigNode | undefined {
  if (node?.kind === 'map') return node.entries.get(String(key))?.node;
  return node?.kind === 'list' ? node.items[Number(key)] : undefined;
}

export const nodeAt = (root: ConfigNode, path: KeyPath): ConfigNode | undefined =>
  path.reduce<ConfigNode | undefined>(child, root);

/** Place of the value at `path`; where it is missing, that of the nearest key above it. */
export function placeOf(root: ConfigNode, path: KeyPath): Place {
  const node = nodeAt(root, path);
  if (node) return node.at;
  const parent = path.slice(0, -1);
  return nodeAt(root, parent) && parent.length > 0
    ? keyPlaceOf(root, parent)
    : placeOf(root, parent);
}

/** Place of the key at `path` itself; that of the item where `path` ends in a list. */
export function keyPlaceOf(root: ConfigNode, path: KeyPath): Place {
  const last = path.at(-1);
  const parent = last === undefined ? undefined : nodeAt(root, path.slice(0, -1));
  const entry = parent?.kind === 'map' ? parent.entries.get(String(last)) : undefined;
  return entry?.keyAt ?? placeOf(root, path);
}

const SHOWN_MAX = 60;

/** What is written there, for a message: quoted text, a bare number, "a map", "nothing". */
export function showNode(node: ConfigNode | undefined): string {
  if (node === undefined) return 'nothing';
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'a map' : 'a list';
  if (node.value === null) return 'nothing';
  const text =
    node.source.length > SHOWN_MAX ? `${node.source.slice(0, SHOWN_MAX)}...` : node.source;
  return typeof node.value === 'string' ? JSON.stringify(text) : text;
}
