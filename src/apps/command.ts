import { openJournal } from '../adapters/journal/index.ts';
import { type ControlRequest, releaseHaltLatch, takeOwnership } from '../adapters/system/index.ts';
import { BadInput, type Instant, type Money, unreachable } from '../base/index.ts';
import {
  type Command,
  type CommandInput,
  type Effect,
  entriesOf,
  foldRecords,
  saveState,
  type State,
  step,
  usable,
} from '../engine/index.ts';
import type { ClientOrderId } from '../orders/index.ts';
import { type ControlView, controlView } from './control-view.ts';
import { recordedRun } from './recorded-run.ts';
import { accountsOf, journalPath } from './journal-at.ts';

/** A request that asks for something. */
export type DeskRequest = Exclude<ControlRequest, { kind: 'status' }>;

/** The command that a request is, its book found by name. Throws `BadInput` for an unknown book. */
export function commandOf(request: DeskRequest, books: readonly string[]): Command {
  const { by } = request;
  switch (request.kind) {
    case 'halt':
      return { command: 'halt', by, level: request.level, reason: request.reason };
    case 'resume':
      return { command: 'resume', by, reason: request.reason };
    case 'resumeBook':
      return {
        command: 'resumeBook',
        by,
        book: bookIndex(books, request.book),
        reason: request.reason,
      };
    case 'cancel':
      return { command: 'cancel', by, order: request.order as ClientOrderId };
    case 'flatten':
      return { command: 'flatten', by, reason: request.reason };
    case 'approve': {
      const { request: id, scope, hash } = request;
      return { command: 'approve', by, request: id, scope, hash };
    }
    case 'reject': {
      const { request: id, scope, reason } = request;
      return { command: 'reject', by, request: id, scope, reason };
    }
    case 'budget': {
      const { class: orderClass, amount, until } = request;
      const book = bookIndex(books, request.book);
      const limits = { amount: amount as Money, until: until as Instant };
      return { command: 'budget', by, book, class: orderClass, ...limits };
    }
    case 'answer': {
      const { question, choice } = request;
      const book = request.book === null ? null : bookIndex(books, request.book);
      return { command: 'answer', by, question, choice, book };
    }
    default:
      return unreachable(request);
  }
}

function bookIndex(books: readonly string[], name: string): number {
  const index = books.indexOf(name);
  if (index < 0) throw new BadInput(`Book "${name}": wanted one of ${books.join(', ')}`);
  return index;
}

/** What a command came to. */
export interface Carried {
  readonly view: ControlView;
  /** What the engine told while it took the command, a sentence each. */
  readonly told: readonly string[];
  /** Why nothing came of it, or null. */
  readonly refused: string | null;
}

/** What became of a request: the state after it says so, and the alerts say why. */
export function carried(
  request: DeskRequest,
  state: State,
  { view, effects }: { view: ControlView; effects: readonly Effect[] },
): Carried {
  const told = effects.flatMap((effect) => (effect.kind === 'alert' ? [effect.text] : []));
  const why = told.at(-1) ?? 'nothing came of it';
  return { view, told, refused: isRefused(request, state, effects) ? why : null };
}

function isRefused(request: DeskRequest, state: State, effects: readonly Effect[]): boolean {
  switch (request.kind) {
    case 'approve':
    case 'reject': {
      const wanted = request.kind === 'approve' ? 'approved' : 'rejected';
      const ended = state.approvals.ended.findLast(({ id }) => id === request.request);
      return ended?.outcome !== wanted;
    }
    case 'answer':
      return effects.some((one) => one.kind === 'alert' && one.code === 'answerRefused');
    case 'budget':
      return effects.some((one) => one.kind === 'alert' && one.code === 'budgetRefused');
    case 'cancel':
      return !effects.some((one) => one.kind === 'cancel');
    default:
      return false;
  }
}

/**
 * Gives a request to a desk that no process runs: takes it over, folds its journal, and writes the
 * command with what it does. Nothing is sent. A resume takes the halt latch away first.
 * Throws `OwnedElsewhere` while a process runs it, `BadInput` for an unknown book.
 */
export async function commandDesk(folder: string, request: DeskRequest): Promise<Carried> {
  const { setup, start } = await recordedRun(folder);
  const { journal: account, owned } = accountsOf(start, setup.desk, folder);
  const ownership = await takeOwnership(folder, owned);
  try {
    const names = setup.books.map((book) => book.name);
    const command = commandOf(request, names);
    if (request.kind === 'resume') releaseHaltLatch(folder);
    const journal = openJournal(journalPath(folder), { account });
    try {
      const snapshot = usable(journal.latestSnapshot());
      const state = foldRecords(setup, journal.read(snapshot?.seq ?? 0), snapshot);
      const input = { ...command, kind: 'command', at: state.at } as CommandInput;
      const effects = step(setup, state, input);
      journal.append(entriesOf(input, effects));
      journal.saveSnapshot(journal.head().seq, saveState(state));
      const view = controlView(setup, state, start.stage);
      return carried(request, state, { view, effects });
    } finally {
      journal.close();
    }
  } finally {
    await ownership.release();
  }
}
