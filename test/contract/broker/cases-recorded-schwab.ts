import type { MarketData } from '../../../src/adapters/market-data.ts';
import type { DateText } from '../../../src/base/index.ts';
import { sessionOn } from '../../../src/market/index.ts';
import type { Order } from '../../../src/orders/index.ts';
import { type Desk, limit, type Terms } from './desk.ts';
import { type Case, must, type Recorded, same, type World } from './kit.ts';
import { recorded } from './playback.ts';

const ACTS = 'it is asked of a recording, not of a counterpart that acts';
const SCHWAB_ONLY = {
  simulator: ACTS,
  alpaca: ACTS,
  schwab: ACTS,
  'recorded-alpaca': 'the recording is of Schwab',
} as const;

type Row = Readonly<Record<string, unknown>>;
const dataOf = ({ data }: World): MarketData => data as MarketData;
const HASH = 'ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789';
const BASE = `/trader/v1/accounts/${HASH}`;
const NUMBERS: Recorded = {
  path: '/trader/v1/accounts/accountNumbers',
  file: 'schwab/account_numbers.json',
};

/** Reads one recorded order that bears the name under which ours was accepted. */
async function readOrder(desk: Desk, id: string, terms: Terms): Promise<Order> {
  const order = desk.make(terms);
  const at = desk.at();
  desk.hear([{ kind: 'accepted', order: order.intent.clientOrderId, at, venueOrderId: id }]);
  await desk.ask(order);
  return order;
}

const orderCase = (
  number: number,
  name: string,
  about: string,
  given: { readonly file: string; readonly id: string; readonly terms: Terms },
  check: (order: Order, desk: Desk) => void,
): Case => ({
  number,
  name: `recorded: ${name}`,
  about,
  skips: SCHWAB_ONLY,
  options: { answers: [NUMBERS, { path: `${BASE}/orders/${given.id}`, file: given.file }] },
  run: async (_, desk) => check(await readOrder(desk, given.id, given.terms), desk),
});

const spread = (sold: string, bought: string, net: number): Terms => ({
  symbol: sold.slice(0, 6).trim(),
  side: 'buy',
  quantity: 1,
  pricing: limit(net),
  legs: [
    { symbol: sold, side: 'sell', ratio: 1 },
    { symbol: bought, side: 'buy', ratio: 1 },
  ],
});

