import type { FaultRates, RestFault, StreamFault } from '../../src/adapters/alpaca-server/index.ts';

/** Which desk of the examples trades. */
export type DeskName = 'hierarchical-adaptive' | 'ma-crossover';

export const KEYS = { keyId: 'PKTESTKEY000', secret: 'secretsecretsecret' } as const;
export const CASH = '100000';

/** What a paper broker is started with; plain JSON, it crosses a process. */
export interface VenueTerms {
  /** Of its account: one that no other process of this machine trades. */
  readonly number: string;
  readonly desk: DeskName;
  /** First trading date. */
  readonly from: string;
  readonly seed: number;
  readonly delayMs: readonly [number, number];
  readonly rejectionPpm: number;
  readonly partly: {
    readonly sharePpm: number;
    readonly pieces: number;
    readonly everyMs: number;
  } | null;
  readonly rates: FaultRates | null;
  readonly rest: readonly RestFault[];
  readonly frames: readonly StreamFault[];
  readonly mute: boolean;
  readonly muteData: boolean;
  readonly lagMs: number;
  /** Share of executions, in millionths, that are taken back or get another price. */
  readonly afterwardsPpm: number;
  /** Trading dates between two dividends of every fund; 0 for none. */
  readonly dividendEvery: number;
  /** The market's time minus the wall's where both walk together; null: it follows its callers. */
  readonly offsetMs: number | null;
}

let accounts = 0;

/** The number of an account that nobody else has. */
export function newNumber(): string {
  const own = (process.pid * 4_096 + accounts++).toString(36).toUpperCase();
  return `PA${own.padStart(8, '0')}`;
}

export const CALM: Omit<VenueTerms, 'number' | 'desk' | 'from' | 'seed'> = {
  delayMs: [100, 800],
  rejectionPpm: 0,
  partly: null,
  rates: null,
  rest: [],
  frames: [],
  mute: false,
  muteData: false,
  lagMs: 0,
  afterwardsPpm: 0,
  dividendEvery: 0,
  offsetMs: null,
};

/** A moment at which the broker kills the desk: its `count`-th request, carried out, unanswered. */
export interface Shot {
  readonly pid: number;
  /** Requests that count: "POST /v2/orders"; null: all. */
  readonly call: string | null;
  readonly count: number;
}

/** An order request that was carried out. */
export interface Posted {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The caller's clock. */
  readonly at: number;
}

export type ToVenue =
  | { readonly kind: 'shot'; readonly shot: Shot | null }
  | { readonly kind: 'quiet' }
  | { readonly kind: 'mute'; readonly orders: boolean; readonly data: boolean }
  | { readonly kind: 'told' };

export type FromVenue =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'killed'; readonly call: string }
  | { readonly kind: 'told'; readonly requests: number; readonly posted: readonly Posted[] };
