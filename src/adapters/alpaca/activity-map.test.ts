import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ActivitySeen } from '../../engine/index.ts';
import { activitiesOf } from './activity-map.ts';
import { activityJson } from './schema.ts';

const noPrice = () => null;
const rowOf = (more: Record<string, unknown>) =>
  activityJson.parse({ id: 'a::1', activity_type: 'DIV', status: 'executed', ...more });
const seen = (...rows: Record<string, unknown>[]) => activitiesOf(rows.map(rowOf), noPrice);

describe('an activity', () => {
  test.each<[Record<string, unknown>, object]>([
    [
      { activity_type: 'DIV', symbol: 'SPY', net_amount: '1.02' },
      { type: 'dividend', book: null, symbol: 'SPY', amount: 1_020_000 },
    ],
    [
      { activity_type: 'DIVNRA', symbol: 'SPY', net_amount: '-0.31' },
      { type: 'dividend', book: null, symbol: 'SPY', amount: -310_000 },
    ],
    [
      { activity_type: 'INT', net_amount: '-2.5' },
      { type: 'interest', book: null, amount: -2_500_000 },
    ],
    [
      { activity_type: 'FEE', net_amount: '-0.02' },
      { type: 'fee', book: null, amount: 20_000 },
    ],
    [
      { activity_type: 'CFEE', net_amount: '-1', symbol: 'SPY' },
      { type: 'fee', book: null, amount: 1_000_000, symbol: 'SPY' },
    ],
    [
      { activity_type: 'PTR', net_amount: 0.5 },
      { type: 'fee', book: null, amount: -500_000 },
    ],
    [
      { activity_type: 'CSD', net_amount: '500' },
      { type: 'transfer', book: null, amount: 500_000_000 },
    ],
    [
      { activity_type: 'CSW', net_amount: '-5' },
      { type: 'transfer', book: null, amount: -5_000_000 },
    ],
    [
      { activity_type: 'JNLC', net_amount: '-5' },
      { type: 'transfer', book: null, amount: -5_000_000 },
    ],
    [
      { activity_type: 'JNLS', symbol: 'SPY', qty: '-3' },
      { type: 'transferInKind', book: null, symbol: 'SPY', quantity: -3 },
    ],
    [
      { activity_type: 'ACATS', symbol: 'BRK.B', qty: '3', price: '360.5' },
      { type: 'transferInKind', book: null, symbol: 'BRK.B', quantity: 3, price: 360_500_000 },
    ],
    [
      { activity_type: 'SPLIT', symbol: 'SPY', old_rate: '1', new_rate: '10', price: '47' },
      { type: 'split', symbol: 'SPY', numerator: 10, denominator: 1, price: 47_000_000 },
    ],
    [
      {
        activity_type: 'SPLIT',
        symbol: 'SPY',
        old_rate: 8,
        new_rate: 1,
        price: 9,
        net_amount: '4.5',
      },
      {
        type: 'split',
        symbol: 'SPY',
        numerator: 1,
        denominator: 8,
        price: 9_000_000,
        lieu: 4_500_000,
      },
    ],
    [
      { activity_type: 'OPASN', symbol: 'SPY240119C00475000', qty: '2', net_amount: '0' },
      { type: 'assignment', symbol: 'SPY   240119C00475000', contracts: 2 },
    ],
    [
      { activity_type: 'OPEXC', symbol: 'SPY240119C00475000', qty: '-2' },
      { type: 'exercise', symbol: 'SPY   240119C00475000', contracts: 2 },
    ],
    [
      { activity_type: 'OPEXP', symbol: 'SPY240119P00400000', qty: '-7' },
      { type: 'expiration', symbol: 'SPY   240119P00400000', contracts: 7 },
    ],
    [
      { activity_type: 'NC', old_symbol: 'FB', new_symbol: 'META' },
      { type: 'symbolChange', symbol: 'FB', to: 'META' },
    ],
  ])('%j is booked by its type and net amount (F034, F035, F037)', (row, activity) => {
    expect(seen(row)).toStrictEqual([
      { id: `${row['activity_type'] as string}:a::1`, ...activity },
    ]);
  });

  test.each<[Record<string, unknown>, string, number]>([
    [{ activity_type: 'XYZ', net_amount: '3' }, 'XYZ', 3_000_000],
    [{ activity_type: 'constructor', net_amount: '3' }, 'constructor', 3_000_000],
    [{ activity_type: 'SPIN', symbol: 'SPY', qty: '4' }, 'SPIN SPY', 0],
    [{ activity_type: 'REORG', activity_sub_type: 'WRM', symbol: 'SPY' }, 'REORG WRM SPY', 0],
    [{ activity_type: 'MA', symbol: 'SPY', net_amount: '12.5' }, 'MA SPY', 12_500_000],
    [{ activity_type: 'OPCA', symbol: 'SPY' }, 'OPCA SPY', 0],
    [{ activity_type: 'SPLIT', symbol: 'SPY', qty: '90' }, 'SPLIT SPY', 0],
    [{ activity_type: 'SPLIT', symbol: 'SPY', old_rate: '1', new_rate: '2' }, 'SPLIT SPY', 0],
    [
      { activity_type: 'SPLIT', symbol: 'SPY', old_rate: '0', new_rate: '2', price: '1' },
      'SPLIT SPY',
      0,
    ],
    [{ activity_type: 'DIV', net_amount: '1' }, 'DIV', 1_000_000],
    [{ activity_type: 'DIV', activity_sub_type: 'SDIV', symbol: 'T', qty: '2' }, 'DIV SDIV T', 0],
    [{ activity_type: 'DIV', symbol: 'T', net_amount: 'much' }, 'DIV T', 0],
    [{ activity_type: 'CFEE', qty: '-0.001', symbol: 'BTCUSD' }, 'CFEE BTCUSD', 0],
    [{ activity_type: 'JNLS', symbol: 'SPY', qty: '1.5' }, 'JNLS SPY', 0],
    [{ activity_type: 'NC', symbol: 'META' }, 'NC META', 0],
    [{ activity_type: 'OPEXP', symbol: 'SPY', qty: '1' }, 'OPEXP SPY', 0],
    [{ activity_type: 'OPEXP', symbol: 'SPY240119P00400000' }, 'OPEXP SPY240119P00400000', 0],
    [{ activity_type: 'CSD', net_amount: '5', status: 'canceled' }, 'CSD canceled', 5_000_000],
  ])('%j is asked about (F034)', (row, name, amount) => {
    const [activity] = seen(row);
    expect(activity).toMatchObject({ type: 'unknown', name, amount });
  });

  test('that was undone has a name of its own, so that it is not taken for told', () => {
    const [told] = seen({ activity_type: 'CSD', net_amount: '5' });
    const [undone] = seen({ activity_type: 'CSD', net_amount: '5', status: 'canceled' });
    expect(told?.id).not.toBe(undone?.id);
  });

  test('of a trade is none of these', () => {
    expect(seen({ activity_type: 'FILL', qty: '1', price: '1' })).toStrictEqual([]);
  });
});

