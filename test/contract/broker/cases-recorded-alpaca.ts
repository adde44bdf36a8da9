import type { MarketData } from '../../../src/adapters/market-data.ts';
import type { DateText, Instant } from '../../../src/base/index.ts';
import { sessionOn } from '../../../src/market/index.ts';
import { limit, type Terms } from './desk.ts';
import { type Case, must, type Recorded, same, type World } from './kit.ts';
import { recorded } from './playback.ts';

const ACTS = 'it is asked of a recording, not of a counterpart that acts';
const ALPACA_ONLY = {
  simulator: ACTS,
  alpaca: ACTS,
  schwab: ACTS,
  'recorded-schwab': 'the recording is of Alpaca',
} as const;
type Row = Readonly<Record<string, unknown>>;
const dataOf = ({ data }: World): MarketData => data as MarketData;
const many = (file: string, path: string): Recorded => ({ path, body: () => [recorded(file)] });
const none = (path: string | RegExp): Recorded => ({ path, body: () => [] });

const ALPACA_ACCOUNT: Recorded = { path: '/v2/account', file: 'alpaca/account.json' };

/** Answers a question about an order of ours with a recorded one, under our id. */
const asOurs = (file: string): Recorded => ({
  path: /^\/v2\/orders[:/]/,
  file,
  body: (content, query) => ({
    ...(content as Row),
    client_order_id: query.get('client_order_id') ?? (content as Row)['client_order_id'],
  }),
});

const BUY_AAPL: Terms = {
  symbol: 'AAPL',
  side: 'buy',
  quantity: 2,
  pricing: limit(150),
  timeInForce: 'gtc',
};

