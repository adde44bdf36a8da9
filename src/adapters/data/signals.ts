import { readFileSync } from 'node:fs';
import { BadInput, parseInstant } from '../../base/index.ts';
import { instantOn } from '../../market/index.ts';
import type { Signal } from '../../portfolio/index.ts';
import { parseDate } from '../../base/index.ts';

/**
 * Signals of a file with one JSON object a line: `timestamp` (with a zone, or New York time),
 * `symbol`, `qty`, `side` or `action`, and perhaps `confidence` (0 to 1) and `expected_profit` (a
 * fraction).
 * In order of time; lines whose side is neither buy nor sell are left out, as holds are.
 * Throws `BadInput` with file and line for anything malformed.
 */
export function readSignals(file: string): Signal[] {
  const signals: Signal[] = [];
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((line, i) => {
      if (line.trim() === '') return;
      const signal = signalOf(line, `${file}:${i + 1}`);
      if (signal !== null) signals.push(signal);
    });
  return signals.sort((a, b) => a.at - b.at);
}

function signalOf(line: string, where: string): Signal | null {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line) as Record<string, unknown>;
  } catch {
    throw new BadInput(`${where}: not a JSON object`);
  }
  const { timestamp, symbol, qty } = fields;
  if (typeof symbol !== 'string' || symbol === '') throw new BadInput(`${where}: no "symbol"`);
  if (typeof qty !== 'number' || !Number.isFinite(qty)) throw new BadInput(`${where}: no "qty"`);
  const side = String(fields['side'] ?? fields['action'] ?? '').toLowerCase();
  if (side !== 'buy' && side !== 'sell') return null;
  return {
    symbol,
    at: instantOf(timestamp, where),
    side,
    quantity: qty,
    confidence: numberOrNull(fields['confidence'], 'confidence', where),
    expectedProfit: numberOrNull(fields['expected_profit'], 'expected_profit', where),
  };
}

function instantOf(stamp: unknown, where: string): number {
  if (typeof stamp !== 'string') throw new BadInput(`${where}: no "timestamp"`);
  const local = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)$/.exec(stamp);
  try {
    return local
      ? instantOn(parseDate(local[1] as string), local[2] as string)
      : parseInstant(stamp);
  } catch (error) {
    throw new BadInput(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

function numberOrNull(value: unknown, name: string, where: string): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new BadInput(`${where}: "${name}" is not a number`);
}