describe('shares that come with an exercise or an assignment', () => {
  const exercise = { activity_type: 'OPEXC', symbol: 'AAPL230721C00150000', qty: '-2', date: 'd' };
  const shares = {
    activity_type: 'OPTRD',
    symbol: 'AAPL',
    qty: '200',
    price: '90',
    net_amount: '-30000',
    date: 'd',
  };
  const types = (all: readonly ActivitySeen[]) => all.map(({ type }) => type).join(' ');

  test('are booked by it, whatever their price says (F037)', () => {
    expect(types(seen(exercise, shares))).toBe('exercise');
    expect(types(seen(shares, exercise))).toBe('exercise');
    const assigned = { ...exercise, activity_type: 'OPASN' };
    expect(types(seen(assigned, { ...shares, qty: '-200', net_amount: '30000' }))).toBe(
      'assignment',
    );
  });

  test.each([
    ['their cash', { net_amount: '-18000' }],
    ['their count', { qty: '100' }],
    ['their symbol', { symbol: 'MSFT' }],
    ['their day', { date: 'e' }],
    ['no cash', { net_amount: null }],
  ])('are asked about where they differ in %s', (_, more) => {
    expect(types(seen(exercise, { ...shares, ...more }))).toBe('exercise unknown');
  });

  test('belong together by their group where one is told', () => {
    const one = { ...exercise, group_id: 'g' };
    expect(types(seen(one, { ...shares, group_id: 'g', date: 'e' }))).toBe('exercise');
    expect(types(seen(one, { ...shares, group_id: 'h' }))).toBe('exercise unknown');
  });
});

test('whatever a row holds, it is told once, with an id and an exact amount', () => {
  const word = fc.oneof(fc.string(), fc.constant(null), fc.constantFrom('SPY', 'executed'));
  const figure = fc.oneof(
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer().map(String),
    fc.constant(null),
  );
  const type = fc.oneof(
    fc.constantFrom('DIV', 'INT', 'FEE', 'CSD', 'JNLS', 'SPLIT', 'OPASN', 'OPEXP', 'NC', 'OPTRD'),
    fc.string({ minLength: 1 }).filter((one) => one !== 'FILL'),
  );
  const row = fc.record({
    activity_type: type,
    symbol: word,
    qty: figure,
    price: figure,
    net_amount: figure,
    old_rate: figure,
    new_rate: figure,
    old_symbol: word,
    new_symbol: word,
    status: word,
  });
  fc.assert(
    fc.property(row, (more) => {
      const [activity, ...rest] = seen(more);
      expect(rest).toStrictEqual([]);
      expect(activity?.id).toContain('a::1');
      const amount = activity !== undefined && 'amount' in activity ? activity.amount : 0;
      expect(Number.isSafeInteger(amount)).toBe(true);
    }),
  );
});
