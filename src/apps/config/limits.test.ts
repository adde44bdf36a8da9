import { describe, expect, test } from 'vitest';
import { deskOf, edited, errorsIn, LIMITED_DESK, SAMPLE_DESK } from './desk.fixture.ts';
import { describeDesk } from './explain.ts';

const limited = (from: string, to: string) => edited(from, to, LIMITED_DESK);
const keysOf = (from: string, to: string) => errorsIn(limited(from, to)).map(({ key }) => key);

test('a desk may set every limit, its books all but rates and breakers', () => {
  const { limits, rules, books } = deskOf(LIMITED_DESK);
  expect(limits).toMatchObject({
    positionMax: 85_000_000_000,
    orderPctMax: 45,
    cashReserveMin: 4_500_000_000,
    grossExposureMax: 310_000_000_000,
    netExposurePctMax: 220,
    netExposureMax: 230_000_000_000,
    positionsMax: 11,
    newPositionsPerDayMax: 7,
    dailyLossMax: 3_900_000_000,
    drawdownMax: 19_000_000_000,
    lossStreakMax: 6,
    stopRequired: true,
    defaultStopPct: 7.5,
    orderQuantityMax: 6_000,
    collarPct: 6,
    ordersPerSecondMax: 12,
    ordersPerMinuteMax: 110,
    identicalOrdersPerMinuteMax: 9,
    rejectsInARowMax: 4,
    dayNotionalMax: 700_000_000_000,
    breakers: { loss: 'CANCEL_ONLY', rate: 'STOP' },
    symbols: { TQQQ: { positionPctMax: 33, shortSelling: false, ordersPerMinuteMax: 15 } },
  });
  expect(rules).toEqual({
    broker: 'alpaca',
    account: 'margin',
    intradayMarginFrom: '2026-09-01',
    washSale: 'refuse',
  });
  expect(books[0]?.limits).not.toHaveProperty('breakers');
  expect(books[0]?.limits).not.toHaveProperty('ordersPerSecondMax');
});

test('a book sets limits of its own, of single symbols too', () => {
  const own = [
    'position_pct_max: 80',
    'drawdown_dollars_max: 5000',
    'symbols: { QQQ: { order_pct_max: 20 } }',
  ].join('\n      ');
  const [trend] = deskOf(limited('position_pct_max: 80', own)).books;
  expect(trend?.limits).toMatchObject({ drawdownMax: 5_000_000_000, dailyLossMax: 3_900_000_000 });
  expect(Object.keys(trend?.limits.symbols ?? {})).toEqual(['TQQQ', 'QQQ']);
  for (const key of ['orders_per_second_max: 5', 'breakers: { loss: STOP }']) {
    const found = keysOf('position_pct_max: 80', `position_pct_max: 80\n      ${key}`);
    expect(found).toEqual([`books.0.limits.${key.split(':')[0]}`]);
  }
});

test('what a description tells of them is in dollars of the capital (F084)', () => {
  const lines = describeDesk(deskOf(LIMITED_DESK));
  for (const line of [
    'Desk limit, one symbol: at most 90 % = $90,000.00 and $85,000.00',
    'Desk limit, cash reserve: at least 5 % = $5,000.00 and $4,500.00',
    'Desk limit, gross exposure: at most 3 x equity = $300,000.00 and $310,000.00',
    'Desk limit, net exposure: at most 220 % = $220,000.00 and $230,000.00',
    'Desk limit, one order: at most $100,000.00 and 45 % = $45,000.00',
    'Desk limit, loss of a day that halts: 4 % = $4,000.00 and $3,900.00',
    'Desk limit, drawdown that halts: 20 % = $20,000.00 and $19,000.00',
    'Desk limit, positions at once: at most 11',
    'Desk limit, stop: on every entry, 7.5 % where it has none',
    'Desk limit, sent in a day: at most $700,000.00',
    'Desk limit, breakers halt: loss to CANCEL_ONLY, rate to STOP',
    'Desk limit of TQQQ, one symbol: at most 33 % = $33,000.00 and $85,000.00',
    'Desk limit of TQQQ, orders: at most 15 a minute',
    'Rules: margin account at alpaca, intraday margin from 2026-09-01, wash sales refuse',
    'Book "trend" limit, one order: at most $60,000.00 and 45 % = $27,000.00',
  ]) {
    expect(lines).toContain(line);
  }
  const off = describeDesk(deskOf(limited('daily_loss_pct_max: 4', 'daily_loss_pct_max: 100')));
  expect(off).toContain('Desk limit, loss of a day that halts: $3,900.00');
});

const FIGURES = LIMITED_DESK.slice(SAMPLE_DESK.length)
  .split('\n')
  .flatMap((line) => {
    const found = /^ {2}(\w+(?:_pct|_dollars)\w*): ([\d.]+)$/.exec(line);
    return found ? [[found[1] as string, Number(found[2])] as const] : [];
  });

describe('a slip of the unit (F084)', () => {
  test('is looked for in every figure', () => expect(FIGURES).toHaveLength(11));

  test.each(FIGURES.filter(([key]) => key.includes('_pct')))('of %s is refused', (key, value) => {
    for (const wrong of [value * 100, value / 100]) {
      expect(keysOf(`${key}: ${value}`, `${key}: ${wrong}`)).toEqual([`limits.${key}`]);
    }
  });

  test.each(FIGURES.filter(([key]) => key.includes('_dollars')))(
    'of %s is refused, a thousand times or a thousandth',
    (key, value) => {
      for (const wrong of [value * 1_000, Math.ceil(value / 10_000)]) {
        expect(keysOf(`${key}: ${value}`, `${key}: ${wrong}`)).toEqual([`limits.${key}`]);
      }
    },
  );
});

test.each([
  ['TQQQ: { position_pct_max: 33', 'TQQX: { position_pct_max: 33', ['limits.symbols.TQQX']],
  ['  default_stop_pct: 7.5\n', '', ['limits.stop_required']],
  ['rate: STOP', 'rate: NONE', ['limits.breakers.rate']],
  ['account: margin', 'account: pension', ['rules.account']],
  [
    'intraday_margin_from: 2026-09-01',
    'intraday_margin_from: soon',
    ['rules.intraday_margin_from'],
  ],
  ['orders_per_second_max: 12', 'orders_per_second_max: 0', ['limits.orders_per_second_max']],
])('"%s" as "%s" is refused', (from, to, wanted) => expect(keysOf(from, to)).toEqual(wanted));
