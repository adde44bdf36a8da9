import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput, BrokenPromise, type DateText, dateOfDay } from '../base/index.ts';
import { clientOrderId, intentId, signOf } from './request.ts';

const date = fc.integer({ min: 7_305, max: 24_000 }).map(dateOfDay);
const count = fc.integer({ min: 1, max: 12_000 });
const epoch = fc.integer({ min: 0, max: 1_000_000 });

/** Names that look like the end of an id, and names as people choose them. */
const book = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,59}$/),
  fc.tuple(fc.constantFrom('a', 'a-', 'a-1'), date, count).map(([a, d, n]) => `${a}-${d}-${n}`),
  fc
    .array(fc.constantFrom('a', '1', '0', '-'), { minLength: 1, maxLength: 6 })
    .map((c) => c.join('')),
);
const intent = fc.record({ book, date, count });

describe('ids (invariant 4)', () => {
  test('a side has its sign', () => expect([signOf('buy'), signOf('sell')]).toEqual([1, -1]));

  test('an intent id is the book, the date and the count, readable by people', () => {
    expect(intentId('hav', '2024-01-05' as DateText, 1)).toBe('hav-2024-01-05-1');
  });

  test('book, date and count can be read back, whatever hyphens and digits the name has', () => {
    fc.assert(
      fc.property(intent, (one) => {
        const id = intentId(one.book, one.date, one.count);
        const [, name, day, nth] = /^(.*)-(\d{4}-\d\d-\d\d)-(\d+)$/.exec(id) ?? [];
        expect([name, day, nth]).toEqual([one.book, one.date, String(one.count)]);
      }),
    );
  });

  test('two intents share an id only if they are the same', () => {
    const twin = intent.chain((one) =>
      fc.tuple(
        fc.constant(one),
        fc.oneof(
          intent,
          fc.record({
            book: fc.constantFrom(one.book, `${one.book}-${one.date}`, `${one.book}-1`),
            date: fc.constantFrom(one.date, '2024-01-05' as DateText),
            count: fc.constantFrom(one.count, 1, 11),
          }),
        ),
      ),
    );
    fc.assert(
      fc.property(twin, epoch, epoch, ([a, b], epochA, epochB) => {
        const [idA, idB] = [a, b].map((one) => intentId(one.book, one.date, one.count));
        const same = a.book === b.book && a.date === b.date && a.count === b.count;
        expect(idA === idB).toBe(same);
        const [orderA, orderB] = [
          clientOrderId('account', epochA, idA as never),
          clientOrderId('account', epochB, idB as never),
        ];
        expect(orderA === orderB).toBe(same && epochA === epochB);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a quarter of a million ids of adversarial books are all different', () => {
    const books = [
      'a',
      'a-1',
      'a-2024-01-05',
      'a-2024-01-05-1',
      'a-1-1',
      '1',
      '1-1',
      '-',
      'e1',
      'e1-a',
    ];
    const seen = new Set<string>();
    for (const name of books) {
      for (let day = 19_727; day < 19_777; day++) {
        for (let n = 1; n <= 100; n++) {
          const id = intentId(name, dateOfDay(day), n);
          for (let e = 1; e <= 5; e++) seen.add(clientOrderId('account', e, id));
        }
      }
    }
    expect(seen.size).toBe(books.length * 50 * 100 * 5);
  });

  test('an account, epoch and intent always have the same id, after other accounts too', () => {
    const id = intentId('hav', '2024-01-05' as DateText, 1);
    const first = clientOrderId('one', 3, id);
    expect(clientOrderId('other', 3, id)).not.toBe(first);
    expect(clientOrderId('one', 3, id)).toBe(first);
    expect(clientOrderId('', 3, id)).toMatch(/^pl-[0-9a-f]{6}-e3-hav-2024-01-05-1$/);
    expect(first).toMatch(/^pl-[0-9a-f]{6}-e3-hav-2024-01-05-1$/);
  });

  test('a name of 60 characters, the largest count and the largest epoch fit into 128', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const id = clientOrderId('x', most, intentId('b'.repeat(60), '2024-01-05' as DateText, most));
    expect(id.length).toBeLessThanOrEqual(128);
  });

  test('what would not fit or not be unique is refused', () => {
    const day = '2024-01-05' as DateText;
    const long = intentId('b'.repeat(120), day, 1);
    expect(() => clientOrderId('x', 1, long)).toThrow(BadInput);
    for (const wrong of [-1, 1.5, Number.NaN]) {
      expect(() => clientOrderId('x', wrong, intentId('b', day, 1))).toThrow(BadInput);
      expect(() => intentId('b', day, wrong)).toThrow(BrokenPromise);
    }
    expect(() => intentId('b', '' as DateText, 1)).toThrow(BrokenPromise);
    expect(() => intentId('b', day, 0)).toThrow(BrokenPromise);
  });
});
