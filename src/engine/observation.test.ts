import { describe, expect, test } from 'vitest';
import type { Instant, Price } from '../base/index.ts';
import { hold } from '../strategy/index.ts';
import {
  bookOf,
  date,
  Desk,
  deskSaying,
  dollars,
  priced,
  saying,
  setupOf,
  want,
} from './desk.fixture.ts';

const ALL_A = want({ A: 1 });

describe('a slot', () => {
  test('is claimed, and the world is asked how it looks', () => {
    const desk = deskSaying([ALL_A]);
    expect(desk.slot('2024-01-03')).toEqual([{ kind: 'observe', book: 0, date: '2024-01-03' }]);
    desk.observe('2024-01-03');
    expect(desk.orders).toEqual(['buy 1000 A']);
  });

  test('is decided on once, whatever triggers come (invariant 22)', () => {
    const desk = deskSaying([ALL_A, want({ B: 1 })]);
    desk.decideOn('2024-01-03');
    expect(desk.slot('2024-01-03').map(({ kind }) => kind)).toEqual(['alert']);
    expect(desk.observe('2024-01-03').map(({ kind }) => kind)).toEqual(['alert']);
    expect(desk.of('decision')).toHaveLength(1);
    expect(desk.orders).toEqual(['buy 1000 A']);
    expect(desk.alerts).toEqual(['slotClaimedTwice', 'observationUnasked']);
  });

  test('of a day before the newest one is not claimed', () => {
    const desk = deskSaying([ALL_A]);
    desk.decideOn('2024-01-04');
    const at = desk.state.at;
    desk.take({ kind: 'slot', at, book: 0, date: date('2024-01-03') });
    expect(desk.alerts).toEqual(['slotClaimedTwice']);
    expect(desk.state.date).toBe('2024-01-04');
  });

  test('claimed by a process that died is asked again by the next one, and answered once', () => {
    const desk = deskSaying([ALL_A]);
    desk.slot('2024-01-03');
    const { at } = desk.state;
    const start = { build: 'b', config: 'c', strategies: {}, stage: 'paper' };
    const account = { cash: dollars(100_000), positions: {} };
    const again = { kind: 'observe', book: 0, date: '2024-01-03' };
    expect(desk.take({ kind: 'start', at, epoch: 2, ...start })).not.toContainEqual(again);
    expect(desk.take({ kind: 'account', at, account })).toContainEqual(again);
    desk.observe('2024-01-03');
    desk.take({ kind: 'start', at, epoch: 3, ...start });
    desk.take({ kind: 'account', at, account });
    desk.observe('2024-01-03');
    expect(desk.orders).toEqual(['buy 1000 A']);
  });

  test('missed is on record, alerts, and is not caught up', () => {
    const desk = deskSaying([ALL_A]);
    const at = desk.slotAt('2024-01-03');
    desk.take({ kind: 'missed', at, book: 0, date: date('2024-01-03'), reason: 'asleep' });
    expect(desk.of('decision')[0]?.record).toMatchObject({
      date: '2024-01-03',
      action: 'missed',
      why: 'Slot missed: asleep',
    });
    expect(desk.alerts).toEqual(['slotMissed']);
    desk.slot('2024-01-03');
    desk.observe('2024-01-03');
    expect(desk.orders).toEqual([]);
  });

  test('answered cannot be missed any more', () => {
    const desk = deskSaying([hold('nothing')]);
    desk.decideOn('2024-01-03');
    const { at } = desk.state;
    expect(
      desk.take({ kind: 'missed', at, book: 0, date: date('2024-01-03'), reason: 'x' }),
    ).toEqual([]);
  });

  test('of one book leaves the others’ slots free', () => {
    const books = ['one', 'two'].map((name) => bookOf(name, saying(want({ A: 0.5 }))));
    const desk = new Desk(setupOf(books));
    desk.decideOn('2024-01-03');
    desk.decideOn('2024-01-03', undefined, 1);
    expect(desk.orders).toEqual(['buy 500 A', 'buy 500 A']);
    expect(new Set(desk.intents.map(({ clientOrderId }) => clientOrderId)).size).toBe(2);
  });
});

