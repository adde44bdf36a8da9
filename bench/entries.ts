import { KINDS } from '../src/engine/index.ts';
import { type Effect, encodeInput, type Entry, type Input } from '../src/engine/index.ts';

/** What the runner journals for one step: the input, then its effects, as one group. */
export function entriesOf(input: Input, effects: readonly Effect[]): Entry[] {
  const { at } = input;
  const told = effects.map((effect): Entry => ({ at, kind: KINDS.effect, body: effect }));
  return [{ at, kind: KINDS.input, body: encodeInput(input) }, ...told];
}
