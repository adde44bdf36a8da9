import { addDays, type DateText, parseInstant } from '../../base/index.ts';
import type { BrokerSession } from '../counterpart.ts';
import type { ClockSeen } from '../http.ts';
import { reasonOf } from './order-client.ts';
import type { SchwabHttpPort } from './port.ts';
import { z } from 'zod';

/** Schwab's clock: by its newest reply, or one asked for now. Throws where it tells no time. */
export async function clockOf(http: SchwabHttpPort): Promise<ClockSeen> {
  if (http.clock === null) {
    const path = '/trader/v1/accounts/accountNumbers';
    await http.send({ method: 'GET', path, lane: 'view' });
  }
  if (http.clock === null) throw new Error('Schwab tells no time');
  return http.clock;
}

const DAYS_MAX = 31;
const span = z.looseObject({ start: z.string(), end: z.string() });
const productSchema = z.looseObject({
  date: z.string(),
  isOpen: z.boolean(),
  sessionHours: z.looseObject({ regularMarket: z.array(span).min(1) }).optional(),
});
const marketsSchema = z.looseObject({ equity: z.record(z.string(), productSchema) });

/** Regular sessions from one date to another, 31 days at most; Schwab tells today and later. */
export async function sessionsOf(
  http: SchwabHttpPort,
  from: DateText,
  to: DateText,
): Promise<readonly BrokerSession[]> {
  const found: BrokerSession[] = [];
  for (let date = from, days = 0; date <= to && days < DAYS_MAX; date = addDays(date, 1), days++) {
    const session = await sessionOf(http, date);
    if (session !== null) found.push(session);
  }
  return found;
}

async function sessionOf(http: SchwabHttpPort, date: DateText): Promise<BrokerSession | null> {
  const query = { markets: 'equity', date };
  const path = '/marketdata/v1/markets';
  const reply = await http.send({ method: 'GET', path, query, lane: 'data' });
  const parsed = marketsSchema.safeParse(reply.json);
  if (reply.status !== 200 || !parsed.success) {
    throw new Error(`The hours of ${date} were not read: ${reasonOf(reply)}`);
  }
  for (const product of Object.values(parsed.data.equity)) {
    if (product.date !== date) throw new Error(`Asked for ${date}, told of "${product.date}"`);
    const hours = product.sessionHours?.regularMarket[0];
    if (!product.isOpen || hours === undefined) continue;
    return { date, open: parseInstant(hours.start), close: parseInstant(hours.end) };
  }
  return null;
}

const quotesSchema = z.record(z.string(), z.looseObject({ realtime: z.boolean() }));
const LIQUID = 'SPY';

/** "sip" where quotes are of the moment, "delayed" where not; throws where there are none. */
export async function entitlementOf(http: SchwabHttpPort): Promise<string> {
  const path = '/marketdata/v1/quotes';
  const query = { symbols: LIQUID };
  const reply = await http.send({ method: 'GET', path, query, lane: 'data' });
  const parsed = quotesSchema.safeParse(reply.json);
  const quote = parsed.success ? parsed.data[LIQUID] : undefined;
  if (reply.status !== 200 || quote === undefined) {
    throw new Error(`No quotes with these keys: ${reasonOf(reply)}`);
  }
  return quote.realtime ? 'sip' : 'delayed';
}
