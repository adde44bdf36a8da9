import { DAY_MS, type DateText, dateOfDay, type Instant, money } from '../base/index.ts';
import { BarCursor, type Bars } from '../market/index.ts';
import {
  type BookView,
  type Decision,
  type Facts,
  type SavedSeries,
  type Strategy,
  type StrategyDefinition,
  ToolBox,
  type Weights,
} from '../strategy/index.ts';

export interface Played {
  readonly at: Instant;
  readonly date: DateText;
  readonly decision: Decision;
  readonly facts: Facts;
}

export interface Book {
  equity?: number;
  lastTargets?: Weights;
  averageCost?: BookView['averageCost'];
}

/** A book of 100,000 dollars in cash, unless `book` says otherwise. */
export function viewAt(at: Instant, book: Book = {}): BookView {
  const equity = money((book.equity ?? 100_000) * 1_000_000);
  return {
    at,
    date: dateOfDay(Math.floor(at / DAY_MS)),
    cash: equity,
    equity,
    held: () => 0,
    pending: () => 0,
    mark: () => undefined,
    averageCost: book.averageCost ?? (() => undefined),
    lastTargets: book.lastTargets ?? {},
  };
}

/** One running strategy with its keepsakes; what it wants is carried out at once, as it is. */
export class Player {
  readonly tools = new ToolBox();
  readonly strategy: Strategy;
  readonly trigger: string;
  readonly book: Book;

  constructor(definition: StrategyDefinition, params: unknown = {}, book: Book = {}) {
    const parsed = definition.params.parse(params);
    this.strategy = definition.create(parsed, this.tools);
    const trigger = definition.subscriptions(parsed).find((series) => series.trigger === true);
    this.trigger = trigger?.symbol ?? '';
    this.book = { ...book };
  }

  decide(at: Instant): Played {
    const decision = this.strategy.decide(viewAt(at, this.book));
    if (decision.action === 'rebalance') this.book.lastTargets = decision.targets;
    return { at, date: dateOfDay(Math.floor(at / DAY_MS)), decision, facts: this.strategy.facts() };
  }

  /** All bars of one series, without a decision. */
  fold(bars: Bars): void {
    const cursor = new BarCursor(bars);
    for (cursor.index = 0; cursor.index < bars.length; cursor.index += 1) {
      this.strategy.onBar(cursor);
    }
  }

  /** All bars in the order of time, series in the order given; a decision after the trigger's. */
  play(series: readonly Bars[], from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY) {
    const played: Played[] = [];
    for (const { at, cursors } of instants(series)) {
      if (at < from || at > to) continue;
      for (const cursor of cursors) this.strategy.onBar(cursor);
      if (cursors.some((cursor) => cursor.symbol === this.trigger)) played.push(this.decide(at));
    }
    return played;
  }

  save(): Kept {
    return {
      series: this.tools.saveSeries(),
      memory: this.tools.saveMemory(),
      book: structuredClone({ lastTargets: this.book.lastTargets ?? {} }),
    };
  }

  restore(saved: Kept): void {
    this.tools.restoreSeries(saved.series);
    this.tools.restoreMemory(saved.memory);
    Object.assign(this.book, structuredClone(saved.book));
  }
}

export interface Kept {
  readonly series: SavedSeries;
  readonly memory: ReturnType<ToolBox['saveMemory']>;
  readonly book: Book;
}

/** The bars of each instant together, oldest first. */
function* instants(series: readonly Bars[]) {
  const cursors = series.map((bars) => new BarCursor(bars));
  const next = series.map(() => 0);
  for (;;) {
    const ends = series.map((bars, i) => bars.end[next[i] as number] ?? Number.POSITIVE_INFINITY);
    const at = Math.min(...ends);
    if (at === Number.POSITIVE_INFINITY) return;
    const due = cursors.filter((_, i) => ends[i] === at);
    for (const cursor of due) {
      const i = cursors.indexOf(cursor);
      cursor.index = next[i] as number;
      next[i] = cursor.index + 1;
    }
    yield { at: at as Instant, cursors: due };
  }
}
