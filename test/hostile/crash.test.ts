import { describe, expect, test } from 'vitest';
import { choicesAt, crashDay, type CrashPoint, crashTwice, pointsOf } from './crashes.ts';
import { canonicalDay, DAY_NAMES, SEMANTICS } from './days.ts';
import { World } from './world.ts';

const STEP = 7; // of the points of a day, one in so many is crashed here

/** The sends, fills and commands of a canonical day without a crash. */
async function played(name: (typeof DAY_NAMES)[number], semantics: (typeof SEMANTICS)[number]) {
  const { plan, script } = canonicalDay(name, semantics);
  const world = new World(plan, { script, crashes: [] });
  await world.run();
  const { truth } = world.broker;
  return { world, orders: truth.orders, executions: truth.executions, counts: world.counts };
}

describe.each(SEMANTICS)('canonical days at a broker with client ids "%s"', (semantics) => {
  test('the days do what their names say', async () => {
    const rebalance = await played('rebalance', semantics);
    expect(rebalance.orders.map(({ status }) => status)).toEqual(['filled', 'filled']);
    const partial = await played('partial fill', semantics);
    expect(partial.executions.size).toBeGreaterThan(partial.orders.length);
    const replaced = await played('replace', semantics);
    expect(replaced.orders.length).toBeGreaterThan(1);
    const flat = await played('flatten', semantics);
    expect([...flat.world.broker.truth.positions]).toEqual([]);
    const approval = await played('approval', semantics);
    expect(approval.counts.get('command approve')).toBeGreaterThan(0);
    expect(approval.orders.length).toBe(2);
    const end = await played('end of day', semantics);
    expect(end.executions.size).toBe(0);
  }, 20_000);

  test.each(DAY_NAMES)(
    'a crash anywhere on the day "%s" leaves no duplicate, no orphan, no lost fill (1-3, 8, 28)',
    async (name) => {
      const points = await pointsOf(name, semantics);
      const failed: string[] = [];
      for (let i = name.length % STEP; i < points.length; i += STEP) {
        const { number, name: point } = points[i] as CrashPoint;
        for (const choice of choicesAt(point)) {
          const { violations } = await crashDay(name, semantics, [{ point: number, choice }]);
          for (const one of violations) failed.push(`${number}:${choice} ${point}: ${one.text}`);
        }
      }
      expect(failed).toEqual([]);
    },
    30_000,
  );
});

test('a second crash within recovery is survived as the first one (F021)', async () => {
  const points = await pointsOf('rebalance', 'none');
  const asked = points.find(({ name }) => name.startsWith('asked submit')) as CrashPoint;
  const { states, failures } = await crashTwice(
    'rebalance',
    'none',
    { point: asked.number, choice: 'all' },
    8,
  );
  expect(failures).toEqual([]);
  expect(states).toBeGreaterThan(8);
}, 30_000);
