import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { violations } from './check.ts';
import { worldOf } from './plan.ts';
import { backtested, differences, replayed } from './same.ts';
import { schwabRun } from './schwab.ts';
import type { Listed, Truth } from './venue-process.ts';
import { play } from './world.ts';

const SEED = Number(process.env['PLIMSOLL_LIVE_SEED'] ?? 7);
const MONTH = { from: '2012-10-16', to: '2012-10-26', quietTo: '2012-10-31' };
const DAY = { from: '2024-01-03', to: '2024-01-03', quietTo: '2024-01-04' };

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-live-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe(`a desk at the paper broker in a process of its own, seed ${SEED}`, () => {
  test('decides day by day what backtest and replay of the same bars decide', async () => {
    const desk = 'hierarchical-adaptive';
    const { history, violations: found } = await play(
      worldOf(desk, 'calm', SEED, { dates: MONTH }),
    );
    const dates = { from: MONTH.from, to: MONTH.quietTo };
    expect(found).toEqual([]);
    expect(history.decisions.length).toBe(10);
    expect(differences(history, await backtested(desk, dates), true)).toEqual([]);
    expect(differences(history, await replayed(desk, folder, dates), true)).toEqual([]);
  });

  test('bars before the first date of a recorded run are history, never a signal', async () => {
    const desk = 'ma-crossover';
    const course = await replayed(desk, mkdtempSync(join(folder, 'bars-')), DAY);
    expect(course.decisions.length).toBeGreaterThan(2);
    expect(differences(course, await backtested(desk, DAY), false)).toEqual([]);
  });

  test('books every fill of two weeks of faults once, to the cent (F001, F015, F017)', async () => {
    const world = worldOf('hierarchical-adaptive', 'faults', SEED, { dates: MONTH });
    const { violations: found, truth, history } = await play(world);
    expect(found).toEqual([]);
    expect(truth.orders.length).toBeGreaterThan(2);
    const asked = { from: MONTH.from, to: MONTH.quietTo, afterwards: false, slots: true };
    const wrong = (changed: Partial<Truth>): string[] =>
      violations(history, { ...truth, ...changed }, { ...asked, recoveryMs: 300_000 });
    const [first] = truth.orders;
    const again = { ...(first as Listed), id: 'another', filled_qty: '0' };
    expect(wrong({ orders: [...truth.orders, again] }).join()).toContain('two orders');
    expect(wrong({ executions: truth.executions.slice(1) }).join()).toContain('in the ledger');
    expect(wrong({ cash: '1.01' }).join()).toContain('cash');
    expect(wrong({ positions: { SPY: 1 } }).join()).toContain('1 at the broker');
    const late = { ...(first as Listed), created_at: '2012-10-01T20:30:00Z' };
    expect(wrong({ orders: [late] }).join()).toContain('23:');
  });

  test('killed among the bars of a day, it comes back with one order an intent', async () => {
    const world = worldOf('ma-crossover', 'faults', SEED, { kills: 2, dates: DAY, killWithin: 40 });
    const { violations: found, kills, history } = await play(world);
    expect(found).toEqual([]);
    expect(kills).toBeGreaterThan(0);
    expect(history.lives).toBeGreaterThan(kills);
  });
});

describe('the same desk on the quotes of Schwab', () => {
  test.each(['dry-run', 'paper'] as const)(
    'decides at stage %s, and asks for no order and no account (invariant 25)',
    async (stage) => {
      const { history, forbidden } = await schwabRun({
        stage,
        from: '2012-10-01',
        to: '2012-10-03',
      });
      expect([forbidden, history.wrong, history.live]).toEqual([[], [], []]);
      expect(history.decisions.map(({ action }) => action)).toEqual(['rebalance', 'hold', 'hold']);
    },
  );
});
