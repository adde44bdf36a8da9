import { join } from 'node:path';
import { readJournal, verifyJournal } from '../../src/adapters/journal/index.ts';
import type { Money } from '../../src/base/index.ts';
import { recordedRun } from '../../src/apps/recorded-run.ts';
import {
  accountCash,
  accountPositions,
  type DecisionRecord,
  type Effect,
  type FillRecord,
  foldRecords,
  isReconciled,
  type Question,
  type Setup,
  type State,
} from '../../src/engine/index.ts';
import { type Intent, signOf } from '../../src/orders/index.ts';
import { replayRun } from '../../src/proof/index.ts';
import { isAtLeast } from '../../src/risk/index.ts';

export type Alert = Extract<Effect, { kind: 'alert' }>;

/** What the journal of a run tells, and what proving it found. */
export interface History {
  readonly setup: Setup;
  readonly intents: ReadonlyMap<string, Intent>;
  readonly fills: readonly FillRecord[];
  readonly decisions: readonly DecisionRecord[];
  readonly alerts: readonly Alert[];
  readonly lives: number;
  /** Time of the market from each start to a reconciled account; null: never in that life. */
  readonly recoveriesMs: readonly (number | null)[];
  /** Orders that add risk and were asked for under a halt. */
  readonly whileHalted: readonly string[];
  readonly cash: Money;
  readonly positions: Readonly<Record<string, number>>;
  readonly questions: readonly Question[];
  readonly live: readonly string[];
  readonly halt: string;
  /** What verifying and replaying found wrong. */
  readonly wrong: readonly string[];
}

/** Reads and proves the journal of the desk in `folder`. */
export async function historyOf(folder: string): Promise<History> {
  const { setup } = await recordedRun(folder);
  const path = join(folder, 'journal/plimsoll.db');
  const told = new Told();
  const reader = readJournal(path);
  try {
    const state = foldRecords(setup, reader.read(0), undefined, (input, effects, _, now) => {
      if (input.kind === 'start') told.starts(input.at);
      told.takes(effects, now);
      if (isReconciled(now)) told.reconciles(now.at);
    });
    return {
      ...told.found(),
      setup,
      cash: accountCash(state),
      positions: accountPositions(state),
      questions: state.reconcile.questions,
      live: [...state.orders.live.values()].map(({ intent, status }) => `${intent.id} ${status}`),
      halt: state.halt,
      wrong: proofs(setup, path),
    };
  } finally {
    reader.close();
  }
}

/** Verification and replay of a whole journal (invariants 27, 29). */
function proofs(setup: Setup, path: string): string[] {
  const wrong: string[] = [];
  const verdict = verifyJournal(path);
  if (!verdict.ok) wrong.push(`the journal does not verify: ${JSON.stringify(verdict)}`);
  const reader = readJournal(path);
  const { difference } = replayRun(setup, reader.read(0), null);
  reader.close();
  if (difference !== null) wrong.push(`replay differs: ${JSON.stringify(difference)}`);
  return wrong;
}

/** Gathers what a fold tells. */
class Told {
  readonly #intents = new Map<string, Intent>();
  readonly #fills: FillRecord[] = [];
  readonly #decisions: DecisionRecord[] = [];
  readonly #alerts: Alert[] = [];
  readonly #whileHalted: string[] = [];
  readonly #recoveriesMs: (number | null)[] = [];
  #startedAt = 0;
  #halt: State['halt'] = 'NONE';

  starts(at: number): void {
    this.#startedAt = at;
    this.#recoveriesMs.push(null);
  }

  reconciles(at: number): void {
    const last = this.#recoveriesMs.length - 1;
    this.#recoveriesMs[last] ??= at - this.#startedAt;
  }

  takes(effects: readonly Effect[], state: State): void {
    for (const effect of effects) {
      if (effect.kind === 'fill') this.#fills.push(effect.record);
      if (effect.kind === 'decision') this.#decisions.push(effect.record);
      if (effect.kind === 'alert') this.#alerts.push(effect);
      if (effect.kind === 'submit') this.#asks(effect.intent, state);
    }
    this.#halt = state.halt;
  }

  #asks(intent: Intent, state: State): void {
    this.#intents.set(intent.clientOrderId, intent);
    if (!isAtLeast(this.#halt, 'NO_NEW_RISK')) return;
    const held = accountPositions(state)[intent.symbol] ?? 0;
    const left = held + signOf(intent.side) * intent.quantity;
    // What only shrinks a position may leave, short of a halt that lets nothing out.
    const shrinks = Math.abs(left) < Math.abs(held) && left * held >= 0;
    if (shrinks && this.#halt === 'NO_NEW_RISK') return;
    this.#whileHalted.push(`${intent.id} (${intent.side} ${intent.quantity}, held ${held})`);
  }

  found() {
    return {
      intents: this.#intents,
      fills: this.#fills,
      decisions: this.#decisions,
      alerts: this.#alerts,
      lives: this.#recoveriesMs.length,
      recoveriesMs: this.#recoveriesMs,
      whileHalted: this.#whileHalted,
    };
  }
}
