import { type Instant, type Money, type Price, ratio, times } from '../../base/index.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../base/index.ts';
import type { Session } from '../../market/index.ts';
import { isLive } from './order.ts';
import type { HostileVenue } from './venue.ts';

/** A split that takes effect before a session: `numerator` new shares for `denominator` old. */
export interface Split {
  readonly symbol: string;
  readonly numerator: number;
  readonly denominator: number;
}

const BEFORE_OPEN_MS = 90 * MINUTE_MS;
const POST_DELAY_MAX_MS = 4 * HOUR_MS;

/** Draws all that happens on a day by itself: flows of cash and shares, the owner's own hand. */
export function planDay(venue: HostileVenue, session: Session, splits: readonly Split[]): void {
  const { dice } = venue;
  const { day } = session;
  const early = Math.max(venue.now, session.open - BEFORE_OPEN_MS) as Instant;
  if (splits.length > 0) {
    const at = early;
    venue.queue.add(at, {
      kind: 'split',
      act: () => splits.forEach((one) => split(venue, one, day)),
    });
  }
  for (let n = dice.count('dividendsADay', day); n > 0; n--) {
    venue.later(early, () => dividend(venue, day, n));
  }
  for (let n = dice.count('feesADay', day); n > 0; n--) {
    const amount = -Math.ceil(dice.draw('feesADay', day, n) * 5_000_000) as Money;
    const after = (session.close + n * MINUTE_MS) as Instant;
    venue.later(after, () => cash(venue, 'fee', amount, dice.draw('feesADay', day, n + 4)));
  }
  for (let n = dice.count('transfersADay', day); n > 0; n--) {
    venue.later(within(session, dice.draw('transfersADay', day, n)), () => transfer(venue, day, n));
  }
  for (let n = dice.count('unknownActivitiesADay', day); n > 0; n--) {
    const at = within(session, dice.draw('unknownActivitiesADay', day, n));
    venue.later(at, () => unlisted(venue, day, n));
  }
  if (venue.settings.ownerSymbols.length === 0) return;
  for (let n = dice.count('ownerADay', day); n > 0; n--) {
    const at = within(session, dice.draw('ownerADay', day, n));
    venue.later(at, () => byHand(venue, day, n));
  }
}

/** An instant of the session, or of the two hours after it. */
function within({ open, close }: Session, share: number): Instant {
  const span = close - open + (share > 0.9 ? 2 * HOUR_MS : 0);
  return (open + Math.floor(share * span)) as Instant;
}

function dividend(venue: HostileVenue, day: number, n: number): void {
  const { dice, books } = venue;
  const held = [...books.positions].filter(([, shares]) => shares > 0);
  const drawn = held[Math.floor(dice.draw('dividendsADay', day, n) * held.length)];
  if (drawn === undefined) return;
  const [symbol, shares] = drawn;
  const each = Math.ceil(dice.draw('dividendsADay', day, n + 2) * 100) * 10_000;
  const amount = times(each as Price, shares);
  const delay = Math.floor(dice.draw('dividendsADay', day, n + 4) * POST_DELAY_MAX_MS);
  const flow = { type: 'dividend', amount, symbol, shares: 0 } as const;
  venue.flow(flow, { type: 'dividend', symbol, amount, at: venue.now }, delay);
}

function cash(venue: HostileVenue, type: 'fee' | 'transfer', amount: Money, late: number): void {
  const delay = Math.floor(late * POST_DELAY_MAX_MS);
  const flow = { type, amount, symbol: null, shares: 0 };
  venue.flow(flow, { type, amount, at: venue.now }, delay);
}

function transfer(venue: HostileVenue, day: number, n: number): void {
  const { dice, books, settings } = venue;
  const draw = (nth: number) => dice.draw('transfersADay', day, n + nth);
  const symbol = settings.ownerSymbols[0];
  if (draw(2) < 0.2 && symbol !== undefined) {
    const shares = 1 + Math.floor(draw(4) * 20);
    const flow = { type: 'transferInKind', amount: 0 as Money, symbol, shares } as const;
    venue.flow(flow, { type: 'transferInKind', symbol, shares, at: venue.now }, 0);
    return;
  }
  const cents = Math.floor((draw(4) - 0.4) * 0.05 * (books.cash / 10_000));
  if (cents !== 0) cash(venue, 'transfer', (cents * 10_000) as Money, draw(6));
}

