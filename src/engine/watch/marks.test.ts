import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wish } from '../desk.fixture.ts';
import { FIRST, OWN, type WatchDesk, watchDesk } from './watch.fixture.ts';

/** Holds 100 A at 100 with its stop at 92 and its target at 108, watched here. */
function watched(): WatchDesk {
  const desk = watchDesk([wish({ symbol: 'A', side: 'buy', quantity: 100 })], {
    ...OWN,
    takeProfitPct: 8,
  });
  desk.bars(FIRST);
  desk.fill(desk.newest());
  return desk;
}

const isSold = (desk: WatchDesk): boolean => desk.intents.length > 1;

describe('a bad tick (F042)', () => {
  const sizes = [1, 3, 5, 8, 10, 25, 50, 90, 99, 100, 300, 1_000];
  const corpus = sizes.flatMap((pct) => [1, 2, 3, 4, 5].map((ticks) => [pct, ticks] as const));

  test.each(corpus)('of %d %%, %d ticks long, closes nothing, up or down', (pct, ticks) => {
    for (const price of [100 * (1 + pct / 100), 100 / (1 + pct / 100)]) {
      const desk = watched();
      for (let i = 0; i < 3; i++) desk.mark(100);
      for (let i = 0; i < ticks; i++) desk.mark(price);
      for (let i = 0; i < 3; i++) desk.mark(100);
      expect(isSold(desk)).toBe(false);
      expect(desk.guard).toMatchObject({ suspect: null, breach: null, exit: null });
    }
  });

  test.each(sizes.filter((pct) => pct >= 10))('a fall of %d %% that lasts does close it', (pct) => {
    const desk = watched();
    const price = 100 / (1 + pct / 100);
    let ticks = 0;
    while (!isSold(desk) && ticks < 100) {
      desk.mark(price);
      ticks++;
    }
    expect(isSold(desk)).toBe(true);
    expect(ticks).toBe(11);
    expect(desk.alerts).toContain('stopReached');
  });

  test('a fall that goes on closes it, each mark below the last', () => {
    const desk = watched();
    for (let price = 94; price > 50 && !isSold(desk); price *= 0.98) desk.mark(price, 2_000);
    expect(isSold(desk)).toBe(true);
  });

  test('two bad ticks that do not agree start anew', () => {
    const desk = watched();
    for (const price of [50, 20, 50, 20, 50, 20]) desk.mark(price, 60_000);
    expect(isSold(desk)).toBe(false);
  });

  test('one mark never closes a position, whatever it is and however long it stands', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (cents) => {
        const desk = watched();
        desk.mark(cents / 100);
        desk.wait(3_600_000);
        expect(isSold(desk)).toBe(false);
      }),
    );
  });

  test('a mark that touches the stop once is forgotten by the next one above it', () => {
    const desk = watched();
    for (const price of [98, 96, 94, 92, 93, 92, 93]) desk.mark(price);
    expect(isSold(desk)).toBe(false);
    desk.mark(92).mark(91.9);
    expect(isSold(desk)).toBe(true);
  });
});
