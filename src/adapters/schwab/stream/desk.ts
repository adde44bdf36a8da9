import type { Instant } from '../../../base/index.ts';
import type { MarketListener } from '../../market-data.ts';
import { houseSymbol, schwabSymbol } from '../data/symbol.ts';
import { type Fields, listOf, recordOf } from '../http-json.ts';
import {
  chartRow,
  isLevelOne,
  type Known,
  knownHalt,
  knownQuote,
  type LevelOne,
  levelOneOf,
  mergeUpdate,
  type Service,
} from './fields.ts';
import type { StreamLink } from './link.ts';

/** Who listens to the account: rows as they came, nothing read out of them yet. */
export interface ActivityListener {
  readonly row: (row: Fields) => void;
  readonly up: () => void;
  readonly down: (reason: string) => void;
}

/** Somebody who listens, and what was last told of the connection: nothing yet is null. */
interface Party {
  /** What is to be subscribed for it: Schwab's symbols by service. */
  readonly wants: ReadonlyMap<Service, ReadonlySet<string>>;
  readonly market: MarketListener | null;
  readonly activity: ((content: Fields) => void) | null;
  readonly state: (up: boolean, reason: string) => void;
  told: boolean | null;
}

/** What is known of one symbol on this connection. */
interface Entry {
  readonly symbol: string;
  readonly known: Known;
  isHalted: boolean;
}

const ACTIVITY_KEY = 'Account Activity';

/** Who listens to the streamer, what it has told them, and what it is subscribed to. */
export class StreamDesk {
  readonly #now: () => Instant;
  readonly #parties = new Set<Party>();
  /** Of this connection: subscriptions by service, what is known, newest minutes. */
  readonly #subscribed = new Map<Service, Set<string>>();
  readonly #entries = new Map<string, Entry>();
  readonly #minutes = new Map<string, Instant>();
  #line: Promise<void> = Promise.resolve();
  #isUp = false;
  /** Counts who came and went: a round that somebody came into is followed by another. */
  #changes = 0;
  /** Our monotonic clock when market data came last, or the subscriptions stood. */
  dataAt = 0;

  constructor(now: () => Instant) {
    this.#now = now;
  }

  get isEmpty(): boolean {
    return this.#parties.size === 0;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** True where something is listened to that always moves while the exchanges are open. */
  get hasShares(): boolean {
    return (this.#subscribed.get('LEVELONE_EQUITIES')?.size ?? 0) > 0;
  }

  /** Returns how to remove it again. */
  addMarket(symbols: readonly string[], listener: MarketListener): () => void {
    const wants = new Map<Service, Set<string>>();
    const want = (service: Service, key: string) =>
      wants.set(service, (wants.get(service) ?? new Set()).add(key));
    for (const symbol of symbols) {
      const service = levelOneOf(symbol);
      want(service, schwabSymbol(symbol));
      const hasChart = listener.bar !== undefined && service === 'LEVELONE_EQUITIES';
      if (hasChart) want('CHART_EQUITY', schwabSymbol(symbol));
    }
    const state = (up: boolean, reason: string) => (up ? listener.up?.() : listener.down?.(reason));
    return this.#add({ wants, market: listener, activity: null, state, told: null });
  }

  addActivity({ row, up, down }: ActivityListener): () => void {
    const wants = new Map<Service, Set<string>>([['ACCT_ACTIVITY', new Set([ACTIVITY_KEY])]]);
    const state = (isUp: boolean, reason: string) => (isUp ? up() : down(reason));
    return this.#add({ wants, market: null, activity: row, state, told: null });
  }

  #add(party: Party): () => void {
    this.#parties.add(party);
    this.#changes += 1;
    return () => {
      this.#parties.delete(party);
      this.#changes += 1;
    };
  }

  clear(): void {
    this.#parties.clear();
    this.#isUp = false;
  }

  /** A connection stands that knows nothing yet: everything is subscribed anew. */
  async begin(link: StreamLink): Promise<void> {
    this.#subscribed.clear();
    this.#line = Promise.resolve();
    this.dataAt = performance.now();
    await this.sync(link);
  }

  /** Subscribes to what is wanted and no more, one after the other, then tells who waits for it. */
  sync(link: StreamLink): Promise<void> {
    this.#line = this.#line.then(() => this.#syncNow(link));
    return this.#line;
  }

  async #syncNow(link: StreamLink): Promise<void> {
    for (let seen = -1; seen !== this.#changes;) {
      seen = this.#changes;
      await this.#syncOnce(link, [...this.#parties]);
    }
  }

