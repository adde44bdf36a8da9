import type { Instant } from '../../base/index.ts';
import type { Account } from './account.ts';
import type { BooksState } from './books.ts';
import type { Floor } from './floor.ts';
import type { ServerStore } from './options.ts';
import type { OrdersBook } from './orders-book.ts';
import type { DeskActivity, DeskOrder } from './records.ts';

/** Where the desk's clock and counts are; kept beside the books. */
export interface DeskMarks {
  readonly at: Instant;
  readonly startedAt: Instant;
  readonly events: number;
}

interface Kept {
  readonly account: Account;
  readonly orders: OrdersBook;
  readonly floor: Floor;
}

type Change = readonly [key: string, text: string];

/** The desk's books on the disk: the account, each order, ticket and activity under its own key. */
export class DeskStore {
  readonly #store: ServerStore | undefined;
  readonly #kept: Kept;
  #activities = 0;
  #books = '';
  /** A failure to keep something: what is in memory is ahead of the disk, and nothing goes on. */
  isBroken = false;

  constructor(store: ServerStore | undefined, kept: Kept) {
    this.#store = store;
    this.#kept = kept;
  }

  /**
   * Puts all that changed on the disk, in one transaction; `all` activities anew where old ones
   * changed. Throws what the store throws.
   */
  keep(marks: DeskMarks, all = false): void {
    if (this.#store === undefined) return this.#forget();
    const { account } = this.#kept;
    const changes = this.#changes(all);
    const books = JSON.stringify(account.books.save());
    if (changes.length === 0 && books === this.#books) return; // only time went by
    changes.push(['state', `{"marks":${JSON.stringify(marks)},"books":${books}}`]);
    try {
      this.#store.put(changes);
    } catch (error) {
      this.isBroken = true;
      throw error;
    }
    this.#forget();
    this.#books = books;
  }

  /** What changed so far is kept. */
  #forget(): void {
    const { account, orders, floor } = this.#kept;
    orders.changed.clear();
    floor.changed.clear();
    this.#activities = account.activities.length;
  }

  #changes(all: boolean): Change[] {
    const { account, orders, floor } = this.#kept;
    const changes: Change[] = [];
    for (const order of orders.changed) changes.push([`o:${order.number}`, JSON.stringify(order)]);
    for (const number of floor.changed) {
      const found = floor.tickets.get(number);
      const ticket = found && { lead: found.lead.id, sim: found.ticket.save() };
      changes.push([`t:${number}`, ticket === undefined ? '' : JSON.stringify(ticket)]);
    }
    const news = all ? account.activities : account.activities.slice(this.#activities);
    for (const each of news) changes.push([`a:${each.number}`, JSON.stringify(each)]);
    return changes;
  }

  /** Reads the books back; undefined where there are none yet. */
  load(): DeskMarks | undefined {
    const saved = new Map(this.#store?.entries() ?? []);
    const state = saved.get('state');
    if (state === undefined) return undefined;
    const { account, orders, floor } = this.#kept;
    const { marks, books } = JSON.parse(state) as { marks: DeskMarks; books: BooksState };
    account.books.restore(books);
    for (const order of recordsOf<DeskOrder>(saved, 'o:')) orders.restore(order);
    account.activities.push(...recordsOf<DeskActivity>(saved, 'a:'));
    this.#activities = account.activities.length;
    for (const [key, text] of saved) {
      if (!key.startsWith('t:') || text === '') continue;
      const { lead, sim } = JSON.parse(text) as { lead: string; sim: string };
      floor.restoreTicket(Number(key.slice(2)), orders.find(lead) as DeskOrder, sim);
    }
    return marks;
  }
}

const recordsOf = <T extends { number: number }>(
  saved: ReadonlyMap<string, string>,
  kind: string,
): T[] =>
  [...saved]
    .filter(([key]) => key.startsWith(kind))
    .map(([, text]) => JSON.parse(text) as T)
    .sort((a, b) => a.number - b.number);
