import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BudgetExhausted, type Lane, LANES, RequestBudget } from './budget.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const TERMS = { requestsMax: 10, windowMs: 1_000, reserved: 3 };
const budgetOf = (terms = TERMS) => new RequestBudget(terms, () => Date.now());

/** Asks `count` times at once; the lanes in the order in which they left. */
function ask(budget: RequestBudget, lanes: readonly Lane[], left: Lane[], waitMs = 60_000) {
  return lanes.map((lane) => budget.take(lane, waitMs).then(() => left.push(lane)));
}

describe('one budget of requests (F006)', () => {
  test('lets no more out in any window than it may, the first one included', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: 400 }), fc.constantFrom(...LANES)), { maxLength: 60 }),
        async (asks) => {
          const budget = budgetOf();
          const times: number[] = [];
          for (const [pauseMs, lane] of asks) {
            await vi.advanceTimersByTimeAsync(pauseMs);
            void budget.take(lane, 1e9).then(() => times.push(Date.now()));
          }
          await vi.advanceTimersByTimeAsync(20_000);
          expect(times).toHaveLength(asks.length);
          times.forEach((at, i) => {
            const within = times.slice(i).filter((other) => other < at + TERMS.windowMs);
            expect(within.length).toBeLessThanOrEqual(TERMS.requestsMax);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  test('keeps room for cancels and for what became of orders', async () => {
    const budget = budgetOf();
    const left: Lane[] = [];
    ask(budget, Array<Lane>(20).fill('data'), left);
    await vi.advanceTimersByTimeAsync(0);
    expect(left).toHaveLength(7);
    ask(budget, ['order', 'cancel', 'cancel'], left);
    await vi.advanceTimersByTimeAsync(0);
    expect(left.slice(7)).toEqual(['order', 'cancel', 'cancel']);
  });

  test('lets cancels go first, whatever waited longer', async () => {
    const budget = budgetOf({ requestsMax: 1, windowMs: 1_000, reserved: 0 });
    const left: Lane[] = [];
    ask(budget, ['view', 'view', 'data', 'submit', 'order', 'cancel'], left);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(left).toEqual(['view', 'cancel', 'order', 'submit', 'data', 'view']);
  });

  test('tells at the deadline that nothing left', async () => {
    const budget = budgetOf({ requestsMax: 1, windowMs: 10_000, reserved: 0 });
    await budget.take('data', 100);
    const second = budget.take('data', 100).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(150);
    expect(await second).toBeInstanceOf(BudgetExhausted);
    expect(budget.queued).toBe(0);
  });

  test('a broker that says "later" is left alone for that long, but for cancels', async () => {
    const budget = budgetOf();
    const left: Lane[] = [];
    budget.refused(5_000);
    ask(budget, ['order', 'submit', 'cancel'], left);
    await vi.advanceTimersByTimeAsync(4_900);
    expect(left).toEqual(['cancel']);
    await vi.advanceTimersByTimeAsync(200);
    expect(left).toEqual(['cancel', 'order', 'submit']);
  });

  test('backs off longer each time, until it is served again', async () => {
    const waits: number[] = [];
    const budget = budgetOf();
    for (let strike = 0; strike < 4; strike++) {
      budget.refused(null, 0);
      const began = Date.now();
      const taken = budget.take('data', 1e9).then(() => waits.push(Date.now() - began));
      await vi.advanceTimersByTimeAsync(60_000);
      await taken;
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000]);
    budget.served();
    budget.refused(null, 0);
    const began = Date.now();
    const taken = budget.take('data', 1e9).then(() => waits.push(Date.now() - began));
    await vi.advanceTimersByTimeAsync(60_000);
    await taken;
    expect(waits.at(-1)).toBe(500);
  });

  test('leaves no timer behind (F089)', async () => {
    const budget = budgetOf();
    const left: Lane[] = [];
    ask(budget, Array<Lane>(100).fill('submit'), left);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([left.length, vi.getTimerCount()]).toEqual([100, 0]);
  });
});
