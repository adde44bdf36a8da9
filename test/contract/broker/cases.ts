import { ACCESS_CASES } from './cases-access.ts';
import { CANCEL_CASES } from './cases-cancel.ts';
import { DATA_CASES, RESTART_CASES } from './cases-life.ts';
import { OPTION_CASES } from './cases-options.ts';
import { ORDER_CASES } from './cases-orders.ts';
import { REFUSAL_CASES, RESTING_CASES } from './cases-resting.ts';
import { READING_CASES } from './cases-reading.ts';
import { RECORDED_ALPACA_CASES } from './cases-recorded-alpaca.ts';
import { RECORDED_SCHWAB_CASES } from './cases-recorded-schwab.ts';
import { STREAM_CASES } from './cases-stream.ts';
import { SUBMIT_CASES } from './cases-submit.ts';
import type { Case } from './kit.ts';

/** Every statement about a broker, by number. */
export const CASES: readonly Case[] = [
  ...ORDER_CASES,
  ...RESTING_CASES,
  ...REFUSAL_CASES,
  ...CANCEL_CASES,
  ...SUBMIT_CASES,
  ...ACCESS_CASES,
  ...OPTION_CASES,
  ...STREAM_CASES,
  ...READING_CASES,
  ...RESTART_CASES,
  ...DATA_CASES,
  ...RECORDED_ALPACA_CASES,
  ...RECORDED_SCHWAB_CASES,
].sort((a, b) => a.number - b.number);
