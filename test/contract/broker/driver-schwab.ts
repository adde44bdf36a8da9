import {
  type DateText,
  type Instant,
  MICROS,
  MINUTE_MS,
  priceFromDollars,
  toDollars,
} from '../../../src/base/index.ts';
import { sessionOn } from '../../../src/market/index.ts';
import {
  type Candle,
  chicagoMidnight,
  type SchwabServer,
  startSchwabServer,
} from '../../schwab/server.ts';
import {
  type BrokerDriver,
  type Call,
  type Fault,
  unsupported,
  type Venue,
  type World,
  type WorldOptions,
} from './kit.ts';
import { KitMarket } from './market.ts';
import { APP, SchwabUnderTest, type SchwabTokensAtStart } from './schwab-connection.ts';
import { houseOf, schwabOf, SchwabVenue } from './schwab-venue.ts';
import { isAccountRow, schwabCall, schwabEdit, schwabError } from './schwab-wire.ts';
import { Wire } from './wire.ts';

const NUMBER = '12345678';
const HASH = 'ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789';

/** The Schwab adapter over a wire to the server in Schwab's place, all on loopback. */
export const schwabDriver: BrokerDriver = {
  name: 'schwab',
  absent: null,
  start: async (options) => {
    const world = new SchwabWorld(options);
    await world.open();
    return world;
  },
};

interface WishedOrder {
  readonly price?: string;
  readonly orderLegCollection: readonly {
    readonly instruction: string;
    readonly quantity: number;
    readonly instrument: { readonly symbol: string; readonly assetType: string };
  }[];
}

