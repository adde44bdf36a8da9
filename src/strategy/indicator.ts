/** Everything an indicator remembers, as JSON: equal states have equal texts. NaN is null. */
export type Saved = readonly (number | null)[];

/**
 * A streaming indicator. `update` takes the next input; `replace` takes back the latest input and
 * takes `input` in its place, to the same state as if it had been the first choice; both return the
 * new value. NaN (or NaN fields) until warm.
 */
export interface Indicator<Input, Value> {
  readonly value: Value;
  readonly ready: boolean;
  update(input: Input): Value;
  replace(input: Input): Value;
  snapshot(): Saved;
  restore(saved: Saved): void;
}

/** What bar indicators read; a `BarView` fits. Dollars and shares. */
export interface Ohlcv {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}
