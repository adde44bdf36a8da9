import { BadInput, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '../base/index.ts';
import type { Session } from './session.ts';

/**
 * A planned decision: an instant relative to each session, or every complete bar.
 * `offsetMs` is never below zero from the open and never above zero from the close.
 */
export type Slot =
  | { readonly kind: 'session'; readonly anchor: 'open' | 'close'; readonly offsetMs: number }
  | { readonly kind: 'every-bar' };

/** A full session has six and a half hours. */
const SLOT_OFFSET_MS_MAX = 6 * HOUR_MS;
const UNIT_MS = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS } as const;
const SLOT = /^(open|close)(?: ?([+-]) ?([1-9]\d{0,4})([smh]))?$/;

/**
 * The slot of a text: "open", "close", "open + 15m", "close - 5m", "open + 90s", "every bar".
 * Throws `BadInput`, with a suggestion where there is one, for any other text, for an offset that
 * leaves the session, and for one of more than six hours.
 */
export function parseSlot(text: string): Slot {
  if (text === 'every bar') return { kind: 'every-bar' };
  const match = SLOT.exec(text);
  if (!match) throw refusal(text, suggestion(text));
  const anchor = match[1] as 'open' | 'close';
  const unitMs = UNIT_MS[(match[4] ?? 's') as keyof typeof UNIT_MS];
  const distanceMs = Number(match[3] ?? 0) * unitMs;
  if (distanceMs > SLOT_OFFSET_MS_MAX) {
    throw new BadInput(`Slot "${text}" is more than 6 hours from the ${anchor}`);
  }
  const inward = anchor === 'open' ? '+' : '-';
  if (match[2] !== undefined && match[2] !== inward) {
    const turned = `${anchor} ${inward} ${match[3]}${match[4]}`;
    throw new BadInput(`Slot "${text}" is outside the session; did you mean "${turned}"?`);
  }
  if (distanceMs === 0) return { kind: 'session', anchor, offsetMs: 0 };
  return { kind: 'session', anchor, offsetMs: anchor === 'open' ? distanceMs : -distanceMs };
}

function refusal(text: string, instead: string | undefined): BadInput {
  const hint = instead === undefined ? '' : `; did you mean "${instead}"?`;
  const wanted = '"close - 5m", "open + 15m", "close", "open" or "every bar"';
  return new BadInput(`Slot "${text}" is not one such as ${wanted}${hint}`);
}

/** What the writer of a wrong slot most likely wanted. */
function suggestion(text: string): string | undefined {
  const clock = /^(\d?\d):(\d\d)$/.exec(text.trim());
  if (clock) return ofClock(Number(clock[1]) * 60 + Number(clock[2]));
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, ' ')
    .replace(/(\d) ?(s|m|h)(?:[a-z]*)$/, '$1$2');
  if (/^every[ -]?bar$/.test(plain)) return 'every bar';
  const match = SLOT.exec(plain);
  if (!match) return undefined;
  const anchor = match[1] as string;
  return match[3] ? `${anchor} ${anchor === 'open' ? '+' : '-'} ${match[3]}${match[4]}` : anchor;
}

/** The slot that falls on a wall clock time of a full session, in minutes after midnight. */
function ofClock(minutes: number): string | undefined {
  const [fromOpen, toClose] = [minutes - (9 * 60 + 30), 16 * 60 - minutes];
  if (fromOpen < 0 || toClose < 0) return undefined;
  if (fromOpen === 0) return 'open';
  if (toClose === 0) return 'close';
  return fromOpen < toClose ? `open + ${fromOpen}m` : `close - ${toClose}m`;
}

/** The one text of a slot, in the largest unit that holds it: "close - 5m", "open + 90s". */
export function formatSlot(slot: Slot): string {
  if (slot.kind === 'every-bar') return 'every bar';
  if (slot.offsetMs === 0) return slot.anchor;
  const distanceMs = Math.abs(slot.offsetMs);
  const unit = (['h', 'm', 's'] as const).find((name) => distanceMs % UNIT_MS[name] === 0) ?? 's';
  return `${slot.anchor} ${slot.offsetMs > 0 ? '+' : '-'} ${distanceMs / UNIT_MS[unit]}${unit}`;
}

/**
 * The instant of a slot in a session: that day's open or close plus the offset.
 * Throws `BadInput` when a short session does not hold it, and for "every bar", which has none.
 */
export function slotInstant(session: Session, slot: Slot): Instant {
  if (slot.kind === 'every-bar') throw new BadInput('Slot "every bar" has no single instant');
  const at = session[slot.anchor] + slot.offsetMs;
  if (at >= session.open && at <= session.close) return at as Instant;
  throw new BadInput(`Slot "${formatSlot(slot)}" falls outside the session of "${session.date}"`);
}
