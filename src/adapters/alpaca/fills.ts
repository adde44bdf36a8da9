import { type Instant, MINUTE_MS } from '../../base/index.ts';
import type { ExecutionId } from '../../orders/index.ts';
import { stampOf } from '../number.ts';
import type { AlpacaClient } from './client.ts';
import { type FillJson, fillsJson, parsed } from './schema.ts';

const PAGE_SIZE = 100; // the most that a page has
const PAGES_MAX = 100;
/** Executions of one moment come out of order, and some late: so far back is read again. */
const OVERLAP_MS = 10 * MINUTE_MS;

/** At the edge of a reading an execution may be in or out. */
const EDGE_MS = 1_000;

/**
 * Executions from the list of activities, which is the truth of what filled. Reads on from the
 * newest it has seen, with an overlap.
 */
export class FillsReader {
  readonly #client: AlpacaClient;
  /** What lies between these two was read. */
  #covered: { from: Instant; newest: Instant } | null = null;

  #listed: readonly FillJson[] = [];
  #vanished: readonly FillJson[] = [];

  constructor(client: AlpacaClient) {
    this.#client = client;
  }

  /**
   * Executions since `from`, or since the last complete reading where that began no later. Some
   * come again. Throws where one page is missing or unreadable: a part is never told as the whole.
   */
  async recent(from: Instant): Promise<readonly FillJson[]> {
    const covered = this.#covered !== null && this.#covered.from <= from ? this.#covered : null;
    const start = covered === null ? from : Math.max(from, covered.newest - OVERLAP_MS);
    const fills = await this.since(start as Instant);
    let newest = covered?.newest ?? from;
    for (const { transaction_time } of fills) {
      newest = Math.max(newest, stampOf(transaction_time) ?? 0) as Instant;
    }
    this.#covered = { from: covered?.from ?? from, newest };
    const ids = new Set(fills.map(({ id }) => id));
    const isDue = (row: FillJson) => (stampOf(row.transaction_time) ?? 0) > start + EDGE_MS;
    this.#vanished = this.#listed.filter((row) => !ids.has(row.id) && isDue(row));
    this.#listed = [...fills, ...this.#vanished];
    return fills;
  }

  /** Executions that an earlier reading had and the last one should have had too. */
  get vanished(): readonly FillJson[] {
    return this.#vanished;
  }

  /** All executions after `from`, oldest first; each once. Throws as `recent` does. */
  async since(from: Instant): Promise<readonly FillJson[]> {
    const found = new Map<string, FillJson>();
    let pageToken: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const rows = await this.#page(from, pageToken);
      const before = found.size;
      for (const row of rows) found.set(row.id, row);
      if (rows.length < PAGE_SIZE) return [...found.values()];
      if (found.size === before) throw new Error('The list of executions does not go on');
      pageToken = rows.at(-1)?.id;
    }
    throw new Error(`The list of executions is above ${PAGES_MAX} pages`);
  }

  async #page(from: Instant, pageToken: string | undefined): Promise<readonly FillJson[]> {
    const reply = await this.#client.call('order', (sdk, init) =>
      sdk.trading.accountActivities.getAccountActivitiesByActivityTypeRaw(
        {
          activityType: 'FILL',
          after: new Date(from),
          direction: 'asc',
          pageSize: PAGE_SIZE,
          ...(pageToken === undefined ? {} : { pageToken }),
        },
        init,
      ),
    );
    const rows = reply.status === 200 ? parsed(fillsJson, reply) : undefined;
    if (rows === undefined) throw new Error(`Executions: reply "${reply.status}" is no list`);
    return rows;
  }
}

/**
 * The name under which an execution counts: what follows the "::" of its activity's id, which is
 * what the stream calls `execution_id`. Fills are booked from the list alone, so that where the two
 * should differ nothing counts twice, and a bust finds no execution and is alarmed.
 */
export const executionIdOf = (activityId: string): ExecutionId =>
  (activityId.split('::').at(-1) || activityId) as ExecutionId;
