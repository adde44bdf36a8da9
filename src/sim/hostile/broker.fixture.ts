import type { DateText, Instant, Money, Price } from '../../base/index.ts';
import { type Session, sessionsBetween } from '../../market/index.ts';
import type { Pricing, Side } from '../../orders/index.ts';
import { drawOf } from '../random.ts';
import { HostileBroker } from './broker.ts';
import { HostileMarket, QUIET_MARKET, HOSTILE_MARKET } from './market.ts';
import {
  BROKER_DEFAULTS,
  type BrokerRates,
  HOSTILE_BROKER,
  type HostileBrokerSettings,
  QUIET_BROKER,
} from './settings.ts';
import type { OrderTerms, StreamMessage } from './views.ts';

export const SESSIONS = sessionsBetween('2019-01-02' as DateText, '2022-12-30' as DateText);
export const FIRST = SESSIONS[0] as Session;
export const SYMBOLS = ['AAA', 'BBB', 'CCC'];
export const CASH = 100_000_000_000 as Money;

export const terms = (n: number, parts: Partial<OrderTerms> = {}): OrderTerms => ({
  clientOrderId: `c-${n}`,
  symbol: 'AAA',
  side: 'buy',
  quantity: 10,
  pricing: { type: 'market' },
  timeInForce: 'day',
  ...parts,
});

/** A price that a test moves; undefined is a halt. */
export class Prices {
  readonly now: Map<string, number | undefined> = new Map();

  price(symbol: string): Price | undefined {
    return (this.now.has(symbol) ? this.now.get(symbol) : 100_000_000) as Price | undefined;
  }
}

/** A broker on its first day, an hour after the open, with these rates and no others. */
export function quietBroker(
  rates: Partial<BrokerRates> = {},
  settings: Partial<HostileBrokerSettings> = {},
) {
  const prices = new Prices();
  const broker = new HostileBroker(
    { ...BROKER_DEFAULTS, seed: 1, cash: CASH, rates: { ...QUIET_BROKER, ...rates }, ...settings },
    prices,
  );
  broker.startDay(FIRST);
  let now = (FIRST.open + 3_600_000) as Instant;
  broker.advance(now);
  const wait = (ms: number) => {
    now = (now + ms) as Instant;
    broker.advance(now);
    return now;
  };
  return { broker, prices, wait, at: () => now };
}

export interface Played {
  readonly broker: HostileBroker;
  readonly messages: StreamMessage[];
  /** Codes of refusals and statuses of readings, counted. */
  readonly counts: Map<string, number>;
  /** All answers and messages, as text. */
  readonly trace: string[];
}

/** Days of orders, cancels and readings, all drawn from the seed, against a hostile broker. */
export function play(
  days: number,
  settings: Partial<HostileBrokerSettings> = {},
  isQuiet = false,
): Played {
  const seed = settings.seed ?? 5;
  const market = new HostileMarket({
    seed,
    symbols: SYMBOLS.map((symbol) => ({ symbol, start: 100, volatilityPct: 25 })),
    rates: isQuiet ? QUIET_MARKET : HOSTILE_MARKET,
  });
  const rates = isQuiet ? QUIET_BROKER : HOSTILE_BROKER;
  const parts = { ownerSymbols: SYMBOLS, cash: CASH, rates, ...settings, seed };
  const broker = new HostileBroker({ ...BROKER_DEFAULTS, ...parts }, market);
  const played: Played = { broker, messages: [], counts: new Map(), trace: [] };
  for (const session of SESSIONS.slice(0, days)) {
    broker.startDay(session, market.startDay(session));
    playDay(played, session, market, seed);
  }
  return played;
}

function playDay(played: Played, session: Session, market: HostileMarket, seed: number): void {
  const { broker, counts, trace } = played;
  const note = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  const draw = (k: number, nth: number) => drawOf(seed, session.day * 64 + k, 5_000 + nth);
  for (let k = 0; k < 40; k++) {
    const at = (session.close - 600_000 + k * 20_000) as Instant;
    const { orders } = broker.truth;
    if (k % 5 === 0 || draw(k, 9) < 0.02) {
      const reply = broker.submit(
        drawnTerms(broker, market, at, orders.length, (n) => draw(k, n)),
        at,
      );
      note(reply.ok ? 'taken' : reply.code);
      if (reply.ok && reply.location === null) note('no location');
      trace.push(JSON.stringify(reply));
    } else if (k % 7 === 0) {
      const last = orders.at(-1);
      if (last) trace.push(JSON.stringify(broker.cancel(last.id, at)));
    } else if (k % 3 === 0) {
      const reply = broker.orders(session.open, at);
      for (const view of reply.ok ? reply.body.orders : []) {
        note(view.status);
        if (view.executions === null) note('no executions');
      }
      trace.push(JSON.stringify(reply));
    } else trace.push(JSON.stringify(k % 2 === 0 ? broker.positions(at) : broker.account(at)));
    played.messages.push(...broker.takeMessages());
  }
  broker.advance((session.close + 10_800_000) as Instant);
  played.messages.push(...broker.takeMessages());
}

function drawnTerms(
  broker: HostileBroker,
  market: HostileMarket,
  at: Instant,
  n: number,
  draw: (nth: number) => number,
): OrderTerms {
  const symbol = SYMBOLS[Math.floor(draw(0) * SYMBOLS.length)] as string;
  const held = broker.truth.positions.get(symbol) ?? 0;
  const side: Side = held > 0 && draw(1) < 0.5 ? 'sell' : 'buy';
  const quantity = side === 'sell' ? 1 + Math.floor(draw(2) * held) : 1 + Math.floor(draw(2) * 40);
  const price = market.price(symbol, at) ?? (50_000_000 as Price);
  const limitPrice = Math.round(price * (0.995 + 0.01 * draw(4))) as Price;
  const pricing: Pricing = draw(3) < 0.6 ? { type: 'market' } : { type: 'limit', limitPrice };
  const timeInForce = draw(5) < 0.9 ? 'day' : 'gtc';
  return terms(n, { symbol, side, quantity, pricing, timeInForce });
}
