import type { Account } from './account.ts';
import type { Configuration } from './books.ts';
import type { Desk } from './desk.ts';
import { unprocessable } from './refused.ts';
import { fieldsOf } from './wish.ts';

export const configurationJson = ({ books }: Account) => ({
  ...books.configuration,
  fractional_trading: false,
  ptp_no_exception_entry: false,
  disable_overnight_trading: true,
});

/** What may be changed, and to what. */
const CHECKS: Readonly<Record<keyof Configuration, (value: unknown) => boolean>> = {
  no_shorting: (value) => typeof value === 'boolean',
  suspend_trade: (value) => typeof value === 'boolean',
  max_margin_multiplier: (value) => ['1', '2', '4'].includes(String(value)),
  max_options_trading_level: (value) => [0, 1, 2, 3].includes(value as number),
  trade_confirm_email: (value) => value === 'all' || value === 'none',
};

/** Changes the account's configuration; what is not known is left alone. Throws `Refused`. */
export function configured(desk: Desk, body: unknown) {
  const fields = fieldsOf(body);
  const changed: Record<string, unknown> = {};
  for (const [name, isFine] of Object.entries(CHECKS)) {
    const value = fields[name];
    if (value === undefined || value === null) continue;
    if (!isFine(value)) throw unprocessable(`invalid ${name}`);
    changed[name] = name === 'max_margin_multiplier' ? String(value) : value;
  }
  const { books } = desk.account;
  books.configuration = { ...books.configuration, ...changed };
  desk.keep();
  return configurationJson(desk.account);
}
