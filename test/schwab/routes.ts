import type { DateText, Instant } from '../../src/base/index.ts';
import type { AccountBooks } from './books.ts';
import type { Faults } from './faults.ts';
import { type Candle, chainJson, expirationsJson, marketsJson, quoteJson } from './market.ts';
import { type OrderState, orderJson } from './orders.ts';
import { previewJson } from './preview.ts';
import { problem, serviceError } from './shapes.ts';
import type { OrderWorld, Quoted } from './world.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly location?: string;
}

export interface RouteTerms {
  readonly now: () => Instant;
  readonly url: () => string;
  readonly books: ReadonlyMap<string, AccountBooks>;
  readonly world: OrderWorld;
  readonly faults: Faults;
  readonly quote: (symbol: string) => Quoted | undefined;
  readonly quoteAt: (symbol: string) => Instant;
  readonly candles: (symbol: string, query: URLSearchParams) => readonly Candle[];
  readonly isRealtime: () => boolean;
  readonly streamUrl: () => string;
  /** Counts an order that was posted for an account. */
  readonly posted: (account: string) => void;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const NOT_FOUND: Answer = { status: 404, body: problem(404, 'Not Found') };
const LIST_MAX = 3_000;

/** Everything behind the sign-in. */
export function answerOf(terms: RouteTerms, asked: Asked): Answer {
  const { path } = asked;
  if (path === '/trader/v1/accounts/accountNumbers') return ok(numbersOf(terms));
  if (path === '/trader/v1/userPreference') return ok(preferenceOf(terms));
  if (path === '/trader/v1/accounts') {
    return ok([...terms.books.values()].map((books) => accountOf(terms, books, asked)));
  }
  const account = /^\/trader\/v1\/accounts\/(\w+)(\/.*)?$/.exec(path);
  if (account !== null) return ofAccount(terms, asked, account[1] as string, account[2] ?? '');
  if (path.startsWith('/marketdata/v1/')) return ofMarket(terms, asked);
  return NOT_FOUND;
}

const numbersOf = ({ books }: RouteTerms) =>
  [...books.values()].map(({ terms: { number, hash } }) => ({
    accountNumber: number,
    hashValue: hash,
  }));

const accountOf = (terms: RouteTerms, books: AccountBooks, { query }: Asked) =>
  books.json((symbol) => terms.quote(symbol)?.last ?? 0, query.get('fields') === 'positions');

function ofAccount(terms: RouteTerms, asked: Asked, hash: string, rest: string): Answer {
  const books = [...terms.books.values()].find((one) => one.terms.hash === hash);
  if (books === undefined) return { status: 400, body: serviceError('Invalid account number') };
  if (rest === '') return ok(accountOf(terms, books, asked));
  if (rest === '/orders')
    return asked.method === 'POST' ? post(terms, asked, books) : list(terms, asked, books);
  if (rest === '/previewOrder' && asked.method === 'POST') {
    return ok(previewJson(books.terms.number, asked.body as object, terms.now()));
  }
  if (rest === '/transactions') return ok(transactionsOf(books, asked));
  const [, kind, id] = /^\/(orders|transactions)\/(\d+)$/.exec(rest) ?? [];
  if (kind === 'orders') return ofOrder(terms, asked, books, Number(id));
  const row = books.transactions.find(({ activityId }) => String(activityId) === id);
  return kind === 'transactions' && row !== undefined ? ok(row) : NOT_FOUND;
}

function post(terms: RouteTerms, { body }: Asked, books: AccountBooks): Answer {
  terms.posted(books.terms.number);
  const order = terms.world.enter(books.terms.number, body);
  if (typeof order === 'string') return { status: 400, body: serviceError(order, [order]) };
  return created(terms, books, order);
}

const created = (terms: RouteTerms, { terms: { hash } }: AccountBooks, { id }: OrderState) => ({
  status: 201,
  location: `${terms.url()}/trader/v1/accounts/${hash}/orders/${id}`,
});

function list(terms: RouteTerms, { query }: Asked, { terms: { number } }: AccountBooks): Answer {
  const [from, to] = [query.get('fromEnteredTime'), query.get('toEnteredTime')];
  if (from === null || to === null) {
    return { status: 400, body: serviceError('fromEnteredTime and toEnteredTime are needed') };
  }
  const status = query.get('status');
  const most = Number(query.get('maxResults') ?? LIST_MAX);
  const { orders } = terms.world;
  const seen = orders
    .filter((order) => order.account === number)
    .filter(({ enteredAt }) => enteredAt >= Date.parse(from) && enteredAt <= Date.parse(to))
    .filter(({ enteredAt }) => terms.now() >= enteredAt + terms.faults.listLagMs)
    .filter((order) => status === null || order.status === status);
  return ok(seen.slice(-most).map(orderJson).toReversed());
}

function ofOrder(terms: RouteTerms, asked: Asked, books: AccountBooks, id: number): Answer {
  const order = terms.world.find(id);
  if (order === undefined || order.account !== books.terms.number) return NOT_FOUND;
  if (asked.method === 'DELETE') {
    if (terms.world.cancel(order)) return { status: 200 };
    return { status: 400, body: serviceError('Order cannot be canceled', [order.status]) };
  }
  if (asked.method === 'PUT') {
    terms.posted(books.terms.number);
    const next = terms.world.replace(order, asked.body);
    if (typeof next !== 'string') return created(terms, books, next);
    return { status: 400, body: serviceError(next, [next]) };
  }
  const isHidden = terms.now() < order.enteredAt + terms.faults.readLagMs;
  return isHidden ? NOT_FOUND : ok(orderJson(order));
}

function transactionsOf({ transactions }: AccountBooks, { query }: Asked) {
  const types = new Set((query.get('types') ?? '').split(','));
  const from = Date.parse(query.get('startDate') ?? '');
  const to = Date.parse(query.get('endDate') ?? '');
  return transactions.filter(({ type, time }) => {
    const at = Date.parse(String(time).replace(/\+0000$/, 'Z'));
    return types.has(String(type)) && at >= from && at <= to;
  });
}

const preferenceOf = ({ books, streamUrl }: RouteTerms) => ({
  accounts: [...books.values()].map(({ terms: { number } }) => ({
    accountNumber: number,
    primaryAccount: false,
    type: 'BROKERAGE',
    nickName: 'Trading Brokerage',
    displayAcctId: `...${number.slice(-3)}`,
    autoPositionEffect: false,
    accountColor: 'Green',
    lotSelectionMethod: 'FIFO',
  })),
  streamerInfo: [
    {
      streamerSocketUrl: streamUrl(),
      schwabClientCustomerId: 'CUSTOMERID',
      schwabClientCorrelId: '00000000-0000-4000-8000-000000000000',
      schwabClientChannel: 'N9',
      schwabClientFunctionId: 'APIAPP',
    },
  ],
  offers: [{ level2Permissions: true, mktDataPermission: 'NP' }],
});

function ofMarket(terms: RouteTerms, { path, query }: Asked): Answer {
  const symbol = query.get('symbol') ?? '';
  switch (path.slice('/marketdata/v1/'.length)) {
    case 'quotes':
      return ok(quotesOf(terms, (query.get('symbols') ?? '').split(',')));
    case 'pricehistory': {
      const candles = terms.candles(symbol, query);
      return ok({ symbol, empty: candles.length === 0, candles });
    }
    case 'chains':
      return ok(chainJson(symbol, terms.quote(symbol)?.last ?? 100, terms.now()));
    case 'expirationchain':
      return ok(expirationsJson(symbol, terms.now()));
    case 'markets': {
      const today = new Date(terms.now()).toISOString().slice(0, 10);
      return ok(marketsJson((query.get('date') ?? today) as DateText));
    }
    default:
      return NOT_FOUND;
  }
}

/** Symbols that nobody knows are told apart, beside those that are quoted. */
function quotesOf(terms: RouteTerms, symbols: readonly string[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const invalidSymbols: string[] = [];
  for (const symbol of symbols) {
    const quote = terms.quote(symbol);
    if (quote === undefined) invalidSymbols.push(symbol);
    else found[symbol] = quoteJson(symbol, quote, terms.quoteAt(symbol), terms.isRealtime());
  }
  return invalidSymbols.length === 0 ? found : { ...found, errors: { invalidSymbols } };
}