/** Alpaca as it was recorded. */
export const RECORDED_ALPACA_CASES: readonly Case[] = [
  {
    number: 160,
    name: 'recorded: account, position and open orders of today read as one account',
    about: 'F033, invariant 12',
    skips: ALPACA_ONLY,
    options: {
      answers: [
        ALPACA_ACCOUNT,
        many('alpaca/position.equity.json', '/v2/positions'),
        {
          path: '/v2/orders',
          body: () => [
            recorded('alpaca/order.equity.pending_new.json'),
            recorded('alpaca/order.option.json'),
          ],
        },
      ],
    },
    run: async (world) => {
      const { cash, positions, orders = [] } = await world.broker.account(world.at());
      same([cash, positions], [122_086.5e6, { AAPL: 5 }], 'cash and positions');
      same(
        orders.map(({ symbol, side, quantity, filled }) => [symbol, side, quantity, filled]),
        [
          ['AAPL', 'buy', 2, 0],
          ['AAPL  250620C00100000', 'buy', 2, 0],
        ],
        'open orders',
      );
    },
  },
  {
    number: 161,
    name: 'recorded: an account of the generation before reads as well, its cash below zero',
    about: 'F033, invariant 12',
    skips: ALPACA_ONLY,
    options: {
      answers: [
        { path: '/v2/account', file: 'alpaca/account.with_pdt_fields.2021.json' },
        none('/v2/positions'),
        none('/v2/orders'),
      ],
    },
    run: async (world) => {
      const { cash, positions } = await world.broker.account(world.at());
      same([cash, positions], [-23_140.2e6, {}], 'cash and positions');
    },
  },
  {
    number: 162,
    name: 'recorded: an order that was accepted is working, and nothing of it is filled',
    about: 'F004, F007',
    skips: ALPACA_ONLY,
    options: { answers: [asOurs('alpaca/order.equity.pending_new.json')] },
    run: async (_, desk) => {
      const order = desk.make(BUY_AAPL);
      await desk.ask(order);
      same(
        [order.status, order.filled, order.venueOrderId],
        ['working', 0, '7b08df51-c1ac-453c-99f9-323a5f075f0d'],
        'the order',
      );
    },
  },
  {
    number: 163,
    name: 'recorded: a filled order of several legs is filled leg by leg',
    about: 'F011, F014',
    skips: ALPACA_ONLY,
    options: {
      answers: [asOurs('alpaca/order.mleg.pending_new.json'), none('/v2/account/activities/FILL')],
    },
    run: async (_, desk) => {
      const order = desk.make({
        symbol: 'AAPL',
        side: 'buy',
        quantity: 1,
        pricing: limit(10),
        legs: [
          { symbol: 'AAPL  241213C00250000', side: 'buy', ratio: 3 },
          { symbol: 'AAPL  241213C00260000', side: 'sell', ratio: 1 },
        ],
      });
      await desk.ask(order);
      same([order.status, order.filled], ['filled', 1], 'the order');
      same(order.notional, 3 * 0.43e6 - 0.01e6, 'the net price');
    },
  },
  {
    number: 164,
    name: 'recorded: every refusal that was seen is a refusal, with its words',
    about: 'F005, F010',
    skips: ALPACA_ONLY,
    options: {
      answers: [
        ALPACA_ACCOUNT,
        { method: 'POST', path: '/v2/orders', status: 403, body: () => nextError().body },
      ],
    },
    run: async (_, desk) => {
      errors = (recorded('alpaca/errors.seen.json') as SeenError[]).filter(
        ({ http }) => http === 403,
      );
      for (const { body } of errors.slice()) {
        const order = await desk.send(BUY_AAPL);
        same(order.status, 'rejected', `the order after "${body.message}"`);
        must(
          (order.reason ?? '').includes(body.message),
          `its words are not told: ${order.reason}`,
        );
      }
    },
  },
  {
    number: 165,
    name: 'recorded: a dividend and an exercise book what moved, never the price beside it',
    about: 'F034, F035, F037',
    skips: ALPACA_ONLY,
    options: {
      answers: [
        none('/v2/positions'),
        {
          path: '/v2/account/activities',
          body: () => [
            recorded('alpaca/activity.nontrade.json'),
            ...(recorded('alpaca/nta.option_exercise.json') as unknown[]),
          ],
        },
      ],
    },
    run: async (world) => {
      const seen = await world.broker.activities(world.at());
      same(new Set(seen.map(({ id }) => id)).size, seen.length, 'ids');
      const dividend = seen.find(({ type }) => type === 'dividend');
      must(dividend?.type === 'dividend', 'the dividend is not told');
      same([dividend.symbol, dividend.amount], ['T', 1.02e6], 'the dividend');
      const exercise = seen.find(({ type }) => type === 'exercise');
      must(exercise?.type === 'exercise', 'the exercise is not told');
      same([exercise.symbol, exercise.contracts], ['AAPL  230721C00150000', 2], 'the exercise');
    },
  },
  {
    number: 166,
    name: 'recorded: daily bars end at the close of their sessions',
    about: 'F040',
    skips: ALPACA_ONLY,
    options: {
      answers: [
        {
          path: '/v2/stocks/bars',
          file: 'alpaca/data.bars.multi.json',
          body: (content) => {
            const { bars } = content as { bars: Row };
            return { bars: { AAPL: bars['AAPL'] }, next_page_token: null };
          },
        },
      ],
    },
    run: async (world) => {
      const from = '2021-10-13' as DateText;
      const to = '2021-10-15' as DateText;
      const ask = { symbol: 'AAPL', timeframe: '1d', from, to, adjustment: 'raw' } as const;
      const { rows } = await dataOf(world).history(ask);
      const closes = ['2021-10-13', '2021-10-14', '2021-10-15'].map(
        (date) => sessionOn(date as DateText)?.close,
      );
      same(
        rows.map(({ at }) => at),
        closes,
        'ends of bars',
      );
      same([rows[0]?.close, rows[2]?.high], [140.91e6, 144.895e6], 'prices');
    },
  },
  {
    number: 167,
    name: 'recorded: bars within the day are stamped with their ends',
    about: 'F040',
    skips: ALPACA_ONLY,
    options: { answers: [{ path: '/v2/stocks/bars', file: 'alpaca/data.bars.5d.AMZN.json' }] },
    run: async (world) => {
      const from = '2021-10-15' as DateText;
      const ask = { symbol: 'AMZN', timeframe: '15m', from, to: from, adjustment: 'raw' } as const;
      const { rows } = await dataOf(world).history(ask);
      same(rows.length, 5, 'bars');
      same(rows[0]?.at, Date.parse('2021-10-15T16:15:00Z') as Instant, 'the end of the first');
    },
  },
  {
    number: 168,
    name: 'recorded: quotes of symbols that exist, and none of one that does not',
    about: 'F038, F040',
    skips: ALPACA_ONLY,
    options: {
      answers: [{ path: '/v2/stocks/snapshots', file: 'alpaca/data.snapshots.multi.json' }],
    },
    run: async (world) => {
      const quotes = await dataOf(world).quotes(['AAPL', 'MSFT', 'INVALID']);
      same(
        quotes.map(({ symbol, bid, ask }) => [symbol, bid, ask]),
        [
          ['AAPL', 133.42e6, 133.43e6],
          ['MSFT', 253.87e6, 253.89e6],
        ],
        'quotes',
      );
    },
  },
];

interface SeenError {
  readonly http: number;
  readonly body: { readonly message: string };
}
let errors: SeenError[] = [];
const nextError = (): SeenError => errors.shift() as SeenError;
