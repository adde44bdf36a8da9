import { hash } from 'node:crypto';
import { BrokenPromise } from './assert.ts';

/**
 * JSON with the keys of every object sorted, no spaces, `undefined` members left out: equal values
 * have equal texts. Throws on NaN, infinities, functions, dates, instances of classes and whatever
 * else is not plain data.
 */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new BrokenPromise(`"${value}" has no canonical JSON`);
      return Object.is(value, -0) ? '0' : String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : canonicalObject(value);
    default:
      throw new BrokenPromise(`A ${typeof value} has no canonical JSON`);
  }
}

function canonicalObject(value: object): string {
  if (Array.isArray(value)) return canonicalArray(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new BrokenPromise(`A ${value.constructor?.name ?? 'class'} has no canonical JSON`);
  }
  const record = value as Record<string, unknown>;
  const parts: string[] = [];
  for (const key of Object.keys(record).sort()) {
    const member = record[key];
    if (member !== undefined) parts.push(`${JSON.stringify(key)}:${canonical(member)}`);
  }
  return `{${parts.join(',')}}`;
}

function canonicalArray(items: readonly unknown[]): string {
  // Columns of figures are by far the longest arrays; for them JSON's own text is canonical.
  if (areFigures(items)) return JSON.stringify(items);
  return `[${Array.from(items, (item) => canonical(item)).join(',')}]`;
}

function areFigures(items: readonly unknown[]): boolean {
  for (let i = 0; i < items.length; i++) {
    if (items[i] !== null && !Number.isFinite(items[i])) return false;
  }
  return true;
}

/** SHA-256 of UTF-8 text or bytes, as 64 lower-case hex digits. */
export const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex');

/** SHA-256 of a value's canonical JSON. */
export const digest = (value: unknown): string => sha256(canonical(value));
