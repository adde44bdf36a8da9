import type { Instant } from '../base/index.ts';
import {
  type Effect,
  entriesOf,
  type Entry,
  type Input,
  type Journal,
  KINDS,
  saveState,
  type Segment,
  type Setup,
  type State,
  step,
} from '../engine/index.ts';
import { RowView } from '../market/index.ts';

const SEGMENT_MAX = 2_000; // ticks in one record
const SNAPSHOT_EVERY = 2_000; // records between snapshots

/** Told of everything, after it is on the disk; ticks that asked for nothing a group later. */
export interface Observer {
  taken(input: Input, effects: readonly Effect[], state: State): void;
}

/**
 * Takes inputs into the state, and puts them on the disk with all they ask for, before anything.
 */
export class Recorder {
  readonly #setup: Setup;
  readonly #state: State;
  readonly #journal: Journal;
  readonly #observer: Observer;
  #segment: { series: number; symbol: string; rows: (number | null)[][] } | null = null;
  #sinceSnapshot = 0;

  constructor(setup: Setup, state: State, journal: Journal, observer: Observer) {
    this.#setup = setup;
    this.#state = state;
    this.#journal = journal;
    this.#observer = observer;
  }

  /** One durable group; what the inputs ask for, in order, is to be done now. */
  take(inputs: readonly Input[]): readonly Effect[] {
    const taken = inputs.map((input) => [input, step(this.#setup, this.#state, input)] as const);
    this.#append([
      ...this.#segmentEntries(),
      ...taken.flatMap(([input, effects]) => entriesOf(input, effects)),
    ]);
    for (const [input, effects] of taken) this.#observer.taken(input, effects, this.#state);
    return taken.length === 1 ? (taken[0]?.[1] ?? []) : taken.flatMap(([, effects]) => effects);
  }

  /** As `take`, for one bar of one series: while nothing is asked, ticks wait for their group. */
  takeTick(input: Input): readonly Effect[] {
    const effects = step(this.#setup, this.#state, input);
    if (effects.length > 0 || !this.#buffer(input)) {
      this.#append([...this.#segmentEntries(), ...entriesOf(input, effects)]);
    }
    this.#observer.taken(input, effects, this.#state);
    return effects;
  }

  #buffer(input: Input): boolean {
    if (input.kind !== 'bars' || input.bars.length !== 1) return false;
    const [bar] = input.bars;
    const [series] = input.series;
    if (!(bar instanceof RowView) || series === undefined) return false;
    // A segment keeps rows alone: what is taken late, or only folded, stands by itself.
    if (input.decide !== 'every-bar' || input.at !== bar.row.at) return false;
    if (this.#segment !== null && this.#segment.series !== series) this.flush();
    this.#segment ??= { series, symbol: bar.symbol, rows: [] };
    const { at, day, open, high, low, close, volume } = bar.row;
    this.#segment.rows.push([at, day, open, high, low, close, volume]);
    if (this.#segment.rows.length >= SEGMENT_MAX) this.flush();
    return true;
  }

  #segmentEntries(): Entry[] {
    const segment = this.#segment;
    if (segment === null) return [];
    this.#segment = null;
    const at = (segment.rows.at(-1)?.[0] ?? 0) as Instant;
    return [{ at, kind: KINDS.segment, body: segment satisfies Segment }];
  }

  #append(entries: readonly Entry[]): void {
    if (entries.length > 0) this.#journal.append(entries);
    this.#sinceSnapshot += entries.length;
  }

  /** Puts ticks that wait on the disk. */
  flush(): void {
    this.#append(this.#segmentEntries());
  }

  /** Keeps the state as it is now, when enough came since the last time, or `always`. */
  snapshot(always: boolean): void {
    if (!always && this.#sinceSnapshot < SNAPSHOT_EVERY) return;
    this.flush();
    this.#sinceSnapshot = 0;
    this.#journal.saveSnapshot(this.#journal.head().seq, saveState(this.#state));
  }
}
