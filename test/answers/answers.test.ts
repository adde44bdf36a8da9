import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { State } from '../../src/engine/index.ts';
import { drawOf } from '../../src/sim/index.ts';
import { Violations } from '../hostile/violations.ts';
import { Mutation } from './mutate.ts';
import { NASTY, Raw, textOf, Twice } from './nasty.ts';
import { play, type Played, planOf } from './play.ts';
import { settle } from './settle.ts';
import type { Truth } from './truth.ts';

const LONG_MS = 60_000;
/** Small worlds of each broker, and those that failed once, by their own plans. */
const SMALL = [2, 3] as const;
const kept = readFileSync(new URL('failing-seeds.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^\d/.test(line))
  .map((line) => Number.parseInt(line, 10));

const smallOf = (seed: number) =>
  ({ ...planOf(seed), streams: false, rate: 0.25, loudDays: 2, quietDays: 2 }) as const;

describe('while answers are changed, and after', () => {
  test.each(SMALL)(
    'nothing crashes, no fill is lost and no order is wrong (seed %i)',
    async (seed) => {
      const { violations, mutated, orders, fills } = await play(smallOf(seed));
      expect(violations).toEqual([]);
      const changed = [...mutated.values()].reduce((sum, one) => sum + one, 0);
      expect({ changed: changed > 30, orders: orders > 4, fills: fills > 4 }).toEqual({
        changed: true,
        orders: true,
        fills: true,
      });
    },
    LONG_MS,
  );

  test.runIf(kept.length > 0).each(kept)(
    'seed %i, which failed once, holds',
    async (seed) => {
      expect((await play(planOf(seed))).violations).toEqual([]);
    },
    LONG_MS,
  );
});

describe('the checks', () => {
  let played: Played;

  beforeAll(async () => {
    played = await play({ ...smallOf(1), rate: 0, loudDays: 1, quietDays: 1 });
  }, LONG_MS);

  function found(change: (truth: Truth) => Truth): number[] {
    const violations = new Violations(() => 0);
    const truth = change(played.truth as Truth);
    const state = played.state as State;
    settle({ truth, state, violations, alerts: played.alerts, named: () => {} });
    return [...new Set(violations.list.map(({ invariant }) => invariant))];
  }

  test('find nothing where nothing was changed', () => {
    expect(played.violations).toEqual([]);
    expect(found((truth) => truth)).toEqual([]);
  });

  test('find a fill that is not booked, and one of another price', () => {
    const fills = (played.truth as Truth).fills;
    const [first] = fills as [Truth['fills'][number]];
    expect(found((truth) => ({ ...truth, fills: [...fills, first] }))).toEqual([8]);
    const dearer = { ...first, price: (first.price + 1) as never };
    expect(found((truth) => ({ ...truth, fills: [dearer, ...fills.slice(1)] }))).toEqual([8]);
  });

  test('find a second order of one intent', () => {
    const orders = (played.truth as Truth).orders;
    const twin = { ...(orders[0] as Truth['orders'][number]), id: 'another' };
    expect(found((truth) => ({ ...truth, orders: [...orders, twin] }))).toContain(2);
  });

  test('find shares and cash that the books do not have', () => {
    expect(found((truth) => ({ ...truth, positions: {} }))).toEqual([10]);
    expect(found((truth) => ({ ...truth, cash: 0 as never }))).toEqual([11]);
  });
});

describe('changed answers', () => {
  const answer = {
    status: 200,
    headers: { 'content-type': 'application/json' },
    text: JSON.stringify([
      { id: 'a', side: 'buy', status: 'new', symbol: 'SPY', qty: '10', at: '2024-01-02T15:00:00Z' },
      { id: 'b', side: 'sell', status: 'filled', symbol: 'QQQ', qty: 3, p: 1.5, legs: [] },
    ]),
  };
  const terms = { symbols: ['SPY', 'QQQ'], accounts: new Map([['a', 'b']]), error: () => ({}) };

  test('differ from the true one, in more than thirty ways, the same for the same draws', () => {
    const mutation = new Mutation(terms);
    const memory = { stale: [], others: [], elsewhere: [] };
    const kinds = new Set<string>();
    for (let i = 0; i < 3_000; i++) {
      const draw = (n: number) => drawOf(1, i, n);
      const changed = mutation.of(answer, draw, memory);
      expect(mutation.of(answer, draw, memory)).toEqual(changed);
      if (changed === null) continue;
      expect(changed.answer).not.toEqual(answer);
      kinds.add(changed.kind);
    }
    expect(kinds.size).toBeGreaterThan(30);
  });

  test('hold what only a broken sender writes', () => {
    expect(new Set(NASTY).size).toBe(40);
    expect(textOf({ a: new Raw('1e309'), b: new Twice(1, [null, 'x']) })).toBe(
      '{"a":1e309,"b":1,"b":[null,"x"]}',
    );
  });
});
