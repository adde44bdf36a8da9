import type { Instant } from '../../base/index.ts';
import type { ClientOrderId } from '../../orders/index.ts';

/**
 * Where an exit is: asking for the end of every order, waiting for a reading of the account, for
 * its own orders, for time to pass, or over.
 */
export type FlattenPhase = 'canceling' | 'reading' | 'closing' | 'waiting' | 'ended';

/** One position of an exit, as the broker reports it. */
export interface FlattenLine {
  readonly symbol: string;
  /** Signed, at the first reading that showed it. */
  readonly found: number;
  /** Signed, at the newest reading. */
  left: number;
  /** Unsigned, of the exit's own orders. */
  closed: number;
  /** What last stood in the way, or null. */
  problem: string | null;
}

/** An emergency exit under way, or the last one. Plain JSON. */
export interface FlattenState {
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
  /** The life of the process in which its phase began: another one begins again. */
  epoch: number;
  phase: FlattenPhase;
  /** When the phase began. */
  since: Instant;
  /** When time alone brings the next thing to do. */
  wakeAt: Instant | null;
  /** Readings asked for in a row without an answer. */
  reads: number;
  /** How often orders were sent, or nothing could be. */
  tries: number;
  /** When orders were sent last. */
  triedAt: Instant;
  /** Readings in a row that showed nothing held. */
  flatReads: number;
  /** By symbol, what the newest readings in a row agree on, and since when. */
  seen: Record<string, { readonly quantity: number; readonly since: Instant }>;
  /** Symbols in which a reading differed from the ledgers. */
  unlike: string[];
  /** Signed quantities of the ledgers by symbol, and when they last moved. */
  held: Record<string, number>;
  movedAt: Record<string, Instant>;
  /** Orders that were asked to end since the phase before the last reading began. */
  asked: ClientOrderId[];
  /** Its own orders that are not accounted for yet. */
  orders: { readonly id: ClientOrderId; readonly symbol: string }[];
  lines: Record<string, FlattenLine>;
  /** Orders of others that rest at the broker, in words. */
  foreign: readonly string[];
  outcome: 'flat' | 'incomplete' | null;
  /** Why it ended incomplete, a sentence each. */
  reasons: readonly string[];
}

/** What an emergency exit came to. */
export interface FlattenRecord {
  readonly outcome: 'flat' | 'incomplete';
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
  readonly endedAt: Instant;
  readonly positions: readonly FlattenLine[];
  /** Orders of others that rest at the broker, in words. */
  readonly foreignOrders: readonly string[];
  /** Why it is not flat, a sentence each; empty when it is. */
  readonly reasons: readonly string[];
}
