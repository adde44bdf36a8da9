import { checkLimits } from './check-limits.ts';
import { checkOrders } from './check-orders.ts';
import { type ConfigError, configError } from './error.ts';
import { microsOf, symbolProblem } from './field.ts';
import { isFilled } from './issue.ts';
import {
  type ConfigNode,
  type KeyPath,
  keyPlaceOf,
  keyText,
  nodeAt,
  placeOf,
  showNode,
} from './node.ts';

/** A desk file under examination: the tree for places, plain values for rules. */
export interface Checking {
  readonly root: ConfigNode;
  readonly plain: unknown;
  readonly errors: ConfigError[];
  /** Keys whose text lacks a variable of the environment. */
  readonly holes: ReadonlySet<string>;
  redact(text: string): string;
}

type Finding = { wanted: string; found?: string; suggestion?: string | undefined; atKey?: boolean };

/** Notes an error at `path`; what is found there is shown as written unless told otherwise. */
export function refuse(checking: Checking, path: KeyPath, finding: Finding): void {
  const { root, errors } = checking;
  const node = nodeAt(root, path);
  const { wanted, found = showNode(node), atKey } = finding;
  const suggestion = isFilled(node) ? undefined : finding.suggestion;
  const at = atKey ? keyPlaceOf(root, path) : placeOf(root, path);
  errors.push(configError(at, { key: keyText(path), found, wanted, suggestion }));
}

/** The plain value at a path, undefined where there is none. */
export const valueAt = (value: unknown, path: KeyPath): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  );

/** Keys of a plain map, none for anything else. */
export const keysAt = (value: unknown, path: KeyPath): string[] => {
  const there = valueAt(value, path);
  return typeof there === 'object' && there !== null && !Array.isArray(there)
    ? Object.keys(there)
    : [];
};

/** Rules between fields of a desk, told even where single fields are wrong. */
export function checkDesk(checking: Checking): void {
  checkBenchmark(checking);
  checkRising(checking, 'execution', SLIPPAGE_TIERS);
  checkPair(checking, ['simulator', 'delay_ms']);
  checkBroker(checking);
  checkBookNames(checking);
  checkCapital(checking);
  checkLimits(checking, ['limits']);
  checkOrders(checking);
  const books = valueAt(checking.plain, ['books']);
  if (Array.isArray(books)) books.forEach((_, i) => checkLimits(checking, ['books', i, 'limits']));
}

const SLIPPAGE_TIERS = [
  ['slippage_warning_pct', 0.3],
  ['slippage_exceeded_pct', 0.5],
  ['slippage_abort_pct', 1],
] as const;

/** A recorded clock and Schwab's paper money are nothing that the broker itself has. */
function checkBroker(checking: Checking): void {
  const { plain } = checking;
  const broker = (key: KeyPath[number]) => valueAt(plain, ['broker', key]);
  if (broker('clock') === 'recorded' && broker('url') === undefined) {
    refuse(checking, ['broker', 'clock'], { wanted: '"system", or "url" of a process here' });
  }
  if (broker('name') !== 'schwab' || valueAt(plain, ['broker', 'accounts', 'paper']) === undefined)
    return;
  const wanted = 'none: Schwab has no paper accounts, paper is the built-in broker on its quotes';
  refuse(checking, ['broker', 'accounts', 'paper'], { wanted });
}

function checkBenchmark(checking: Checking): void {
  const benchmark = valueAt(checking.plain, ['benchmark']);
  if (typeof benchmark !== 'string' || symbolProblem(benchmark)) return;
  if (keysAt(checking.plain, ['data']).includes(benchmark)) return;
  refuse(checking, ['benchmark'], { wanted: 'a symbol that "data" has' });
}

/** Each figure of a section at least the one before it; a missing one has its default. */
function checkRising(
  checking: Checking,
  section: string,
  keys: readonly (readonly [string, number])[],
): void {
  const figures = keys.map(([key, usual]) => valueAt(checking.plain, [section, key]) ?? usual);
  for (let i = 1; i < keys.length; i++) {
    const [lower, higher] = [figures[i - 1], figures[i]];
    if (typeof lower !== 'number' || typeof higher !== 'number') continue;
    // A figure that is out of its own range is told as that.
    if (lower <= higher || lower > 10) continue;
    const [wrong, bound] = [keys[i]?.[0] as string, keys[i - 1]?.[0]];
    const path = [
      section,
      valueAt(checking.plain, [section, wrong]) === undefined ? (bound as string) : wrong,
    ];
    const wanted = `"${bound}" at most "${wrong}" (${lower} and ${higher})`;
    refuse(checking, path, { wanted });
  }
}

/** A list of two, the first at most the second. */
export function checkPair(checking: Checking, path: KeyPath): void {
  const [low, high] = [0, 1].map((i) => numberAt(checking.plain, [...path, i]));
  if (low === undefined || high === undefined || low <= high) return;
  refuse(checking, path, { wanted: 'the lower of the two first' });
}

/** A number, or the number a decimal text stands for. */
export function numberAt(plain: unknown, path: KeyPath): number | undefined {
  const value = valueAt(plain, path);
  const micros =
    typeof value === 'string' || typeof value === 'number' ? microsOf(value) : undefined;
  return micros === undefined ? undefined : micros / 1_000_000;
}

function checkBookNames(checking: Checking): void {
  const books = valueAt(checking.plain, ['books']);
  if (!Array.isArray(books)) return;
  const names = books.map((book) => valueAt(book, ['name']));
  names.forEach((name, i) => {
    if (typeof name !== 'string' || names.indexOf(name) === i) return;
    refuse(checking, ['books', i, 'name'], { wanted: 'another name than that of an earlier book' });
  });
}

function checkCapital(checking: Checking): void {
  const books = valueAt(checking.plain, ['books']);
  if (!Array.isArray(books)) return;
  const shares = books.map((book) => valueAt(book, ['capital_pct']));
  const inMillionths = shares.map((share) =>
    typeof share === 'number' ? Math.round(share * 10_000) : 0,
  );
  const sum = inMillionths.reduce((total, share) => total + share, 0);
  if (!(sum > 1_000_000) || books.length < 2) return;
  const found = `${sum / 10_000} % over all books`;
  refuse(checking, ['books'], {
    found,
    wanted: '"capital_pct" of at most 100 % over all books',
    atKey: true,
  });
}
