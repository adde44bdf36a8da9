import { addDays, dayNumber, HOUR_MS, type Instant, MINUTE_MS } from '../../base/index.ts';
import {
  exchangeDate,
  instantOn,
  nextSession,
  type Session,
  sessionOfDay,
  sessionOn,
} from '../../market/index.ts';
import type { Terms } from './records.ts';
import { unprocessable } from './refused.ts';

/** How long after the close orders for extended hours may fill, and when the day is booked. */
const EXTENDED_MS = 4 * HOUR_MS;
const GTC_DAYS = 90;

const dayEndOf = ({ close }: Session): Instant => (close + EXTENDED_MS) as Instant;

/** The session that is under way or comes next, before its close. */
export function sessionAhead(at: Instant, end: (session: Session) => Instant): Session {
  const date = exchangeDate(at);
  const today = sessionOn(date);
  return today !== undefined && at < end(today) ? today : nextSession(date);
}

const closeOf = ({ close }: Session): Instant => close;

export function isRegular(at: Instant): boolean {
  const today = sessionOn(exchangeDate(at));
  return today !== undefined && at >= today.open && at < today.close;
}

/** From 4:00 to four hours after the close, on days with a session. */
export function isExtended(at: Instant): boolean {
  const date = exchangeDate(at);
  const today = sessionOn(date);
  return today !== undefined && at >= instantOn(date, '04:00') && at < dayEndOf(today);
}

/** When an order accepted at `at` ends by itself. */
export function expiryOf({ timeInForce, extendedHours }: Terms, at: Instant): Instant {
  if (timeInForce === 'gtc') {
    const last = addDays(exchangeDate(at), GTC_DAYS);
    return dayEndOf(sessionOfDay(dayNumber(last)) ?? nextSession(last));
  }
  if (timeInForce === 'opg') return sessionAhead(at, ({ open }) => open).open;
  if (extendedHours) return dayEndOf(sessionAhead(at, dayEndOf));
  return sessionAhead(at, closeOf).close;
}

/** Orders for an auction are refused from shortly before it until 19:00. */
export function checkAuction({ timeInForce }: Terms, at: Instant): void {
  const isOpening = timeInForce === 'opg';
  if (!isOpening && timeInForce !== 'cls') return;
  const date = exchangeDate(at);
  const today = sessionOn(date);
  if (today === undefined || at >= instantOn(date, '19:00')) return;
  const last = isOpening ? today.open - 2 * MINUTE_MS : today.close - 10 * MINUTE_MS;
  if (at < last) return;
  throw unprocessable(`${timeInForce} orders are not accepted between the auction and 7:00pm ET`);
}

/** A moment of the trading day at which something happens by itself. */
export interface Milestone {
  readonly kind: 'open' | 'close' | 'dayEnd';
  readonly at: Instant;
  readonly session: Session;
}

/** The first milestone after `at`. */
export function nextMilestone(at: Instant): Milestone {
  const session = sessionAhead(at, dayEndOf);
  if (at < session.open) return { kind: 'open', at: session.open, session };
  if (at < session.close) return { kind: 'close', at: session.close, session };
  return { kind: 'dayEnd', at: dayEndOf(session), session };
}
