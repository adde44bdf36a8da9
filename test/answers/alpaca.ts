import { microsOf } from '../../src/adapters/number.ts';
import { Secret } from '../../src/adapters/secret.ts';
import { startAlpacaServer } from '../../src/adapters/alpaca-server/index.ts';
import { ReplayMarket } from '../../src/adapters/alpaca-server/market/replay.ts';
import { openWorld } from '../../src/apps/world/index.ts';
import { type Money, parseMoney, type Price } from '../../src/base/index.ts';
import type { Bars } from '../../src/market/index.ts';
import type { Side } from '../../src/orders/index.ts';
import { SYMBOLS } from './desk.ts';
import { Proxy } from './proxy.ts';
import type { Asked, Counter, CounterTerms, Truth } from './truth.ts';

type Row = Readonly<Record<string, unknown>>;

/** Of one world: the right to an account is held by one process of this machine. */
const accountOf = (seed: number): string => `PA${process.pid}N${seed}`;
const KEYS = { keyId: 'PKANSWERS0000000000', secret: 'answers-secret-answers-secret' };
const HEADERS = { 'apca-api-key-id': KEYS.keyId, 'apca-api-secret-key': KEYS.secret };
const OPEN = new Set(['filled', 'canceled', 'expired', 'rejected', 'replaced']);
const PAGE = 100;

const endpointOf = (method: string, path: string): string => {
  const bare = path.split('?')[0] as string;
  const named = bare.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'ID').replace(/\/SPY$|\/QQQ$/, '/SYMBOL');
  return `${method} ${named}`;
};

/** The paper broker behind the proxy; its clock is told with each request. */
export async function startAlpaca(terms: CounterTerms, series: readonly Bars[]): Promise<Counter> {
  const number = accountOf(terms.seed);
  const market = new ReplayMarket(series, { spreadBps: 2 });
  const server = await startAlpacaServer({
    now: () => terms.start,
    keys: KEYS,
    account: { number, cash: parseMoney('100000') },
    settings: {
      seed: terms.seed,
      delayMs: [200, 15_000],
      partialFills: { sharePpm: 300_000, pieces: 3, everyMs: 4_000 },
    },
    market,
    followHeader: true,
  });
  const proxy = new Proxy({
    ...terms,
    upstream: server.url,
    endpointOf,
    symbols: SYMBOLS,
    accounts: new Map([[number, 'PA9999ZZZZ']]),
    error: (status) => ({ code: status * 100_000, message: 'it is not as it was' }),
  });
  await proxy.open();
  const secrets = (name: string) =>
    name === 'ALPACA_PAPER_KEY_ID'
      ? new Secret(KEYS.keyId)
      : name === 'ALPACA_PAPER_SECRET_KEY'
        ? new Secret(KEYS.secret)
        : null;
  return {
    name: 'alpaca',
    account: number,
    proxy,
    open: ({ desk, folder }, { from, since }) =>
      openWorld({
        desk,
        folder,
        stage: 'paper',
        secrets,
        from,
        ...(since !== null && { since }),
      }),
    morning: () => {},
    orderIn,
    truth: () => truthOf(server.url, terms.now()),
    close: async () => {
      await proxy.close();
      await server.close();
    },
  };
}

function orderIn(method: string, path: string, body: string): Asked | null {
  if (method !== 'POST' || path.split('?')[0] !== '/v2/orders') return null;
  const order = JSON.parse(body) as Record<string, string>;
  return {
    clientOrderId: order['client_order_id'] ?? null,
    symbol: order['symbol'] ?? '',
    side: order['side'] as Side,
    quantity: Number(order['qty']),
    type: order['type'] ?? '',
    timeInForce: order['time_in_force'] ?? '',
  };
}

async function truthOf(url: string, at: number): Promise<Truth> {
  const get = async (path: string): Promise<unknown> => {
    const reply = await fetch(url + path, { headers: { ...HEADERS, 'x-plimsoll-at': String(at) } });
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return reply.json();
  };
  const orders: Row[] = [];
  for (let before = ''; ;) {
    const page = (await get(`/v2/orders?status=all&limit=500${before}`)) as Row[];
    orders.push(...page);
    if (page.length < 500) break;
    before = `&before_order_id=${String(page.at(-1)?.['id'])}`;
  }
  const fills: Row[] = [];
  for (let token = ''; ;) {
    const path = `/v2/account/activities/FILL?direction=asc&page_size=${PAGE}${token}`;
    const page = (await get(path)) as Row[];
    fills.push(...page);
    if (page.length < PAGE) break;
    token = `&page_token=${String(page.at(-1)?.['id'])}`;
  }
  const account = (await get('/v2/account')) as Row;
  const positions = (await get('/v2/positions')) as Row[];
  return {
    orders: orders.map((row) => ({
      id: String(row['id']),
      clientOrderId: String(row['client_order_id']),
      symbol: String(row['symbol']),
      side: row['side'] as Side,
      quantity: Number(row['qty']),
      filled: Number(row['filled_qty']),
      isOpen: !OPEN.has(String(row['status'])),
    })),
    fills: fills.map((row) => ({
      orderId: String(row['order_id']),
      quantity: Number(row['qty']),
      price: microsOf(row['price']) as Price,
    })),
    cash: microsOf(account['cash']) as Money,
    positions: Object.fromEntries(
      positions.map((row) => [String(row['symbol']), Number(row['qty'])]),
    ),
  };
}
