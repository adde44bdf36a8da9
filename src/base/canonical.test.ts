import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BrokenPromise } from './assert.ts';
import { canonical, digest, sha256 } from './canonical.ts';

const finite = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    finite,
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
  ),
})).value;

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([key, member]) => [key, reversed(member)]));
}

describe('canonical JSON', () => {
  test('reading the text gives the value back', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const read: unknown = JSON.parse(canonical(value));
        expect(canonical(read)).toBe(canonical(value));
        expect(read).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('the order in which keys were written does not matter', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(canonical(reversed(value))).toBe(canonical(value));
      }),
    );
  });

  test('keys are sorted, blanks and undefined members left out', () => {
    expect(canonical({ b: [1, { d: null, c: 'x' }], a: undefined, A: true })).toBe(
      '{"A":true,"b":[1,{"c":"x","d":null}]}',
    );
  });

  test('negative zero is written as zero', () => expect(canonical([-0])).toBe('[0]'));

  const refused: [string, unknown][] = [
    ['NaN', Number.NaN],
    ['an infinity', -Infinity],
    ['undefined', undefined],
    ['undefined in an array', [undefined]],
    ['a hole in an array', Array(2)],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a bigint', 1n],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a set', new Set()],
    ['a typed array', new Float64Array(1)],
    ['an error', new Error('x')],
    ['an instance of a class', new URL('about:blank')],
  ];
  test.each(refused)('%s is refused, also deep inside', (_, value) => {
    expect(() => canonical(value)).toThrow(BrokenPromise);
    expect(() => canonical({ a: [{ b: [value] }] })).toThrow(BrokenPromise);
  });
});

describe('digests', () => {
  test('the hash of "abc" is that of the standard', () => {
    const wanted = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(sha256('abc')).toBe(wanted);
    expect(sha256(new TextEncoder().encode('abc'))).toBe(wanted);
  });

  test('equal values have equal digests, others do not', () => {
    expect(digest({ a: 1, b: 2 })).toBe(digest({ b: 2, a: 1 }));
    expect(digest({ a: 1 })).not.toBe(digest({ a: 1, b: null }));
    expect(digest([1, 2])).toBe(sha256('[1,2]'));
  });
});