/** Schwab as it was recorded. */
export const RECORDED_SCHWAB_CASES: readonly Case[] = [
  {
    number: 175,
    name: 'recorded: an account with long and short options reads signed, cash to the cent',
    about: 'F033, F057, invariants 11, 12',
    skips: SCHWAB_ONLY,
    options: {
      answers: [
        NUMBERS,
        { path: BASE, file: 'schwab/account.margin.with_positions.json' },
        { path: `${BASE}/orders`, file: 'schwab/orders.list.json' },
      ],
    },
    run: async (world) => {
      const { cash, positions, orders } = await world.broker.account(world.at());
      same(cash, 51_420.89e6, 'cash');
      same(
        [positions['META  250131P00510000'], positions['META  250131P00525000']],
        [1, -1],
        'contracts',
      );
      same(orders, [], 'open orders');
    },
  },
  {
    number: 176,
    name: 'recorded: every order of the list is known by its id',
    about: 'F001, invariant 2',
    skips: SCHWAB_ONLY,
    options: {
      answers: [NUMBERS, { path: `${BASE}/orders`, file: 'schwab/orders.list.json' }],
    },
    run: async (world) => {
      const ids = await world.broker.orderIds(world.at());
      same([ids.length, ids.includes('1002613435352')], [5, true], 'ids');
    },
  },
  orderCase(
    177,
    'a vertical for a credit is filled leg by leg',
    'F011, F014, invariant 8',
    {
      file: 'schwab/order.vertical.net_credit.filled.json',
      id: '1002613435352',
      terms: spread('MRVL  250321C00155000', 'MRVL  250321C00170000', -1.2),
    },
    (order) => {
      same([order.status, order.filled, order.notional], ['filled', 1, -1.2e6], 'the order');
      same(order.executions.length, 2, 'executions');
    },
  ),
  orderCase(
    178,
    'a vertical closed for a debit is filled, its legs told in another order',
    'F011, F016',
    {
      file: 'schwab/order.vertical.net_debit.close.filled.json',
      id: '1002648561251',
      terms: spread('META  250131P00510000', 'META  250131P00525000', 0.17),
    },
    (order) => same([order.status, order.notional], ['filled', 0.17e6], 'the order'),
  ),
  orderCase(
    179,
    'a rejection tells its reason',
    'F007',
    {
      file: 'schwab/order.vertical.rejected.options_level.json',
      id: '1002577270697',
      terms: spread('MRVL  250321P00090000', 'MRVL  250321P00080000', -1.31),
    },
    (order) => {
      same([order.status, order.filled], ['rejected', 0], 'the order');
      must((order.reason ?? '').includes('not approved'), `the reason is ${order.reason}`);
    },
  ),
  orderCase(
    180,
    'a canceled order with an EXECUTION over its full quantity has no fill',
    'F014, F015, invariant 8',
    {
      file: 'schwab/order.equity.limit.canceled.json',
      id: '1002651112109',
      terms: { symbol: 'CMG', side: 'buy', quantity: 100, pricing: limit(50) },
    },
    (order, desk) => {
      same([order.status, order.filled], ['canceled', 0], 'the order');
      same(desk.executions(order), [], 'executions');
    },
  ),
  orderCase(
    181,
    'a canceled option order has no fill either',
    'F014, F015, invariant 8',
    {
      file: 'schwab/order.option.single.canceled.json',
      id: '1002577270720',
      terms: {
        symbol: 'MRVL  250321P00090000',
        side: 'sell',
        quantity: 1,
        pricing: limit(2.02),
      },
    },
    (order) => same([order.status, order.filled], ['canceled', 0], 'the order'),
  ),
  {
    number: 182,
    name: 'recorded: fees come with the transactions, once, beside the fills',
    about: 'F015, F035, invariant 11',
    skips: SCHWAB_ONLY,
    options: {
      answers: [NUMBERS, { path: `${BASE}/transactions`, file: 'schwab/transactions.json' }],
    },
    run: async (world, desk) => {
      const seen = await world.broker.activities(world.at());
      same(
        seen.map((one) => [one.type, 'amount' in one ? one.amount : null]),
        [
          ['fee', 0.95e6],
          ['fee', 0.95e6],
        ],
        'activities',
      );
      await desk.poll();
      const again = await world.broker.activities(world.at());
      same(
        again.map(({ id }) => id),
        seen.map(({ id }) => id),
        'ids',
      );
    },
  },
  {
    number: 183,
    name: 'recorded: candles stamped in Chicago are bars of New York sessions, holidays apart',
    about: 'F040',
    skips: SCHWAB_ONLY,
    options: {
      answers: [{ path: '/marketdata/v1/pricehistory', file: 'schwab/pricehistory.daily.json' }],
    },
    run: async (world) => {
      const from = '2025-06-18' as DateText;
      const to = '2025-07-18' as DateText;
      const ask = { symbol: 'SPY', timeframe: '1d', from, to, adjustment: 'splits' } as const;
      const { rows } = await dataOf(world).history(ask);
      must(rows.length > 15, `${rows.length} bars`);
      for (const { at, day } of rows) {
        const date = new Date(day * 86_400_000).toISOString().slice(0, 10) as DateText;
        same(at, sessionOn(date)?.close, `the bar of ${date}`);
      }
      same(rows[0]?.close, 597.44e6, 'the first close');
    },
  },
  {
    number: 184,
    name: 'recorded: quotes of a share and of an option by their symbols',
    about: 'F038, F040',
    skips: SCHWAB_ONLY,
    options: {
      answers: [
        {
          path: '/marketdata/v1/quotes',
          body: () => ({
            ...(recorded('schwab/quote.equity.json') as Row),
            ...(recorded('schwab/quote.option.json') as Row),
          }),
        },
      ],
    },
    run: async (world) => {
      const option = 'META  250131P00525000';
      const quotes = await dataOf(world).quotes(['NVDA', option, 'ZZZQ']);
      same(
        quotes.map(({ symbol, bid, ask }) => [symbol, bid, ask]),
        [
          ['NVDA', 123.2e6, 123.22e6],
          [option, 0.43e6, 0.47e6],
        ],
        'quotes',
      );
    },
  },
  {
    number: 185,
    name: 'recorded: an error of the gateway about an order proves nothing',
    about: 'F005, invariant 5',
    skips: SCHWAB_ONLY,
    options: {
      answers: [
        NUMBERS,
        {
          path: /\/orders\/\d+$/,
          status: 502,
          body: () => (recorded('schwab/errors.seen.json') as { body: unknown }[])[2]?.body,
        },
      ],
    },
    run: async (_, desk) => {
      const terms = { symbol: 'CMG', side: 'buy', quantity: 100, pricing: limit(50) } as const;
      const order = await readOrder(desk, '1002651112109', terms);
      same([order.status, desk.lastThrow !== null], ['working', true], 'the order, and a throw');
    },
  },
];
