import { formatMoney, type Money, type Price, ratio } from '../../base/index.ts';
import { html, type Html } from './html.ts';

const ISO_DATE = /(\d{4}-\d\d-\d\d)/;

/** Text with its ISO dates marked, so that they never break over lines. */
export const dated = (text: string): Html =>
  html`${text.split(ISO_DATE).map((part, i) => (i % 2 === 1 ? html`<time>${part}</time>` : part))}`;

const CENT = 10_000;
const MINUS = '\u2212';

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');

const signOf = (value: number, signed: boolean): string => {
  if (value < 0) return MINUS;
  return signed && value > 0 ? '+' : '';
};

/** "$1,234.56", cents rounded half to even; `signed` puts a plus before gains. */
export function moneyText(amount: Money, signed = false): string {
  const cents = ratio(Math.abs(amount), 1, CENT, 'half-even');
  const digits = String(cents).padStart(3, '0');
  const sign = cents === 0 ? '' : signOf(amount, signed);
  return `${sign}$${grouped(digits.slice(0, -2))}.${digits.slice(-2)}`;
}

/** Exact: two decimals where they are enough, else at least four: "1,234.50", "74.6620". */
export function priceText(price: Price): string {
  const [whole, decimals] = formatMoney(price).split('.') as [string, string];
  const places = decimals.length > 2 ? decimals.padEnd(4, '0') : decimals;
  return `${grouped(whole).replace('-', MINUS)}.${places}`;
}

export const countText = (count: number): string =>
  `${signOf(count, false)}${grouped(String(Math.abs(count)))}`;

/** Fixed decimals with thousands separators; never a signed zero. */
export function numberText(value: number, decimals: number, signed = false): string {
  const text = Math.abs(value).toFixed(decimals);
  if (text.includes('e')) return `${signOf(value, signed)}${text}`;
  const [whole, rest] = text.split('.') as [string, string | undefined];
  const sign = Number(text) === 0 ? '' : signOf(value, signed);
  return `${sign}${grouped(whole)}${rest === undefined ? '' : `.${rest}`}`;
}

export const percentText = (percent: number, decimals = 2, signed = false): string =>
  `${numberText(percent, decimals, signed)}%`;

/** "$950", "$12.5k", "$3.4M" for axes. */
export function shortMoneyText(dollars: number): string {
  const size = Math.abs(dollars);
  const [unit, letter] = size >= 1e9 ? [1e9, 'B'] : size >= 1e6 ? [1e6, 'M'] : [1e3, 'k'];
  const sign = signOf(dollars, false);
  if (size < 1e3) return `${sign}$${trimmed(size)}`;
  return `${sign}$${trimmed(size / (unit as number))}${letter}`;
}

/** Up to four significant digits, no trailing zeros. */
const trimmed = (value: number): string => String(Number(value.toPrecision(4)));

/** A fact of a decision, at most six significant digits. */
export function factText(value: number | string | boolean | null): string {
  if (value === null) return 'n/a';
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
}

/** Text with its sign told by color too; `value` decides. */
export function toned(value: number, text: string): Html {
  if (value === 0 || !/[1-9]/.test(text)) return html`${text}`;
  return value > 0
    ? html`<span class="up">${text}</span>`
    : html`<span class="down">${text}</span>`;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** "Jan" for 1. */
export const monthName = (month: number): string => MONTHS[month - 1] ?? '';
