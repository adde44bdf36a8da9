import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ring } from './index.ts';

test('a ring is the end of the list', () => {
  const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 30 });
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 7 }), (inputs, capacity) => {
      const last = ring(capacity);
      for (const input of inputs) last.update(input);
      const wanted = inputs.slice(-capacity);
      expect(last.toArray()).toEqual(wanted);
      expect(last.length).toBe(wanted.length);
      expect(last.capacity).toBe(capacity);
      expect(last.ready).toBe(wanted.length === capacity);
      expect(last.value).toBe(wanted.at(-1) ?? Number.NaN);
      expect(last.sum()).toBe(wanted.reduce((sum, x) => sum + x, 0));
      for (let i = 0; i < capacity + 1; i += 1) {
        expect(last.oldest(i)).toBe(wanted[i] ?? Number.NaN);
        expect(last.at(i)).toBe(wanted[wanted.length - 1 - i] ?? Number.NaN);
      }
      expect(last.at(-1)).toBeNaN();
      expect(last.oldest(-1)).toBeNaN();
    }),
  );
});
