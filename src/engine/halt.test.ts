import { describe, expect, test } from 'vitest';
import { HALT_LEVELS, type HaltLevel } from '../risk/index.ts';
import { type Desk, deskSaying, want } from './desk.fixture.ts';

const order = (desk: Desk, command: object) => {
  const { at } = desk.state;
  return desk.take({ kind: 'command', at, by: 'ann', reason: 'storm', ...command } as never);
};
const halt = (desk: Desk, level: HaltLevel) => order(desk, { command: 'halt', level });

/** A desk that holds 500 shares of A and then wants to sell, and next to buy. */
function holding(): Desk {
  const desk = deskSaying([want({ A: 0.5 }), want({ A: 0 }), want({ A: 1 })]);
  desk.bars('2024-01-03');
  return desk.fillAll();
}

describe('a halt (invariant 16)', () => {
  test.each([
    ['NO_NEW_RISK', ['sell 500 A']],
    ['CANCEL_ONLY', []],
    ['STOP', []],
  ] as const)('%s lets through %j of a sale and a buy', (level, orders) => {
    const desk = holding();
    halt(desk, level);
    desk.bars('2024-01-04');
    desk.fillAll();
    desk.bars('2024-01-05');
    expect(desk.orders.slice(1)).toEqual(orders);
    expect(desk.of('refused').every(({ refusal }) => refusal.code === 'halted')).toBe(true);
  });

  test('rises only, until a person releases it', () => {
    for (const first of HALT_LEVELS) {
      for (const second of HALT_LEVELS) {
        const desk = holding();
        halt(desk, first);
        halt(desk, second);
        const highest = Math.max(HALT_LEVELS.indexOf(first), HALT_LEVELS.indexOf(second));
        expect(desk.state.halt).toBe(HALT_LEVELS[highest]);
      }
    }
  });

  test('outlives closes, days and restarts, and names who set it and why', () => {
    const desk = holding();
    halt(desk, 'NO_NEW_RISK');
    desk.close('2024-01-04');
    const { at } = desk.state;
    const start = { build: 'b', config: 'c', strategies: {}, stage: 'live' };
    desk.take({ kind: 'start', at, epoch: 9, ...start });
    expect(desk.state.halt).toBe('NO_NEW_RISK');
    expect(desk.state.haltReason).toBe('ann: storm');
    expect(desk.alerts).toContain('halted');
  });

  test('is released by a person, on record', () => {
    const desk = holding();
    halt(desk, 'STOP');
    order(desk, { command: 'resume' });
    desk.bars('2024-01-04');
    expect(desk.state.halt).toBe('NONE');
    expect(desk.state.haltReason).toBeNull();
    expect(desk.orders.slice(1)).toEqual(['sell 500 A']);
    expect(desk.of('alert').at(-1)?.text).toContain('Resumed from STOP by ann: storm');
  });

  test('that nobody knows counts as the highest', () => {
    const desk = holding();
    desk.state.halt = 'MAYBE' as HaltLevel;
    desk.bars('2024-01-04');
    expect(desk.orders).toHaveLength(1);
  });

  test('stops a plan in its middle: the rest of it is refused', () => {
    const desk = deskSaying([want({ A: 0.5, B: 0.5 })]);
    desk.bars('2024-01-03');
    halt(desk, 'NO_NEW_RISK');
    desk.fillAll();
    expect(desk.orders).toEqual(['buy 500 A']);
    expect(desk.of('refused')).toHaveLength(1);
    expect(desk.state.books[0]?.work).toBeNull();
  });
});
