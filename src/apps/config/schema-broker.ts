import { z } from 'zod';
import { figure, loopback, percent, text, word } from './field.ts';

/*
 * The broker of a desk that trades a market that lives, and whose market data it follows. Keys are
 * in `.env`, never here.
 */

const account = () => text('an account number in quotes').optional();
const seconds = (from: number, to: number, such: number) => figure('seconds', { from, to, such });

export const brokerSchema = z
  .strictObject({
    name: word(['alpaca', 'schwab']),
    accounts: z.strictObject({ paper: account(), live: account() }),
    feed: word(['iex', 'sip']).default('iex'),
    url: loopback().optional(),
    clock: word(['system', 'recorded']).default('system'),
    clock_skew_seconds_max: seconds(0.5, 60, 5).default(5),
    spread_pct_max: percent({ from: 0.05, to: 50, such: 2 }).default(2),
    mark_every_seconds: seconds(1, 3_600, 15).default(15),
    close_minutes_after: figure('minutes', { from: 0, to: 240, such: 20 }).default(20),
  })
  .meta({ description: 'the broker of a market that lives; its keys are in .env' });
