import { resolve } from 'node:path';
import { fail, ok, type Result } from '../../base/index.ts';
import { type ConfigError, configError, type Place } from './error.ts';
import { child, type ConfigNode, keyText, type MapNode, scalar, showNode } from './node.ts';
import { readConfig } from './read.ts';

/**
 * Puts each of `sets`, "a.b.0.c=VALUE", into the tree, which is changed in place, in their order.
 * VALUE is YAML: a scalar or a flow list or map. Missing keys of maps are made; lists keep their
 * length. A key with a dot is quoted: `data."BRK.B".file=x.csv`. Gives the new root, or what could
 * not be put; the other sets are in the tree all the same.
 */
export function applySets(
  root: ConfigNode,
  sets: readonly string[],
): Result<ConfigNode, ConfigError[]> {
  const errors: ConfigError[] = [];
  for (const set of sets) {
    const at: Place = { path: `--set ${set}`, line: null, column: null };
    const split = splitSet(set);
    const value = split && readConfig(split.value, at.path, at.path);
    if (!split || !value) {
      const parts = { key: '', found: JSON.stringify(set), wanted: 'KEY.KEY=VALUE' };
      errors.push(configError(at, parts));
    } else if (!value.ok) errors.push(...value.error);
    else {
      const error = putAt(root, split.keys, value.value, at);
      if (error) errors.push(error);
    }
  }
  return errors.length > 0 ? fail(errors) : ok(root);
}

const KEY = /^(?:"([^"]+)"|([^".=]+))(\.|=)/;

/** Keys and value of a set, undefined unless it reads KEY.KEY=VALUE. */
function splitSet(set: string): { keys: string[]; value: string } | undefined {
  const keys: string[] = [];
  let rest = set;
  for (;;) {
    const match = KEY.exec(rest);
    const key = match?.[1] ?? match?.[2];
    if (!match || key === undefined || key === '__proto__') return undefined;
    keys.push(key);
    rest = rest.slice(match[0].length);
    if (match[3] === '=') return { keys, value: rest };
  }
}

/** Puts `value` under `keys`; an error where the way there leads through a value or past a list. */
export function putAt(
  root: ConfigNode,
  keys: readonly string[],
  value: ConfigNode,
  at: Place,
): ConfigError | undefined {
  let node = root;
  for (const [depth, key] of keys.entries()) {
    const error = wayError(node, keys.slice(0, depth), key, at);
    if (error) return error;
    const isLast = depth === keys.length - 1;
    const next = isLast ? value : nextNode(node, key, at);
    put(node, key, next, at);
    node = next;
  }
  return undefined;
}

/** The child to go on with: what is there, or a new map where nothing is. */
function nextNode(node: ConfigNode, key: string, at: Place): ConfigNode {
  const there = child(node, key);
  const isEmpty = there === undefined || (there.kind === 'scalar' && there.value === null);
  return isEmpty ? ({ kind: 'map', entries: new Map(), at } satisfies MapNode) : there;
}

function put(node: ConfigNode, key: string, value: ConfigNode, at: Place): void {
  if (node.kind === 'list') node.items[Number(key)] = value;
  if (node.kind === 'map') {
    node.entries.set(key, { keyAt: node.entries.get(key)?.keyAt ?? at, node: value });
  }
}

function wayError(node: ConfigNode, above: readonly string[], key: string, at: Place) {
  if (node.kind === 'map') return undefined;
  if (node.kind === 'list') {
    if (/^\d{1,6}$/.test(key) && Number(key) < node.items.length) return undefined;
    const last = node.items.length - 1;
    const wanted = last < 0 ? 'a list with entries' : `a position from 0 to ${last}`;
    return configError(at, { key: keyText(above), found: `position "${key}"`, wanted });
  }
  const wanted = `a map or a list to put "${key}" into`;
  return configError(at, { key: keyText(above), found: showNode(node), wanted });
}

/**
 * Puts a file in the place of each symbol's data: `--bars SPY=prices.csv`, relative to the working
 * directory. What the desk says of timeframe and adjustment stays; all else there is replaced.
 */
export function applyBars(root: ConfigNode, bars: Readonly<Record<string, string>>): ConfigError[] {
  const errors: ConfigError[] = [];
  for (const [symbol, file] of Object.entries(bars)) {
    const at: Place = { path: `--bars ${symbol}=${file}`, line: null, column: null };
    const entry: MapNode = { kind: 'map', entries: new Map(), at };
    entry.entries.set('file', { keyAt: at, node: scalar(resolve(file), at) });
    for (const key of ['timeframe', 'adjustment']) {
      const kept = seriesKey(child(child(root, 'data'), symbol), key);
      if (kept) entry.entries.set(key, { keyAt: at, node: kept });
    }
    const error = putAt(root, ['data', symbol], entry, at);
    if (error) errors.push(error);
  }
  return errors;
}

/** What a data entry says under `key`, in whichever form it is written. */
const seriesKey = (entry: ConfigNode | undefined, key: string): ConfigNode | undefined =>
  child(entry, key) ?? child(child(entry, 'synthetic'), key) ?? child(child(entry, 'store'), key);
