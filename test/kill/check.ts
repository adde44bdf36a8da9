import { join } from 'node:path';
import { readJournal } from '../../src/adapters/journal/index.ts';
import { formatMoney, type Money } from '../../src/base/index.ts';
import type { FillRecord, StartInput } from '../../src/engine/index.ts';
import type { Intent } from '../../src/orders/index.ts';
import type { BrokerProcess, Listed } from './broker-process.ts';
import { told } from './life.ts';

/** What a run came to, as the program prints it. */
export interface Outcome {
  readonly digest: string;
  readonly finalEquity: string;
  readonly state: {
    readonly cash: string;
    readonly positions: Readonly<Record<string, number>>;
  };
}

/** A run that is over: what the program said, and what the broker has. */
export interface Run {
  readonly folder: string;
  readonly outcome: Outcome;
  readonly orders: readonly Listed[];
  readonly account: Awaited<ReturnType<BrokerProcess['account']>>;
}

/** The intent that an order at the broker is of: its id without the life that sent it. */
export const intentOf = ({ clientOrderId }: Listed): string =>
  clientOrderId.replace(/^pl-[0-9a-f]+-e\d+-/, '');

const repeated = (all: readonly string[]): string[] =>
  all.filter((one, i) => all.indexOf(one) !== i);

/** Intents of which the broker has more than one order (invariants 2, 4). */
export const doubles = (orders: readonly Listed[]): string[] => repeated(orders.map(intentOf));

/** What is wrong with a run that was killed again and again, against one that was not. */
export async function violations(killed: Run, whole: Run): Promise<string[]> {
  const wrong: string[] = [];
  const same = (what: string, found: unknown, wanted: unknown): void => {
    const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (a !== b) wrong.push(`${what}: ${cut(a)} in place of ${cut(b)}`);
  };
  const { outcome, orders, account, folder } = killed;
  same('outcome (invariant 27)', outcome, whole.outcome);
  same('two orders of one intent (invariant 2)', doubles(orders), []);
  same('orders at the broker', terms(orders), terms(whole.orders));
  same('positions (invariant 10)', sorted(outcome.state.positions), sorted(account.positions));
  same('cash (invariant 11)', outcome.state.cash, formatMoney(account.cash as Money));
  const { submits, fills, epochs } = recordsOf(folder);
  const sent = new Set(submits.map(({ clientOrderId }) => clientOrderId as string));
  const strange = orders.filter(({ clientOrderId }) => !sent.has(clientOrderId));
  same('orders that nobody meant (invariant 5)', strange, []);
  const ids = [...sent].map((clientOrderId) => intentOf({ clientOrderId } as Listed));
  same('two ids of one intent (invariant 4)', repeated(ids), []);
  same('fills in the ledger (invariants 8, 9)', sorted(sums(fills)), sorted(filled(orders)));
  same(
    'epochs (invariant 26)',
    epochs,
    Array.from({ length: epochs.length }, (_, i) => i + 1),
  );
  return [...wrong, ...(await proofs(folder))];
}

/** What the program itself finds wrong with its journal. */
async function proofs(folder: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const args of [['journal', 'verify'], ['replay']]) {
    try {
      const { ok } = await told<{ ok: boolean }>([...args, folder, '--json']);
      if (!ok) wrong.push(`${args.join(' ')} says no`);
    } catch (error) {
      wrong.push(String(error));
    }
  }
  return wrong;
}

const cut = (text: string): string => (text.length > 400 ? `${text.slice(0, 400)} ...` : text);

const sorted = (record: Readonly<Record<string, number>>) =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

const terms = (orders: readonly Listed[]) =>
  orders
    .map(
      (one) =>
        `${intentOf(one)} ${one.side} ${one.quantity} ${one.symbol} ${one.status} ${one.filled}`,
    )
    .sort();

function filled(orders: readonly Listed[]): Record<string, number> {
  const all = orders.filter((one) => one.filled > 0);
  return Object.fromEntries(all.map((one) => [intentOf(one), one.filled]));
}

function sums(fills: readonly FillRecord[]): Record<string, number> {
  const by: Record<string, number> = {};
  for (const { order, quantity } of fills) by[order] = (by[order] ?? 0) + quantity;
  return by;
}

function recordsOf(folder: string) {
  const reader = readJournal(join(folder, 'journal/plimsoll.db'));
  const submits: Intent[] = [];
  const fills: FillRecord[] = [];
  const epochs: number[] = [];
  for (const { body } of reader.ofKind('effect')) {
    const effect = body as { kind: string; intent: Intent; record: FillRecord };
    if (effect.kind === 'submit') submits.push(effect.intent);
    if (effect.kind === 'fill') fills.push(effect.record);
  }
  for (const { body } of reader.ofKind('input')) {
    const input = body as StartInput;
    if (input.kind === 'start') epochs.push(input.epoch);
  }
  reader.close();
  return { submits, fills, epochs };
}
