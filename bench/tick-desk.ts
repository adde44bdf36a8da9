import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { formatInstant, type Instant } from '../src/base/index.ts';
import { nextSession, type Session, sessionOn } from '../src/market/index.ts';
import { seeded } from '../src/sim/index.ts';

const SEED = 5;
const FIRST_DATE = '2024-01-02' as Session['date'];
const TICK_MS = 100; // between two trades
const TICKS_A_SIGNAL = 20_000;
const LINES_A_WRITE = 10_000;

const DESK = `version: 1
name: bench-ticks
capital: 1000000
benchmark: SPY
data:
  SPY: { file: ticks.csv, timeframe: 1s }
simulator: { fill: close, slippage_pct: 0.01 }
books:
  - name: ticks
    signals: signals.jsonl
    capital_pct: 100
    schedule: every bar
    signal_filters:
      min_confidence: 0.6
      min_profit_bp: 3
      risk_percent: 1
      cooldown_seconds: 0.1
      notional_pct_max: 10
limits:
  position_pct_max: 25
  cash_reserve_pct_min: 0
  leverage_max: 1
  buying_power_pct_max: 100
  order_notional_max: 25000
  orders_per_day_max: 1000
  daily_loss_pct_max: 100
  drawdown_pct_max: 100
  short_selling: false
`;

/**
 * Writes a desk with `count` trades of one symbol, ten a second of each session from 2024-01-02 on,
 * a random walk of whole cents, and a signal for each 20,000 of them: buy ten, sell ten, in turn.
 * Returns the file of trades.
 */
export function writeTickDesk(folder: string, count: number): string {
  writeFileSync(join(folder, 'desk.yaml'), DESK);
  const file = join(folder, 'ticks.csv');
  const handle = openSync(file, 'w');
  const random = seeded(SEED);
  const signals: string[] = [];
  let lines = ['time,price,size'];
  let session = sessionOn(FIRST_DATE) as Session;
  let at: number = session.open;
  let cents = 40_000;
  for (let i = 0; i < count; i++) {
    at += TICK_MS;
    if (at > session.close) {
      session = nextSession(session.date);
      at = session.open + TICK_MS;
    }
    cents = Math.max(5_000, cents + Math.floor(random() * 3) - 1);
    const time = formatInstant(at as Instant);
    lines.push(`${time},${(cents / 100).toFixed(2)},${1 + (i % 300)}`);
    if (i % TICKS_A_SIGNAL === TICKS_A_SIGNAL - 1) signals.push(signalAt(time, signals.length));
    if (lines.length < LINES_A_WRITE && i + 1 < count) continue;
    writeSync(handle, `${lines.join('\n')}\n`);
    lines = [];
  }
  closeSync(handle);
  writeFileSync(join(folder, 'signals.jsonl'), `${signals.join('\n')}\n`);
  return file;
}

function signalAt(timestamp: string, n: number): string {
  const side = n % 2 === 0 ? 'buy' : 'sell';
  const edge = { confidence: 0.9, expected_profit: 0.002 };
  return JSON.stringify({ timestamp, symbol: 'SPY', qty: 10, side, signal: 'bench', ...edge });
}