function unlisted(venue: HostileVenue, day: number, n: number): void {
  const cents = 100 + Math.floor(venue.dice.draw('unknownActivitiesADay', day, n + 2) * 900);
  const amount = (cents * 10_000) as Money;
  const flow = { type: 'unlisted', amount, symbol: null, shares: 0 } as const;
  venue.flow(flow, { type: 'unlisted', name: 'XJNL', amount, at: venue.now }, 0);
}

/** Positions are converted; resting orders are canceled, or left as they are. */
function split(venue: HostileVenue, { symbol, numerator, denominator }: Split, day: number): void {
  const { books, dice } = venue;
  for (const order of venue.live) {
    if (order.terms.symbol === symbol && dice.draw('splitCancels', order.number) < 0.5) {
      venue.end(order, 'canceled', 'its symbol was split');
    }
  }
  const held = books.positions.get(symbol) ?? 0;
  if (held === 0) return;
  const whole = ratio(Math.abs(held), numerator, denominator, 'down');
  const rest = Math.abs(held) * numerator - whole * denominator;
  const price = venue.price(symbol) ?? (0 as Price);
  const sign = Math.sign(held);
  const cashInLieu = (sign * ratio(price, rest, denominator, 'half-even')) as Money;
  const flow = { type: 'split', amount: cashInLieu, symbol, shares: sign * whole - held } as const;
  const shares = sign * whole;
  const delay = Math.floor(dice.draw('splitSeenMs', day) * POST_DELAY_MAX_MS);
  const told = { symbol, numerator, denominator, shares, cashInLieu, at: venue.now };
  venue.flow(flow, { type: 'split', ...told }, delay);
}

/** The owner buys, sells, leaves an order, or cancels one of ours. */
function byHand(venue: HostileVenue, day: number, n: number): void {
  const { dice, books, settings } = venue;
  const draw = (nth: number) => dice.draw('ownerADay', day, n + nth);
  const kind = draw(2);
  if (kind < 0.3) {
    const ours = [...venue.live].filter((order) => !order.external);
    const order = ours[Math.floor(draw(4) * ours.length)];
    if (order !== undefined && isLive(order)) venue.end(order, 'canceled', 'canceled by hand');
    return;
  }
  const { ownerSymbols } = settings;
  const symbol = ownerSymbols[Math.floor(draw(4) * ownerSymbols.length)] as string;
  const held = Math.max(0, books.positions.get(symbol) ?? 0);
  const sells = kind < 0.6 && held > 0;
  const most = sells ? held : 20;
  const quantity = 1 + Math.floor(draw(6) * most);
  const price = venue.price(symbol);
  if (price === undefined || quantity > most) return;
  const rests = kind > 0.9;
  const limitPrice = Math.max(1, Math.round(price * 0.97)) as Price;
  venue.create(
    {
      clientOrderId: `hand-${day}-${n}`,
      symbol,
      side: sells ? 'sell' : 'buy',
      quantity,
      pricing: rests ? { type: 'limit', limitPrice } : { type: 'market' },
      timeInForce: 'day',
    },
    true,
  );
}

/** When within a day a window of trouble begins and ends; mostly in the session. */
export function windowOf(
  { open, close, day }: Session,
  draws: readonly [start: number, length: number],
  longestMs: number,
): { readonly from: Instant; readonly to: Instant } {
  const [start, length] = draws;
  const origin = start < 0.7 ? open : day * DAY_MS;
  const span = start < 0.7 ? (close - open) / 0.7 : DAY_MS;
  const from = origin + Math.floor(start * span);
  return { from: from as Instant, to: (from + Math.ceil(length ** 2 * longestMs)) as Instant };
}
