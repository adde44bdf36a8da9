import type { Lane } from '../budget.ts';
import type { ClockSeen } from '../http.ts';

/** One request to Schwab; whoever sends it adds the access token. */
export interface SchwabAsk {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** "/trader/v1/…" or "/marketdata/v1/…", its parts encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly lane: Lane;
}

/** A complete reply, of any status. Header names are in lower case. */
export interface SchwabReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body; undefined where it is no JSON. */
  readonly json: unknown;
  /** What the body says went wrong; `isBrokers` is false for a gateway's. Null where nothing. */
  readonly problem: { readonly isBrokers: boolean; readonly message: string } | null;
}

/**
 * The signed connection to Schwab, as the folder that signs in makes it. It sends a POST, PUT or
 * DELETE at most once, whatever the reply: a 401 renews the token, and the reply is handed back
 * (F054). Throws `NotSent` where nothing left; any other throw means that nobody knows.
 */
export interface SchwabHttpPort {
  send(ask: SchwabAsk): Promise<SchwabReply>;
  /** Schwab's clock as last seen, or null. */
  readonly clock: ClockSeen | null;
}

/** What the account-activity stream brings: rows as they came, nothing read out of them yet. */
export interface ActivityListener {
  readonly row: (row: Readonly<Record<string, unknown>>) => void;
  readonly up: () => void;
  readonly down: (reason: string) => void;
}

/** The account-activity stream (ACCT_ACTIVITY), as the folder that signs in makes it. */
export interface SchwabActivityPort {
  activity(listener: ActivityListener): { close(): Promise<void> };
}
