import type { Counterpart, Probe } from '../../adapters/index.ts';
import type { ClockSeen } from '../../adapters/index.ts';
import type { MarketData } from '../../adapters/index.ts';
import type { Instant } from '../../base/index.ts';
import type { Desk } from '../config/index.ts';
import type { Notice } from '../runner.ts';
import type { Secrets } from './credentials.ts';

/** How far a desk is trusted, of the stages that run. */
export type Stage = 'dry-run' | 'paper' | 'live';

export interface ConnectOptions {
  readonly desk: Desk;
  readonly folder: string;
  readonly stage: Stage;
  readonly secrets: Secrets;
  readonly now: () => Instant;
  /** When the books were opened: what happened to the account before is in its balance. */
  readonly since: Instant;
  /** What the books hold of a symbol, signed. */
  readonly held: (symbol: string) => number;
  /** Whether a client order id was made by this desk's journal. */
  readonly isOurs: (clientOrderId: string) => boolean;
  /** Index of the book whose order this was; null where nobody knows. */
  readonly bookOf: (venueOrderId: string) => number | null;
  /** Told, as a sentence, of what a broker answered and does not belong to this account. */
  readonly odd: (text: string) => void;
  /** Added to every request, where a process of this machine is told the time. */
  readonly headers?: () => Readonly<Record<string, string>>;
}

/** A connection to one broker, proven as far as its stage asks for it. */
export interface Connection {
  readonly data: MarketData;
  /** The broker itself; null where orders go to the built-in one. */
  readonly counterpart: Counterpart | null;
  readonly probe: Probe | null;
  /** Number of the proven account; null where nothing is sent to one. */
  readonly account: string | null;
  /** The clock of whoever answered last. */
  clockSeen(): ClockSeen | null;
  /** Why nothing that adds risk may leave for the sake of the sign-in, or null. */
  signInHolds(): string | null;
  /** Done each minute: what must not end in the middle of a window is renewed before it (F054). */
  tend(): void;
  /** What has changed of the sign-in since it was last asked. */
  signInNotices(): readonly Notice[];
  close(): Promise<void>;
}