class SchwabWorld implements World {
  readonly #options: WorldOptions;
  readonly #market = new KitMarket();
  readonly #started: Instant;
  readonly #isByHand: boolean;
  #server: SchwabServer | null = null;
  #wire: Wire | null = null;
  #live: SchwabUnderTest | null = null;
  #tokens: SchwabTokensAtStart | null = null;
  #held: (symbol: string) => number = () => 0;
  #rejects = false;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#started = this.#market.now();
    this.#isByHand = options.pieces > 1 || options.fillAfterMs > 0;
  }

  async open(): Promise<void> {
    const { cash, feePerShare } = this.#options;
    const market = this.#market;
    this.#server = await startSchwabServer({
      now: () => market.now(),
      app: APP,
      accounts: [{ number: NUMBER, hash: HASH, cash: toDollars(cash) }],
      market: (symbol) => {
        const price = market.price(houseOf(symbol));
        if (price === undefined) return undefined;
        const dollars = toDollars(price);
        return { bid: dollars, ask: dollars, last: dollars };
      },
      candles: (symbol, query) => candlesOf(market, houseOf(symbol), query),
      isOpen: (at) => isOpen(at),
      autoFill: !this.#isByHand,
      fees: { contract: 0.66, share: feePerShare / MICROS },
    });
    this.#tokens = tokensOf(this.#server.oauth.signIn());
    this.#wire = new Wire({
      upstream: this.#server.url,
      callOf: schwabCall,
      edit: schwabEdit,
      errorOf: schwabError,
      refuses: (call, body) => (call === 'submit' ? this.#refusal(JSON.parse(body)) : null),
      secretHeader: 'authorization',
      isNews: isAccountRow,
    });
    await this.#wire.open();
    this.#connect();
  }

  #connect(): void {
    this.#live = new SchwabUnderTest({
      url: this.wire.url,
      number: NUMBER,
      tokens: this.#tokens as SchwabTokensAtStart,
      now: () => this.#market.now(),
      since: this.#started,
      held: (symbol) => this.#held(symbol),
    });
  }

  /** Schwab knows its symbols and lends nothing without end; the server in its place does. */
  #refusal(order: WishedOrder): string | null {
    const { orderLegCollection: legs, price } = order;
    let cost = 0;
    for (const { instruction, instrument, quantity } of legs) {
      const symbol = houseOf(instrument.symbol);
      if (!this.#market.lists(symbol)) return `The symbol ${symbol} is not known.`;
      const each = legs.length > 1 ? undefined : price;
      const dollars = Number(each ?? toDollars(this.#market.price(symbol) ?? priceFromDollars(0)));
      const multiplier = instrument.assetType === 'OPTION' ? 100 : 1;
      if (/^BUY(?:_TO_OPEN)?$/.test(instruction)) cost += dollars * quantity * multiplier;
    }
    const cash = toDollars(this.#options.cash);
    return cost > 2 * cash ? 'There are not enough funds for this order.' : null;
  }

  get wire(): Wire {
    return this.#wire as Wire;
  }

  get server(): SchwabServer {
    return this.#server as SchwabServer;
  }

  get broker() {
    return (this.#live as SchwabUnderTest).broker;
  }

  get data() {
    return (this.#live as SchwabUnderTest).data;
  }

  get venue(): Venue {
    return new SchwabVenue(this.server, NUMBER);
  }

  books(held: (symbol: string) => number): void {
    this.#held = held;
  }

  at(): Instant {
    return this.#market.now();
  }

  async pass(ms: number): Promise<void> {
    this.#market.pass(ms);
    this.#expire();
    if (this.#rejects) this.#reject();
    if (this.#isByHand) this.#fillDue();
    this.server.tick();
  }

  /** What was good for the day ends with its session. */
  #expire(): void {
    const at = this.at();
    for (const { id, status, duration, enteredAt } of this.server.world.orders) {
      const date = new Date(enteredAt).toISOString().slice(0, 10) as DateText;
      const close = sessionOn(date)?.close ?? at;
      const isOpenStill = ['WORKING', 'QUEUED', 'AWAITING_STOP_CONDITION'].includes(status);
      if (isOpenStill && duration === 'DAY' && at >= close) this.server.world.end(id, 'EXPIRED');
    }
  }

  #reject(): void {
    const order = this.server.world.orders.at(-1);
    if (order === undefined) return;
    this.#rejects = false;
    this.server.world.end(order.id, 'REJECTED', 'The order was rejected by the exchange.');
  }

  /** The pieces of each order that are due by now. */
  #fillDue(): void {
    const { pieces, fillAfterMs } = this.#options;
    for (const order of this.server.world.orders) {
      const due = Math.min(pieces, Math.floor((this.at() - order.enteredAt) / fillAfterMs));
      const each = Math.ceil(order.quantity / pieces);
      while (order.status === 'WORKING' && order.filled < Math.min(order.quantity, due * each)) {
        const quantity = Math.min(each, order.quantity - order.filled);
        const prices = order.legs.map(({ symbol }) => this.#dollarsOf(symbol));
        this.server.fill(order.id, quantity, prices);
      }
    }
  }

  #dollarsOf(symbol: string): number {
    const price = this.#market.price(houseOf(symbol));
    if (price === undefined) throw new Error(`no market in ${symbol}`);
    return toDollars(price);
  }

  price(symbol: string, dollars: number): void {
    this.#market.set(symbol, dollars);
  }

  fault(fault: Fault): void {
    switch (fault.kind) {
      case 'reply':
        return this.wire.fault(fault.on === 'positions' ? { ...fault, on: 'account' } : fault);
      case 'stream':
        return this.wire.sockets.fault(fault);
      case 'clock':
        this.wire.aheadMs = fault.aheadMs;
        return;
      case 'rejectLater':
        this.#rejects = true;
        return;
      case 'halted':
        return this.#market.halt(fault.symbol);
      case 'tokenDies':
        return this.server.oauth.expire('access');
      case 'signInDies':
        return this.server.oauth.expire('all');
    }
  }

  heal(): void {
    this.wire.heal();
    this.server.faults.clear();
  }

  async cancelByHand(id: string): Promise<void> {
    const order = this.server.world.find(Number(id));
    if (order === undefined || !this.server.world.cancel(order)) throw new Error('nothing ended');
  }

  async replaceByHand(id: string, limit: number): Promise<string> {
    const { world } = this.server;
    const order = world.find(Number(id));
    if (order === undefined) throw new Error(`no order "${id}"`);
    const [leg] = order.legs;
    const { symbol = '', instruction = '' } = leg ?? {};
    const side = instruction.startsWith('BUY') ? 'buy' : 'sell';
    const terms = { symbol: houseOf(symbol), side, quantity: order.quantity, limit } as const;
    const next = world.replace(order, bodyByHand(terms));
    if (typeof next === 'string') throw new Error(next);
    return String(next.id);
  }

  async byHand(order: Parameters<World['byHand']>[0]): Promise<string> {
    return String(this.server.enter(NUMBER, bodyByHand(order)).id);
  }

  bust(): Promise<void> {
    return unsupported('bust');
  }

  correct(): Promise<void> {
    return unsupported('correction');
  }

  async restart(): Promise<void> {
    await this.#live?.close();
    this.#tokens = tokensOf(this.server.oauth.signIn());
    this.#connect();
  }

  secrets(): readonly string[] {
    const { access, refresh } = this.#tokens as SchwabTokensAtStart;
    return [APP.secret, access, refresh];
  }

  unstruck(): readonly string[] {
    return this.wire.unstruck();
  }

  requests(call: Call): number {
    return this.wire.requests(call);
  }

  async close(): Promise<void> {
    await this.#live?.close();
    await this.#wire?.close();
    await this.#server?.close();
  }
}

/** An order as a person enters it in Schwab's own app. */
function bodyByHand({ symbol, side, quantity, limit }: Parameters<World['byHand']>[0]) {
  const instrument = { assetType: 'EQUITY', symbol: schwabOf(symbol) };
  const instruction = side === 'buy' ? 'BUY' : 'SELL';
  return {
    session: 'NORMAL',
    duration: 'DAY',
    orderType: 'LIMIT',
    price: String(limit),
    orderLegCollection: [{ instruction, quantity, instrument }],
    orderStrategyType: 'SINGLE',
  };
}

const tokensOf = (signIn: Record<string, unknown>): SchwabTokensAtStart => ({
  access: String(signIn['access_token']),
  refresh: String(signIn['refresh_token']),
});

function isOpen(at: Instant): boolean {
  const session = sessionOn(new Date(at).toISOString().slice(0, 10) as DateText);
  return session !== undefined && at >= session.open && at < session.close;
}

/** Candles as Schwab stamps them: a day at midnight in Chicago, a minute at its start. */
function candlesOf(market: KitMarket, symbol: string, query: URLSearchParams): Candle[] {
  const isDaily = query.get('frequencyType') === 'daily';
  const from = Number(query.get('startDate')) as Instant;
  const to = Math.min(Number(query.get('endDate')), market.now()) as Instant;
  return market.bars(symbol, isDaily ? '1d' : '1m', from, to).map((row) => {
    const date = new Date(row.day * 86_400_000).toISOString().slice(0, 10) as DateText;
    return {
      open: toDollars(row.open),
      high: toDollars(row.high),
      low: toDollars(row.low),
      close: toDollars(row.close),
      volume: row.volume ?? 0,
      datetime: isDaily ? chicagoMidnight(date) : row.at - MINUTE_MS,
    };
  });
}