describe('an observation', () => {
  test('that comes after the last moment to trade is on record, and sends nothing (F053)', () => {
    const desk = deskSaying([ALL_A]);
    desk.slot('2024-01-03');
    const late = (desk.slotAt('2024-01-03') + 240_001) as Instant;
    desk.observe('2024-01-03', { at: late });
    expect(desk.orders).toEqual([]);
    expect(desk.of('decision')[0]?.record.action).toBe('missed');
    expect(desk.alerts).toEqual(['slotMissed']);
  });

  test('at the last moment still trades', () => {
    const desk = deskSaying([ALL_A]);
    desk.slot('2024-01-03');
    desk.observe('2024-01-03', { at: (desk.slotAt('2024-01-03') + 240_000) as Instant });
    expect(desk.orders).toEqual(['buy 1000 A']);
  });

  test('has its bars taken back: the completed ones follow as if they had never been', () => {
    const seen: [number, boolean][] = [];
    const parts = {
      onBar: (bar: { close: number; provisional: boolean }) => {
        seen.push([bar.close, bar.provisional]);
      },
    };
    const desk = new Desk(setupOf([bookOf('one', parts)]));
    desk.bars('2024-01-02', { A: 100, B: 50 }, 'none');
    desk.decideOn('2024-01-03', { A: 104, B: 51 });
    const during = desk.of('decision').at(-1)?.record.facts['bars'];
    desk.bars('2024-01-03', { A: 105, B: 52 }, 'none');
    desk.decideOn('2024-01-04', { A: 106, B: 53 });
    expect(seen.slice(2, 6)).toEqual([
      [104, true],
      [51, true],
      [105, false],
      [52, false],
    ]);
    expect([during, desk.of('decision').at(-1)?.record.facts['bars']]).toEqual([4, 6]);
  });

  const stops: [string, Parameters<Desk['observe']>[1], string][] = [
    ['a quote older than the limit (F039)', { age: 60_001 }, 'quoteStale'],
    ['a quote of before this session', { age: 8 * 3_600_000 }, 'quoteOfAnotherSession'],
    ['a quote of another day', { age: 3 * 86_400_000 }, 'quoteOfAnotherSession'],
    ['a quote from the future', { age: -3_600_000 }, 'quoteStale'],
    ['no quotes at all (F040)', { quotes: [] }, 'quoteMissing'],
    ['a price up by more than a fifth (F036)', { prices: { A: 121, B: 50 } }, 'corporateAction'],
    ['a price down by more than a fifth', { prices: { A: 79, B: 50 } }, 'corporateAction'],
  ];
  test.each(stops)('with %s stops the decision, on record', (_, seen, code) => {
    const desk = deskSaying([ALL_A]);
    desk.bars('2024-01-02', undefined, 'none');
    desk.slot('2024-01-03');
    desk.observe('2024-01-03', seen);
    expect(desk.orders).toEqual([]);
    expect(desk.alerts).toContain(code);
    expect(desk.of('alert').every(({ severity }) => severity === 'CRITICAL')).toBe(true);
    expect(desk.of('decision').map(({ record }) => record.action)).toEqual(['skipped']);
    expect(desk.of('decision')[0]?.record.why.length).toBeGreaterThan(10);
  });

  const prices = [null, 0, -1_000_000, Number.NaN, Number.POSITIVE_INFINITY, 0.5, '100' as never];
  test.each(prices)('with a price of %s stops the decision (F040)', (price) => {
    const desk = deskSaying([ALL_A]);
    desk.slot('2024-01-03');
    const at = desk.slotAt('2024-01-03');
    desk.observe('2024-01-03', {
      quotes: [
        { symbol: 'A', price: priced(100), at },
        { symbol: 'B', price: price as Price | null, at },
      ],
    });
    expect(desk.orders).toEqual([]);
    expect(desk.alerts).toEqual(['quoteMissing']);
    expect(desk.state.marks[1]).toBeNaN();
  });

  test('a session that has no bar stops the decision (F043)', () => {
    const desk = deskSaying([ALL_A]);
    desk.bars('2024-01-02', undefined, 'none');
    desk.decideOn('2024-01-04');
    expect(desk.orders).toEqual([]);
    expect(desk.alerts).toEqual(['barsStale', 'barsStale']);
  });

  test('weekends and holidays are no gap', () => {
    const desk = deskSaying([ALL_A]);
    desk.bars('2023-12-29', undefined, 'none');
    desk.decideOn('2024-01-02');
    expect(desk.orders).toEqual(['buy 1000 A']);
  });

  test('a change within the limit passes', () => {
    const desk = deskSaying([ALL_A]);
    desk.bars('2024-01-02', undefined, 'none');
    desk.decideOn('2024-01-03', { A: 120, B: 40 });
    expect(desk.of('decision')[0]?.record.action).toBe('rebalance');
  });
});
