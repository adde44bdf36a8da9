import fc from 'fast-check';
import { expect, test } from 'vitest';
import { highest, lowest } from './index.ts';

test('extremes are those of the window', () => {
  const numbers = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 60 });
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 9 }), (inputs, length) => {
      const [high, low] = [highest(length), lowest(length)];
      inputs.forEach((input, i) => {
        high.update(input);
        low.update(input);
        const window = inputs.slice(Math.max(0, i + 1 - length), i + 1);
        const full = window.length === length;
        expect(high.value).toBe(full ? Math.max(...window) : Number.NaN);
        expect(low.value).toBe(full ? Math.min(...window) : Number.NaN);
      });
    }),
  );
});
