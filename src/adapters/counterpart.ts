import type { DateText, Instant, Money } from '../base/index.ts';
import type { Broker, BrokerTraits } from '../engine/index.ts';
import type { Report } from '../orders/index.ts';
import type { ClockSeen } from './http.ts';

/**
 * What the brokers of other companies can do. Linked pairs are sent one by one and ended by us:
 * the broker's own pairs are orders of their own that no journal named (docs/decisions/0016).
 */
export const COUNTERPART_TRAITS = {
  alpaca: { clientIds: 'unique', stops: true, oco: false, settleMs: 30_000, pollMs: 2_000 },
  schwab: { clientIds: 'none', stops: true, oco: false, settleMs: 60_000, pollMs: 2_000 },
} as const satisfies Readonly<Record<string, BrokerTraits>>;

/** Whose money an endpoint moves. */
export type AccountClass = 'paper' | 'live';

/** Who the broker says we are, as it is read before anything else. */
export interface Identity {
  /** Account number, as the broker writes it. */
  readonly number: string;
  /** Told from the connection: the host that answered and the keys it took. */
  readonly class: AccountClass;
  readonly type: 'cash' | 'margin' | 'unknown';
  readonly status: string;
  /** Why it may not trade, in the broker's words; empty where it may. */
  readonly blocked: readonly string[];
  readonly equity: Money | null;
  readonly cash: Money | null;
  readonly buyingPower: Money | null;
  /** 0 none, 1 covered, 2 long, 3 spreads; null where the broker does not tell. */
  readonly optionsLevel: number | null;
  readonly shorting: boolean | null;
}

/** One session as the broker's calendar has it. */
export interface BrokerSession {
  readonly date: DateText;
  readonly open: Instant;
  readonly close: Instant;
}

/** What the doctor asks before a start. Each may throw; then it is not known. */
export interface Probe {
  identity(): Promise<Identity>;
  /** The broker's clock at the newest reply. */
  clock(): Promise<ClockSeen>;
  sessions(from: DateText, to: DateText): Promise<readonly BrokerSession[]>;
  /** Which tape the data of these keys comes from; throws where they have none. */
  entitlement(): Promise<string>;
}

/** A broker of another company behind our port. */
export interface Counterpart extends Broker, Probe {
  readonly name: 'alpaca' | 'schwab';
  /** Opens the stream of executions: hints only. `down` and `up` tell when it is lost and back. */
  listen(hear: (reports: readonly Report[]) => void, state: (up: boolean) => void): void;
  /** The counterpart's clock as last seen, or null: read before each send (invariant 24). */
  readonly clockSeen: ClockSeen | null;
  close(): Promise<void>;
}
