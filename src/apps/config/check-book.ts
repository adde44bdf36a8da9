import { canonical } from '../../base/index.ts';
import { parseSlot } from '../../market/index.ts';
import type { StrategyDefinition } from '../../strategy/index.ts';
import { type Checking, keysAt, refuse, valueAt } from './check.ts';
import { timeframeOf } from './check-data.ts';
import { slotProblem } from './field.ts';
import type { BookOrigin, StrategyReference } from './desk.ts';
import { errorsOf, isFilled, unknownKey } from './issue.ts';
import { nearest } from './nearest.ts';
import { type KeyPath, keyText, nodeAt } from './node.ts';
import { strayKeys } from './shape.ts';

/** Where strategies come from. */
export interface Strategies {
  readonly builtIn: readonly StrategyDefinition[];
  /**
   * The definition a file holds, undefined where it holds none. Left out: files are not looked at,
   * and the parameters of their books stay unchecked.
   */
  readonly ofFile?: ((file: string) => StrategyDefinition | undefined) | undefined;
}

/** Rules of one book; what it acts on, undefined where that is refused. */
export function checkBook(
  checking: Checking,
  index: number,
  strategies: Strategies,
): BookOrigin | undefined {
  const path = ['books', index];
  if (!isMap(valueAt(checking.plain, path))) return undefined;
  checkSlot(checking, path);
  const signals = valueAt(checking.plain, [...path, 'signals']);
  const reference = referenceOf(valueAt(checking.plain, [...path, 'strategy']));
  const hasStrategy = valueAt(checking.plain, [...path, 'strategy']) !== undefined;
  if (hasStrategy === (signals !== undefined)) {
    const found = hasStrategy ? 'both' : 'neither';
    refuse(checking, path, { found, wanted: 'either "strategy" or "signals"' });
    return undefined;
  }
  if (typeof signals === 'string') {
    const hasParams = keysAt(checking.plain, [...path, 'params']).length > 0;
    if (hasParams) refuse(checking, [...path, 'params'], { wanted: 'none beside "signals"' });
    return { kind: 'signals', file: signals };
  }
  if (valueAt(checking.plain, [...path, 'signal_filters']) !== undefined) {
    refuse(checking, [...path, 'signal_filters'], { wanted: 'none beside "strategy"' });
  }
  return reference && originOf(checking, path, reference, strategies);
}

const isMap = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function referenceOf(strategy: unknown): StrategyReference | undefined {
  if (typeof strategy === 'string') return { kind: 'built-in', name: strategy };
  const file = valueAt(strategy, ['file']);
  return typeof file === 'string' && file !== '' ? { kind: 'file', file } : undefined;
}

/** Between the fence and the close every order would be refused; the close itself is allowed. */
function checkSlot(checking: Checking, path: KeyPath): void {
  const schedule = valueAt(checking.plain, [...path, 'schedule']);
  const fence = valueAt(checking.plain, ['execution', 'fence_seconds']) ?? 30;
  if (typeof schedule !== 'string' || slotProblem(schedule) || typeof fence !== 'number') return;
  const slot = parseSlot(schedule);
  if (slot.kind === 'every-bar' || slot.anchor === 'open' || slot.offsetMs === 0) return;
  if (-slot.offsetMs > fence * 1_000) return;
  const wanted = `a time more than "fence_seconds" (${fence}) before the close`;
  refuse(checking, [...path, 'schedule'], { wanted });
}

function originOf(
  checking: Checking,
  path: KeyPath,
  strategy: StrategyReference,
  strategies: Strategies,
): BookOrigin | undefined {
  const params = valueAt(checking.plain, [...path, 'params']) ?? {};
  if (strategy.kind === 'file' && !strategies.ofFile) {
    return { kind: 'strategy', strategy, params, checked: false };
  }
  const definition =
    strategy.kind === 'file'
      ? strategies.ofFile?.(strategy.file)
      : strategies.builtIn.find((one) => one.name === strategy.name);
  if (definition && !isMap(params)) return undefined;
  if (!definition) {
    refuseStrategy(checking, [...path, 'strategy'], strategy, strategies);
    return undefined;
  }
  const checked = checkParams(checking, path, definition, params);
  if (!checked) return undefined;
  checkCoverage(checking, path, definition, checked.params);
  return { kind: 'strategy', strategy, params: checked.params, checked: true };
}

