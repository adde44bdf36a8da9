import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadInput } from '../../base/index.ts';
import type { ControlView } from '../control-view.ts';
import { EXIT } from './exit.ts';
import { note, say } from './print.ts';
import {
  conclude,
  deskFolder,
  headOf,
  type PersonOptions,
  seeDesk,
  tellDesk,
  timeoutMs,
  type Told,
  who,
} from './tell.ts';

export interface FlattenOptions extends PersonOptions {
  readonly reason: string;
  readonly confirm?: boolean;
}

type Seen = Extract<Told, { ok: true }>;

const LOOK_AGAIN_MS = 200;
const TYPED_LENGTH = 4;

/**
 * `plimsoll flatten`: the emergency exit, after everything it concerns was shown and the account's
 * last characters were typed. Asked again while one is under way it only follows that one (F086).
 */
export async function flatten(desk: string, options: FlattenOptions): Promise<number> {
  const waitMs = timeoutMs(options);
  const folder = deskFolder(desk);
  const seen = await shown(folder, waitMs, options);
  if (seen !== null && !seen.ok) return conclude(seen, options, []);
  if (options.confirm !== true && (seen === null || !(await isTyped(seen.view)))) {
    note('plimsoll: not confirmed; nothing was done');
    return EXIT.refused;
  }
  const request = { kind: 'flatten', by: who(options), reason: options.reason } as const;
  const told = await tellDesk(folder, request, { waitMs, atRest: false });
  if (!told.ok && told.exit === EXIT.notRunning) return exitHere(folder, request, options);
  if (!told.ok) return conclude(told, options, []);
  return follow(folder, told, { options, until: performance.now() + waitMs });
}

/**
 * Shows what the exit concerns. Null where a desk at rest cannot be shown, because a strategy or
 * the journal is broken: an exit that was confirmed goes on all the same, any other throws.
 */
async function shown(
  folder: string,
  waitMs: number,
  options: FlattenOptions,
): Promise<Told | null> {
  try {
    const seen = await seeDesk(folder, waitMs);
    if (seen.ok && !options.json) for (const line of scope(seen)) say(line);
    return seen;
  } catch (error) {
    if (options.confirm !== true) throw error;
    const why = error instanceof Error ? error.message : String(error);
    note(`plimsoll: the desk cannot be shown: ${why}`);
    return null;
  }
}

/** Account, stage, what will happen, to what, and what it costs. */
function scope({ view, via }: Seen): string[] {
  const { positions, live, closingCost, exit } = view;
  const cost = closingCost === null ? 'not known: a price is missing' : `about $${closingCost}`;
  const rows = positions.map(({ symbol, quantity, notional }) => {
    const side = quantity > 0 ? 'sell' : 'buy';
    const worth = notional === null ? 'price not known' : `$${notional}`;
    return `  ${side} ${Math.abs(quantity)} ${symbol} (${worth})`;
  });
  const under = exit !== null && !exit.over ? ['An exit is under way: this only follows it'] : [];
  return [
    headOf(view, via),
    ...under,
    'The emergency exit halts new risk, cancels every order, and closes at market, in every book,',
    'what the broker reports then. It stays halted until a named person resumes.',
    `Orders to cancel: ${live.length}`,
    ...live.map((line) => `  ${line}`),
    `Positions to close, by the journal: ${positions.length === 0 ? 'none' : ''}`.trimEnd(),
    ...rows,
    `Fees and slippage of closing them: ${cost}`,
  ];
}

async function isTyped({ account }: ControlView): Promise<boolean> {
  const wanted = account.slice(-TYPED_LENGTH);
  if (!process.stdin.isTTY) {
    throw new BadInput('Nobody can be asked here: wanted --confirm to close everything');
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const question = `Type the last ${wanted.length} characters of the account to go on: `;
    return (await prompt.question(question)).trim() === wanted;
  } finally {
    prompt.close();
  }
}

/** No process runs the desk: this one carries the exit out, to its end. */
async function exitHere(
  folder: string,
  { by, reason }: { readonly by: string; readonly reason: string },
  options: FlattenOptions,
): Promise<number> {
  const { exitAtRest } = await import('../exit-at-rest.ts');
  const { view, without } = await exitAtRest(folder, { by, reason });
  if (without !== null) note(`plimsoll: by the broker's figures alone: ${without}`);
  return concludeExit({ ok: true, via: 'journal', view, told: [] }, options);
}

/** Looks on until the exit is over or the time is. */
async function follow(
  folder: string,
  told: Seen,
  { options, until }: { options: FlattenOptions; until: number },
): Promise<number> {
  let last: Told = told;
  while (last.ok && last.view.exit?.over === false && performance.now() < until) {
    await sleep(LOOK_AGAIN_MS);
    last = await seeDesk(folder, Math.max(1, until - performance.now()));
  }
  return concludeExit(last, options);
}

function concludeExit(last: Told, options: FlattenOptions): number {
  const exit = last.ok ? last.view.exit : null;
  const result = exit?.over ? exit.outcome : null;
  const proof = result === 'flat' ? 'Flat, as the broker reports it' : 'NOT PROVEN FLAT';
  const code = conclude(last, options, [...(exit?.lines ?? []), proof]);
  if (code !== EXIT.ok) return code;
  if (exit?.over !== true) return EXIT.timeout;
  return result === 'flat' ? EXIT.ok : EXIT.failed;
}
