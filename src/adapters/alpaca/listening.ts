import type { Report } from '../../orders/index.ts';
import type { BoundOrders } from './bound.ts';
import type { AlpacaClient } from './client.ts';
import type { EventJson } from './schema.ts';
import { eventReports } from './trade-event.ts';
import { type StreamTerms, TradeStream } from './trade-stream.ts';

export interface ListeningParts {
  readonly client: AlpacaClient;
  readonly bound: BoundOrders;
  readonly hear: (reports: readonly Report[]) => void;
  readonly state: (up: boolean) => void;
  readonly terms: StreamTerms | undefined;
}

const OWED_MS = 5_000; // as long as the stream may take to tell what a poll has found
const NONE: ReadonlyMap<string, number> = new Map();
const HEARD_MAX = 10_000; // orders, more than a day has

/** Hears the stream for us, and finds out when it does not tell all (F017, F018). */
export class Listening {
  readonly #parts: ListeningParts;
  readonly #stream: TradeStream;
  /** Shares filled by venue order id, as the stream told since it stands. */
  readonly #heard = new Map<string, number>();
  /** What the last poll found that the stream had not told; null before a first poll. */
  #owed: ReadonlyMap<string, number> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ListeningParts) {
    const { client, terms } = parts;
    this.#parts = parts;
    this.#stream = new TradeStream({
      url: client.streamUrl,
      keys: client.keys,
      hear: (event) => this.#hear(event),
      state: (up) => {
        this.#heard.clear();
        this.#owed = null;
        parts.state(up);
      },
      ...(terms === undefined ? {} : { terms }),
    });
  }

  /**
   * A poll found these executions, by venue order id, new since the one before. What was new then
   * and is not told by now will not be: the stream is made anew.
   */
  polled(fresh: ReadonlyMap<string, number>): void {
    if (!this.#stream.isUp) return;
    const isOwed = ([id, filled]: readonly [string, number]) => filled > (this.#heard.get(id) ?? 0);
    if ([...(this.#owed ?? [])].some(isOwed)) return this.#stream.restart();
    // What filled before the stream stood is new to the first poll only, and never told by it.
    this.#owed = new Map(this.#owed === null ? [] : [...fresh].filter(isOwed));
    // With the last order done nobody polls: what is owed then is looked at by itself.
    clearTimeout(this.#timer);
    if (this.#owed.size > 0) this.#timer = setTimeout(() => this.polled(NONE), OWED_MS).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#stream.close();
  }

  #hear(event: EventJson): void {
    const reports = eventReports(event, this.#parts.bound);
    if (reports.length === 0) return;
    if (this.#heard.size >= HEARD_MAX) this.#heard.clear();
    for (const { id, filled_qty: filled } of [event.order, ...(event.order.legs ?? [])]) {
      this.#heard.set(id, Math.max(Number(filled ?? 0), this.#heard.get(id) ?? 0));
    }
    this.#parts.hear(reports);
  }
}