  async #syncOnce(link: StreamLink, parties: readonly Party[]): Promise<void> {
    for (const [service, keys] of wantedBy(parties)) {
      const had = this.#subscribed.get(service) ?? new Set();
      const gone = [...had].filter((key) => !keys.has(key));
      const added = [...keys].filter((key) => !had.has(key));
      if (gone.length > 0) await link.subscribe(service, 'UNSUBS', gone);
      for (const key of gone) {
        this.#entries.delete(key);
        this.#minutes.delete(key);
      }
      this.#subscribed.set(service, keys);
      if (added.length > 0) {
        await link.subscribe(service, had.size === 0 ? 'SUBS' : 'ADD', added);
      }
    }
    this.#isUp = true;
    for (const party of parties) this.#tellUp(party);
  }

  #tellUp(party: Party): void {
    if (!this.#parties.has(party) || party.told === true) return;
    party.told = true;
    party.state(true, '');
    for (const [service, keys] of party.wants) {
      if (!isLevelOne(service)) continue;
      for (const key of keys) this.#show(this.#entries.get(key), service, [party]);
    }
  }

  /** The connection is gone: nothing is known any more. */
  down(reason: string): void {
    this.#isUp = false;
    this.#entries.clear();
    for (const party of this.#parties) {
      if (party.told === false) continue;
      party.told = false;
      party.state(false, reason);
    }
  }

  /** What a service tells. */
  hear(item: Fields): void {
    const { service } = item;
    for (const one of listOf(item['content'])) {
      const content = recordOf(one);
      if (content === null) continue;
      if (service === 'ACCT_ACTIVITY') this.#hearActivity(content);
      else if (service === 'CHART_EQUITY') this.#hearMinute(content);
      else if (typeof service === 'string' && isLevelOne(service))
        this.#hearQuote(service, content);
    }
  }

  #hearActivity(content: Fields): void {
    for (const { activity } of this.#parties) activity?.(content);
  }

  /** Our symbol of a message, where it is one that was asked for (F044). */
  #symbolOf(service: Service, content: Fields): { key: string; symbol: string } | null {
    const { key } = content;
    if (typeof key !== 'string' || !this.#subscribed.get(service)?.has(key)) return null;
    const symbol = houseSymbol(key);
    return symbol === null ? null : { key, symbol };
  }

  #hearQuote(service: LevelOne, content: Fields): void {
    const found = this.#symbolOf(service, content);
    if (found === null) return;
    this.dataAt = performance.now();
    const { key, symbol } = found;
    const entry = this.#entries.get(key) ?? { symbol, known: {}, isHalted: false };
    this.#entries.set(key, entry);
    mergeUpdate(entry.known, service, content);
    const parties = this.#partiesOf(service, key);
    const halt = knownHalt(service, entry.known);
    if (halt !== null && halt.isHalted !== entry.isHalted) {
      entry.isHalted = halt.isHalted;
      for (const { market } of parties) market?.halted?.(symbol, halt.isHalted, halt.status);
    }
    this.#show(entry, service, parties);
  }

  #partiesOf(service: Service, key: string): Party[] {
    return [...this.#parties].filter(({ wants }) => wants.get(service)?.has(key));
  }

  /** Shows what is known of a symbol; while it is halted there is no price (F045). */
  #show(entry: Entry | undefined, service: LevelOne, parties: readonly Party[]): void {
    if (entry === undefined || entry.isHalted) return;
    const quote = knownQuote(entry.symbol, service, entry.known, this.#now());
    if (quote === null) return;
    for (const { market } of parties) market?.quote?.(quote);
  }

  #hearMinute(content: Fields): void {
    const found = this.#symbolOf('CHART_EQUITY', content);
    const row = found && chartRow(found.symbol, content, this.#now());
    if (found === null || row === null || row.at <= (this.#minutes.get(found.key) ?? 0)) return;
    this.#minutes.set(found.key, row.at);
    for (const { market } of this.#partiesOf('CHART_EQUITY', found.key)) market?.bar?.(row, '1m');
  }
}

function wantedBy(parties: readonly Party[]): Map<Service, Set<string>> {
  // Services that nobody wants any more are there too, so that they are given up.
  const wanted = new Map<Service, Set<string>>([
    ['LEVELONE_EQUITIES', new Set()],
    ['LEVELONE_OPTIONS', new Set()],
    ['CHART_EQUITY', new Set()],
    ['ACCT_ACTIVITY', new Set()],
  ]);
  for (const { wants } of parties) {
    for (const [service, keys] of wants) {
      for (const key of keys) wanted.get(service)?.add(key);
    }
  }
  return wanted;
}