function refuseStrategy(
  checking: Checking,
  path: KeyPath,
  strategy: StrategyReference,
  { builtIn }: Strategies,
): void {
  if (strategy.kind === 'file') {
    const wanted = 'a file that exports a strategy made by defineStrategy';
    refuse(checking, [...path, 'file'], { wanted });
    return;
  }
  const names = builtIn.map((definition) => definition.name);
  const file = /^(?:file:)?\s*(\S+\.[jt]s)$/.exec(strategy.name)?.[1];
  const suggestion = file === undefined ? nearest(strategy.name, names) : `{ file: ${file} }`;
  const wanted = `one of ${names.join(', ')}, or { file: strategies/my-own.ts }`;
  refuse(checking, path, { wanted, suggestion });
}

/** The parameters as the strategy's own schema gives them; undefined after an error. */
function checkParams(
  checking: Checking,
  book: KeyPath,
  { params: schema }: StrategyDefinition,
  params: unknown,
): { params: unknown } | undefined {
  const { root, errors, redact, holes } = checking;
  const base = [...book, 'params'];
  if ([...holes].some((key) => key.startsWith(`${keyText(base)}.`))) return undefined;
  const before = errors.length;
  try {
    for (const { path, known } of strayKeys(schema, params)) {
      errors.push(unknownKey(root, [...base, ...path], known));
    }
    const parsed = schema.safeParse(params);
    if (!parsed.success)
      errors.push(...errorsOf(parsed.error.issues, { root, base, schema, redact }));
    else {
      canonical(parsed.data ?? null);
      if (errors.length === before) return { params: parsed.data };
    }
  } catch (error) {
    refuseThrown(checking, base, error);
  }
  return undefined;
}

/** A strategy's own code threw while it looked at the parameters. */
function refuseThrown(checking: Checking, path: KeyPath, error: unknown): void {
  const reason = checking.redact(error instanceof Error ? error.message : String(error));
  refuse(checking, path, { wanted: `parameters the strategy accepts (${reason.slice(0, 200)})` });
}

/** Each symbol the strategy reads or holds has data, and what it reads has bars of that length. */
function checkCoverage(
  checking: Checking,
  book: KeyPath,
  definition: StrategyDefinition,
  params: unknown,
): void {
  const data = valueAt(checking.plain, ['data']);
  if (!isMap(data)) return;
  try {
    const series = definition.subscriptions(params);
    const needed = series.filter((one) => one.optional !== true);
    const symbols = [...definition.universe(params), ...needed.map((one) => one.symbol)];
    for (const symbol of new Set(symbols)) {
      if (symbol !== 'CASH' && !keysAt(checking.plain, ['data']).includes(symbol))
        refuseMissing(checking, book, symbol);
    }
    for (const { symbol, timeframe } of series) {
      const found = timeframeOf(checking.plain, symbol);
      if (found === undefined || found === timeframe) continue;
      const wanted = `bars of "${timeframe}", which book ${bookName(checking, book)} reads`;
      refuse(checking, ['data', symbol], {
        found: `bars of "${checking.redact(found)}"`,
        wanted,
        atKey: true,
      });
    }
  } catch (error) {
    refuseThrown(checking, [...book, 'params'], error);
  }
}

function refuseMissing(checking: Checking, book: KeyPath, symbol: string): void {
  const shown = checking.redact(symbol);
  const wanted = `data for "${shown}", which book ${bookName(checking, book)} needs`;
  refuse(checking, ['data', shown], { found: 'nothing', wanted });
}

function bookName(checking: Checking, book: KeyPath): string {
  const node = nodeAt(checking.root, [...book, 'name']);
  return node?.kind === 'scalar' && !isFilled(node) ? `"${node.source}"` : String(book.at(-1));
}
