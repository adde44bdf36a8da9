import type { Instant, Price } from '../../src/base/index.ts';
import type { Feed, MarketSeen } from '../../src/engine/index.ts';
import { type BarRow, nthSessionBefore, type Session } from '../../src/market/index.ts';
import type { HostileMarket, HostileQuote, Split } from '../../src/sim/hostile/index.ts';
import type { Timeline } from './timeline.ts';

const WIDE_SHARE = 0.2; // of the price: a spread beyond it is no quote

/** The market of a world and the daily bars that it left so far, by series. */
export class WorldMarket {
  readonly market: HostileMarket;
  readonly symbols: readonly string[];
  readonly bars: BarRow[][];
  session: Session | null = null;

  constructor(market: HostileMarket, symbols: readonly string[]) {
    this.market = market;
    this.symbols = symbols;
    this.bars = symbols.map(() => []);
  }

  /** Plays the sessions before `first`, as history. */
  history(first: Session, count: number): void {
    for (let n = count; n > 0; n--) {
      this.startDay(nthSessionBefore(first.day, n));
      this.endDay();
    }
  }

  startDay(session: Session): Split[] {
    this.session = session;
    return this.market.startDay(session);
  }

  endDay(): void {
    const { close } = this.session as Session;
    this.symbols.forEach((symbol, s) => this.bars[s]?.push(this.rowAt(symbol, close)));
  }

  rowAt(symbol: string, at: Instant): BarRow {
    const { end, ...bar } = this.market.bar(symbol, at);
    return { ...bar, at: end };
  }
}

/** The feed of one life: completed bars come with the close, quotes when asked. */
export class WorldFeed implements Feed {
  readonly lastDay = Number.POSITIVE_INFINITY;
  readonly #world: WorldMarket;
  readonly #timeline: Timeline;

  constructor(world: WorldMarket, timeline: Timeline) {
    this.#world = world;
    this.#timeline = timeline;
  }

  completed(folded: Float64Array): readonly BarRow[] {
    const rows: BarRow[] = [];
    this.#world.bars.forEach((bars, s) => {
      for (const row of bars) if (row.at > (folded[s] as number)) rows.push(row);
    });
    return rows.sort((a, b) => a.at - b.at);
  }

  async observe(symbols: readonly string[]): Promise<MarketSeen> {
    const at = this.#timeline.now;
    const { market, session } = this.#world;
    const isOpen = session !== null && at > session.open && at < session.close;
    const bars = isOpen ? symbols.map((symbol) => this.#world.rowAt(symbol, at)) : [];
    return { bars, quotes: symbols.map((symbol) => quoteOf(market.quote(symbol, at))) };
  }

  mark(symbol: string, at: Instant): Price | undefined {
    return this.#world.market.price(symbol, at);
  }

  nextBar(): Instant | undefined {
    return undefined;
  }
}

/** A quote as an adapter takes it in: crossed, empty and absurdly wide ones are none. */
function quoteOf({ symbol, at, bid, ask, last }: HostileQuote): MarketSeen['quotes'][number] {
  const sane =
    bid !== null && ask !== null && last !== null && bid > 0 && ask > bid && last > 0 &&
    ask - bid <= last * WIDE_SHARE; // prettier-ignore
  return { symbol, at, price: sane ? (last as Price) : null };
}
